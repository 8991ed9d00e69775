import assert from "node:assert/strict";
import { test } from "node:test";
import { ImageFacts } from "../../../explorer/ui/components/map/image_facts.js";

const COLUMNS = {
  norm: [1.2345, 2],
  kl: [12.34567, 0.001234],
  mse: [0.05, 0.0123456],
  labels: [1, -1],
  numbers: [6, 12345],
};

function facts() {
  const { norm, kl, mse, labels, numbers } = COLUMNS;
  const floats = Float32Array.from([...norm, ...kl, ...mse]);
  const integers = Int32Array.from([...labels, ...numbers]);
  const bytes = new Uint8Array(floats.byteLength + integers.byteLength);
  bytes.set(new Uint8Array(floats.buffer));
  bytes.set(new Uint8Array(integers.buffer), floats.byteLength);
  return new ImageFacts(bytes.buffer, ["zero", "one"]);
}

test("an image is named by its class and its number, as people write it", () => {
  assert.equal(facts().name(0), "one · image 6");
  assert.equal(facts().name(1), "image 12,345");
});

test("the tooltip has three digits of each number", () => {
  assert.deepEqual(facts().lines(0, "original"), [
    "one · image 6",
    "original · |μ| 1.23",
    "KL 12.3 nats",
    "error 0.05 (MSE)",
  ]);
  assert.deepEqual(facts().lines(1, "decoded").slice(2), ["KL 0.00123 nats", "error 0.0123 (MSE)"]);
});

test("without thumbnails and reconstructions the tooltip is silent on both", () => {
  const bytes = Float32Array.from([2, 0.5, Number.NaN, 0, 0]).buffer;
  assert.deepEqual(new ImageFacts(bytes, ["zero"]).lines(0, ""), ["zero · image 0", "|μ| 2", "KL 0.5 nats"]);
});

test("a label without a name is told by its number", () => {
  const [bytes] = [new ArrayBuffer(20)];
  new Int32Array(bytes, 12, 1)[0] = 7;
  assert.equal(new ImageFacts(bytes, []).name(0), "7 · image 0");
});
