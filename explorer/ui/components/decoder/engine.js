// A decoder in the browser: a program made ready, from codes to pixels.

import { Memory } from "./memory.js";
import { prepared } from "./operations.js";

/** @import { Program } from "./types.js" */
/** @import { Step } from "./operations.js" */

const BATCH = 16; // codes at once through linear layers, whose weights are then read once; planes go one by one

export class Engine {
  /**
   * @param {Program} program
   * @param {{ wasm?: boolean }} [options] whether to use WebAssembly, where not to find out
   */
  constructor({ code, shape, operations, sizes, constants }, { wasm } = {}) {
    this.code = code;
    this.pixels = shape[0] * shape[1] * shape[2];
    this.batch = operations.some(({ op }) => op === "convolution") ? 1 : BATCH;
    const memory = new Memory();
    const values = sizes.map((size) => ({ at: memory.reserve(this.batch * size), size }));
    const setting = { memory, constants, values, batch: this.batch };
    const ready = operations.map((operation, i) => prepared(operation, values[i + 1], setting));
    memory.make(wasm);
    /** @type {Step[]} */
    this.steps = ready.map((make) => make());
    this.memory = memory;
    this.first = values[0];
    this.last = values[values.length - 1];
  }

  /**
   * The mean images of codes.
   *
   * @param {Float32Array} codes [n, K]
   * @returns {Uint8ClampedArray<ArrayBuffer>} [n, C, H, W], rounded as torch does
   */
  decode(codes) {
    const n = codes.length / this.code;
    const pictures = new Uint8ClampedArray(n * this.pixels);
    for (let done = 0; done < n; done += this.batch) {
      const count = Math.min(this.batch, n - done);
      this.run(codes.subarray(done * this.code, (done + count) * this.code), count);
      const { floats } = this.memory;
      const [to, size] = [done * this.pixels, count * this.pixels];
      for (let i = 0; i < size; i++) pictures[to + i] = 255 * floats[this.last.at + i];
    }
    return pictures;
  }

  /**
   * @param {Float32Array} codes
   * @param {number} n
   */
  run(codes, n) {
    this.memory.floats.set(codes, this.first.at);
    for (const step of this.steps) step(n);
  }
}
