// Products of matrices, on which a decoder spends its time: in WebAssembly with vectors, or in plain JavaScript.
//
// c[r, j] = sum over k of a[k, r] * b[offset[k] + j], of 4 rows r at once or of one. The rows of b lie anywhere: those
// of a matrix, or the pixels under the taps of a kernel. Columns j are calculated in blocks of BLOCK, so that up to
// BLOCK - 1 beyond the last are read and written. Addresses and offsets are in bytes.

import { assembled, op } from "./assembler.js";

/** @import { WasmFunction } from "./assembler.js" */

export const ROWS = 4;
export const BLOCK = 16; // columns

/**
 * @typedef {(a: number, offsets: number, b: number, c: number, stride: number, depth: number, columns: number) => void}
 * Product
 */

/** @typedef {{ rows: Product, row: Product, name: "wasm" | "plain" }} Kernels */

const [A, OFFSETS, B, C, STRIDE, DEPTH, COLUMNS] = [0, 1, 2, 3, 4, 5, 6];
const [COLUMN, FROM_A, FROM_OFFSETS, END, AT] = [7, 8, 9, 10, 11];
const FIRST_VECTOR = 12;

/**
 * The product of `rows` rows, `width` vectors of columns at a time: their sums stay in registers, of which there are 16.
 *
 * @param {string} name
 * @param {number} rows
 * @param {number} width
 * @returns {WasmFunction}
 */
function product(name, rows, width) {
  const sum = (/** @type {number} */ row, /** @type {number} */ i) => FIRST_VECTOR + row * width + i;
  const column = (/** @type {number} */ i) => FIRST_VECTOR + rows * width + i;
  const factor = column(width);
  const each = (/** @type {number} */ count) => Array.from({ length: count }, (_, i) => i);
  const all = each(rows).flatMap((row) => each(width).map((i) => ({ row, i })));
  const step = [
    [...op.get(FROM_OFFSETS), ...op.load, ...op.get(COLUMN), ...op.add, ...op.get(B), ...op.add, ...op.set(AT)],
    ...each(width).map((i) => [...op.get(AT), ...op.loadVector(16 * i), ...op.set(column(i))]),
    ...each(rows).flatMap((row) => [
      [...op.get(FROM_A), ...op.loadSplat(4 * row), ...op.set(factor)],
      ...each(width).map((i) => [
        ...op.get(factor),
        ...op.get(column(i)),
        ...op.multiplyVector,
        ...op.get(sum(row, i)),
        ...op.addVector,
        ...op.set(sum(row, i)),
      ]),
    ]),
    [...op.get(FROM_A), ...op.constant(4 * rows), ...op.add, ...op.set(FROM_A)],
    [...op.get(FROM_OFFSETS), ...op.constant(4), ...op.add, ...op.set(FROM_OFFSETS)],
    [...op.get(FROM_OFFSETS), ...op.get(END), ...op.lessUnsigned],
  ];
  const block = [
    ...all.map(({ row, i }) => [...op.zeroVector, ...op.set(sum(row, i))]),
    [...op.get(A), ...op.set(FROM_A), ...op.get(OFFSETS), ...op.set(FROM_OFFSETS)],
    op.repeat(...step),
    [...op.get(C), ...op.get(COLUMN), ...op.add, ...op.set(AT)],
    ...each(rows).flatMap((row) => [
      ...each(width).map((i) => [...op.get(AT), ...op.get(sum(row, i)), ...op.storeVector(16 * i)]),
      [...op.get(AT), ...op.get(STRIDE), ...op.add, ...op.set(AT)],
    ]),
    [...op.get(COLUMN), ...each(width).flatMap(() => [...op.constant(16), ...op.add]), ...op.set(COLUMN)],
    [...op.get(COLUMN), ...op.get(COLUMNS), ...op.constant(2), ...op.shiftLeft, ...op.lessUnsigned],
  ];
  const ends = [...op.get(OFFSETS), ...op.get(DEPTH), ...op.constant(2), ...op.shiftLeft, ...op.add, ...op.set(END)];
  return { name, parameters: 7, numbers: 5, vectors: rows * width + width + 1, body: [ends, op.repeat(...block)] };
}

/** The bytes of the module with both products. */
export const wasmBytes = () => assembled([product("rows", ROWS, 2), product("row", 1, 4)]);

/** Whether WebAssembly with vectors is there. */
export const hasWasm = () => typeof WebAssembly === "object" && WebAssembly.validate(wasmBytes());

/**
 * @param {WebAssembly.Memory} memory
 * @returns {Kernels}
 */
export function wasmKernels(memory) {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasmBytes()), { env: { memory } });
  const { rows, row } = /** @type {Record<string, Product>} */ (/** @type {unknown} */ (instance.exports));
  return { rows, row, name: "wasm" };
}

/**
 * @param {ArrayBuffer} buffer
 * @returns {Kernels}
 */
export function plainKernels(buffer) {
  const floats = new Float32Array(buffer);
  const numbers = new Int32Array(buffer);
  /** @type {(rows: number) => Product} */
  const products = (rows) => (a, offsets, b, c, stride, depth, columns) => {
    for (let row = 0; row < rows; row++) {
      const to = (c + row * stride) >> 2;
      floats.fill(0, to, to + columns);
      for (let k = 0; k < depth; k++) {
        const factor = floats[(a >> 2) + k * rows + row];
        const from = (b + numbers[(offsets >> 2) + k]) >> 2;
        for (let j = 0; j < columns; j++) floats[to + j] += factor * floats[from + j];
      }
    }
  };
  return { rows: products(ROWS), row: products(1), name: "plain" };
}
