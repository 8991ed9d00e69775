import assert from "node:assert/strict";
import { test } from "node:test";
import { fillImage } from "../../../explorer/ui/components/live/pixels.js";

/** @param {number} pixels */
const blank = (pixels) => /** @type {ImageData} */ ({ data: new Uint8ClampedArray(4 * pixels) });

test("a grey image has three equal channels", () => {
  assert.deepEqual([...fillImage(blank(2), [7, 200], 1).data], [7, 7, 7, 255, 200, 200, 200, 255]);
});

test("a colour image comes channel by channel", () => {
  assert.deepEqual([...fillImage(blank(2), [1, 2, 3, 4, 5, 6], 3).data], [1, 3, 5, 255, 2, 4, 6, 255]);
});
