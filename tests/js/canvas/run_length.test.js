import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "../../../explorer/ui/components/canvas/run_length.js";
import { seeded } from "../helpers.js";

/** @type {[name: string, width: number, cells: Uint8Array][]} */
const RASTERS = [
  ["one cell", 1, Uint8Array.of(255)],
  ["nothing painted", 280, new Uint8Array(280 * 280)],
  ["all painted", 300, new Uint8Array(900).fill(1)],
  ["noise", 28, Uint8Array.from({ length: 784 }, seededByte(3))],
];

/** @param {number} seed */
function seededByte(seed) {
  const random = seeded(seed);
  return () => Math.floor(3 * random());
}

for (const [name, width, cells] of RASTERS) {
  test(`cells come back as they went: ${name}`, () => {
    assert.deepEqual(decode(encode(cells, width), cells.length), cells);
  });
}

test("a run ends with its row, and has its length in two bytes", () => {
  const bytes = [...Buffer.from(encode(new Uint8Array(900), 300), "base64")];
  assert.deepEqual(bytes, [44, 1, 0, 44, 1, 0, 44, 1, 0]);
});
