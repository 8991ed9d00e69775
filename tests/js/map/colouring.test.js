import assert from "node:assert/strict";
import { test } from "node:test";
import {
  colourOf,
  countCodes,
  indicesByCode,
  NEUTRAL,
  NONE,
  paletteOf,
} from "../../../explorer/ui/components/map/colouring.js";

test("classes have the colours that they are given", () => {
  assert.deepEqual(paletteOf({ names: ["a", "b"], palette: ["#111111", "#222222"] }), ["#111111", "#222222"]);
});

test("a magnitude has 32 colours from the first to the last, evenly mixed", () => {
  const palette = paletteOf({ names: null, palette: ["#000000", "#ff0000", "#ffff3e"] });
  assert.equal(palette.length, 32);
  assert.equal(palette[0], "#000000");
  assert.equal(palette[31], "#ffff3e");
  const reds = palette.map((hex) => Number.parseInt(hex.slice(1, 3), 16));
  assert.ok(reds.every((red, i) => i === 0 || red >= reds[i - 1]));
  assert.equal(
    palette[16],
    `#ff${Math.round((255 * (32 / 31 - 1)) / 1)
      .toString(16)
      .padStart(2, "0")}02`,
  );
});

test("what has no value is grey and lies lowest", () => {
  const codes = Uint16Array.of(2, NONE, 0, 2, NONE);
  assert.deepEqual(indicesByCode(codes), [
    [NONE, [1, 4]],
    [0, [2]],
    [2, [0, 3]],
  ]);
  assert.equal(colourOf(["#000000"], NONE), NEUTRAL);
  assert.equal(colourOf(["#000000"], 0), "#000000");
  assert.deepEqual(
    [...countCodes(codes)],
    [
      [2, 2],
      [NONE, 2],
      [0, 1],
    ],
  );
});
