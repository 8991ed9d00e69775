import assert from "node:assert/strict";
import { test } from "node:test";
import { MODES } from "../../../explorer/ui/components/canvas/modes.js";

test("the note says how much is hidden, never 0 % of something", () => {
  const { describe } = MODES.mask;
  assert.deepEqual([0, 0.001, 0.5, 1].map(describe), [
    "nothing hidden yet",
    "1 % hidden",
    "50 % hidden",
    "100 % hidden",
  ]);
  assert.deepEqual([0, 0.001].map(MODES.draw.describe), ["draw here", ""]);
});

test("brushes are as wide as they can be of use, the first one in between", () => {
  for (const mode of [MODES.draw, MODES.mask]) {
    for (const width of [1, 14, 28, 280]) {
      const [least, largest, first] = mode.diameters(width);
      assert.ok(least <= first && first <= largest && mode.step(width) > 0, `${width}`);
    }
  }
});
