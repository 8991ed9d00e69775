import assert from "node:assert/strict";
import { test } from "node:test";
import { meaningOf, waitMs } from "../../../explorer/ui/components/live/close_codes.js";

test("waits differ by chance, by a quarter at most", (t) => {
  const random = t.mock.method(Math, "random", () => 0);
  assert.equal(waitMs(meaningOf(1006), 1), 225);
  random.mock.mockImplementation(() => 1);
  assert.equal(waitMs(meaningOf(1006), 1), 375);
});

test("waits double up to the longest, which they do not leave", (t) => {
  t.mock.method(Math, "random", () => 0.5);
  const waits = (/** @type {number} */ code) => [1, 2, 3, 4, 5, 2000].map((n) => waitMs(meaningOf(code), n));
  assert.deepEqual(waits(1006), [300, 600, 1200, 2000, 2000, 2000]);
  assert.deepEqual(waits(4429), [4000, 8000, 16_000, 32_000, 60_000, 60_000]);
});

test("what will not change is not tried again", () => {
  assert.equal(meaningOf(4400).action, "stop");
});
