// WebAssembly, written byte by byte: enough for loops over arrays of float32, four at a time.

/** @typedef {number[]} Code */

const I32 = 0x7f;
const V128 = 0x7b;
const VOID = 0x40;

/**
 * An unsigned number in LEB128.
 *
 * @param {number} value
 * @returns {Code}
 */
export function leb(value) {
  const bytes = [];
  do {
    bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
    value >>>= 7;
  } while (value);
  return bytes;
}

/** @param {Code[]} items */
const vector = (items) => [...leb(items.length), ...items.flat()];

/** @param {number} id @param {Code} content @returns {Code} */
const section = (id, content) => [id, ...leb(content.length), ...content];

/** @param {string} text @returns {Code} */
const name = (text) => [...leb(text.length), ...Array.from(text, (letter) => letter.charCodeAt(0))];

/** @param {number} opcode of a vector instruction @returns {Code} */
const vectorial = (opcode) => [0xfd, ...leb(opcode)];

const ALIGN = 2; // 4 bytes, as a power of two

export const op = {
  /** @param {number} local */
  get: (local) => [0x20, ...leb(local)],
  /** @param {number} local */
  set: (local) => [0x21, ...leb(local)],
  /** @param {number} value from 0 to 63 */
  constant: (value) => [0x41, value],
  add: [0x6a],
  shiftLeft: [0x74],
  lessUnsigned: [0x49],
  load: [0x28, ALIGN, 0],
  /** Repeats the body while the condition, its last value, is not 0. @param {Code[]} body */
  repeat: (...body) => [0x03, VOID, ...body.flat(), 0x0d, 0, 0x0b],
  /** @param {number} offset in bytes */
  loadVector: (offset) => [...vectorial(0), ALIGN, ...leb(offset)],
  /** One number, four times. @param {number} offset in bytes */
  loadSplat: (offset) => [...vectorial(9), ALIGN, ...leb(offset)],
  /** @param {number} offset in bytes */
  storeVector: (offset) => [...vectorial(11), ALIGN, ...leb(offset)],
  zeroVector: [...vectorial(12), ...new Array(16).fill(0)],
  addVector: vectorial(0xe4),
  multiplyVector: vectorial(0xe6),
};

/**
 * A function without a result. Its locals are numbered: parameters, further numbers, vectors.
 *
 * @typedef {{ name: string, parameters: number, numbers: number, vectors: number, body: Code[] }} WasmFunction
 */

/**
 * A module with these functions, which work on the memory that it is given as `env.memory`.
 *
 * @param {WasmFunction[]} functions
 */
export function assembled(functions) {
  const types = functions.map(({ parameters }) => [0x60, ...vector(new Array(parameters).fill([I32])), 0]);
  const imported = [...name("env"), ...name("memory"), 2, 0, 1];
  const exported = functions.map((one, index) => [...name(one.name), 0, ...leb(index)]);
  const bodies = functions.map(({ numbers, vectors, body }) => {
    const locals = vector([
      [...leb(numbers), I32],
      [...leb(vectors), V128],
    ]);
    const code = [...locals, ...body.flat(), 0x0b];
    return [...leb(code.length), ...code];
  });
  return Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector([imported])),
    ...section(3, vector(functions.map((_, index) => leb(index)))),
    ...section(7, vector(exported)),
    ...section(10, vector(bodies)),
  );
}
