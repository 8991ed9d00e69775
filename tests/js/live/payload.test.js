import assert from "node:assert/strict";
import { test } from "node:test";
import { Payload } from "../../../explorer/ui/components/live/payload.js";

/**
 * As Python's `pack` puts it together, somewhere inside of a larger buffer.
 *
 * @param {object} header
 * @param {number[]} blobs
 */
function packed(header, blobs) {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(3 + 4 + text.length + blobs.length).subarray(3);
  new DataView(bytes.buffer, 3).setUint32(0, text.length, true);
  bytes.set(text, 4);
  bytes.set(blobs, 4 + text.length);
  return bytes;
}

test("header and blobs are read where they are", () => {
  const payload = new Payload(
    packed({ run: "é", blobs: { one: [0, 3], two: [3, 4], none: [7, 0] } }, [1, 2, 3, 0, 0, 128, 63]),
  );
  assert.equal(payload.header.run, "é");
  assert.deepEqual(payload.blob("one"), Uint8Array.of(1, 2, 3));
  assert.deepEqual(payload.blob("none"), new Uint8Array(0));
  assert.equal(payload.blob("other"), null);
});

test("a blob is aligned, so that it can be read as float32", () => {
  const two = new Payload(packed({ blobs: { two: [1, 4] } }, [9, 0, 0, 128, 63])).blob("two");
  assert.ok(two);
  assert.deepEqual(new Float32Array(two.buffer), Float32Array.of(1));
});
