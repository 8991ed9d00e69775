// The one block of memory that a decoder works in: places are reserved first, then it is made.

import { BLOCK, hasWasm, plainKernels, wasmKernels } from "./kernels.js";

/** @import { Kernels } from "./kernels.js" */

const PAGE = 65_536; // bytes

/** Places are numbers of float32 from the start. */
export class Memory {
  size = BLOCK; // place 0 is nobody's
  floats = new Float32Array(0);
  numbers = new Int32Array(0);
  /** @type {Kernels | null} */
  kernels = null;

  /** @param {number} count of numbers @returns {number} the place of the first */
  reserve(count) {
    const place = this.size;
    this.size += Math.ceil(count / BLOCK) * BLOCK;
    return place;
  }

  /**
   * Make it, filled with zeros.
   *
   * @param {boolean} wasm whether products are calculated by WebAssembly
   */
  make(wasm = hasWasm()) {
    const bytes = 4 * (this.size + BLOCK); // products read beyond the last column
    const memory = wasm ? new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) }) : null;
    const buffer = memory ? memory.buffer : new ArrayBuffer(bytes);
    this.floats = new Float32Array(buffer);
    this.numbers = new Int32Array(buffer);
    this.kernels = memory ? wasmKernels(memory) : plainKernels(/** @type {ArrayBuffer} */ (buffer));
  }
}
