import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine } from "../../../explorer/ui/components/decoder/engine.js";
import { fromHalves, unpacked } from "../../../explorer/ui/components/decoder/program.js";

test("float16 becomes the same number as float32", () => {
  const halves = Uint16Array.of(0, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x83ff, 0x3555, 0x7c00, 0x8000);
  const numbers = [0, 1, -2, 65504, 2 ** -24, -1023 * 2 ** -24, 1365 * 2 ** -12, Number.POSITIVE_INFINITY, -0];
  assert.deepEqual([...fromHalves(halves)], numbers);
});

/** A program of one linear layer, 2 -> 2, with halved weights. */
function packed(/** @type {object} */ changed = {}) {
  const header = {
    format: 1,
    code: 2,
    shape: [1, 1, 2],
    operations: [{ op: "linear", x: 0, rows: 1, weight: 0, bias: 1, activation: ["clamp", 0, 1] }],
    sizes: [2, 2],
    constants: [
      [0, 4, "f2"],
      [8, 2, "f4"],
    ],
    ...changed,
  };
  const text = new TextEncoder().encode(JSON.stringify(header).padEnd(400));
  const bytes = new Uint8Array(4 + text.length + 16);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  bytes.set(new Uint8Array(Uint16Array.of(0x3c00, 0, 0, 0x3c00).buffer), 4 + text.length);
  bytes.set(new Uint8Array(Float32Array.of(0.2, 0.25).buffer), 12 + text.length);
  return bytes;
}

test("a program is unpacked and decodes, at an odd address too", () => {
  for (const wasm of [true, false]) {
    const shifted = new Uint8Array(1 + packed().length);
    shifted.set(packed(), 1);
    const engine = new Engine(unpacked(shifted.subarray(1)), { wasm });
    const codes = Array.from({ length: 40 }, (_, i) => i / 100);
    const pixels = engine.decode(Float32Array.from(codes));
    assert.deepEqual(
      [...pixels],
      codes.map((value, i) => Math.round(255 * Math.fround(value + [0.2, 0.25][i % 2]))),
    );
  }
});

test("another format, an operation and a function that are not there are errors", () => {
  assert.throws(() => unpacked(packed({ format: 2 })), /format 2, not 1/);
  assert.throws(() => new Engine(unpacked(packed({ operations: [{ op: "sorting", x: 0 }] }))), /no operation sorting/);
  const operations = [{ op: "function", x: 0, function: ["digamma"] }];
  assert.throws(() => new Engine(unpacked(packed({ operations }))), /no function digamma/);
});
