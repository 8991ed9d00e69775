import assert from "node:assert/strict";
import { test } from "node:test";
import { leb } from "../../../explorer/ui/components/decoder/assembler.js";
import { BLOCK, hasWasm, plainKernels, ROWS, wasmKernels } from "../../../explorer/ui/components/decoder/kernels.js";
import { seeded } from "../helpers.js";

test("LEB128 takes seven bits a byte", () => {
  assert.deepEqual(leb(0), [0]);
  assert.deepEqual(leb(0x7f), [0x7f]);
  assert.deepEqual(leb(0xe4), [0xe4, 1]);
  assert.deepEqual(leb(624485), [0xe5, 0x8e, 0x26]);
});

const [DEPTH, COLUMNS] = [7, 37];

/** Products of the same random numbers by both ways. */
function products(/** @type {number} */ rows) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const buffer = new ArrayBuffer(65_536);
  const stride = Math.ceil(COLUMNS / BLOCK) * BLOCK;
  const [a, offsets, b, c] = [16, 128, 256, 2048];
  return [wasmKernels(memory), plainKernels(buffer)].map((kernels, way) => {
    const floats = new Float32Array(way ? buffer : memory.buffer);
    const numbers = new Int32Array(floats.buffer);
    const random = seeded(3);
    for (let i = 0; i < DEPTH * rows; i++) floats[a + i] = random() - 0.5;
    for (let i = 0; i < DEPTH * 50; i++) floats[b + i] = random() - 0.5;
    for (let k = 0; k < DEPTH; k++) numbers[offsets + k] = 4 * k * 45;
    const multiply = rows === 1 ? kernels.row : kernels.rows;
    multiply(4 * a, 4 * offsets, 4 * b, 4 * c, 4 * stride, DEPTH, COLUMNS);
    return Array.from({ length: rows }, (_, row) => [...floats.slice(c + row * stride, c + row * stride + COLUMNS)]);
  });
}

test("the assembled module is valid, and gives the products that plain JavaScript gives", () => {
  assert.ok(hasWasm());
  for (const rows of [1, ROWS]) {
    const [wasm, plain] = products(rows);
    wasm.flat().forEach((value, i) => {
      assert.ok(Math.abs(value - plain.flat()[i]) < 1e-6);
    });
    assert.ok(new Set(plain.flat()).size >= COLUMNS);
  }
});
