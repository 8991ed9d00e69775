import assert from "node:assert/strict";
import { test } from "node:test";
import { clamp } from "../../../explorer/ui/components/shared/numbers.js";

test("a number is held within an interval", () => {
  assert.deepEqual(
    [-2, -1, 0.5, 3, 4].map((value) => clamp(value, -1, 3)),
    [-1, -1, 0.5, 3, 3],
  );
});
