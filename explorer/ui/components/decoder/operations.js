// What each operation of a program does. Each takes the engine before its memory is made, to reserve what it needs, and
// returns what then makes the operation ready: a function that calculates one batch.

import { applied, PAIRS } from "./functions.js";
import { BLOCK, ROWS } from "./kernels.js";

/** @import { Kernels } from "./kernels.js" */
/** @import { Constant, Kernel, Operation } from "./types.js" */

/**
 * @typedef {object} Place where the values of an operation lie
 * @property {number} at of the first image
 * @property {number} size of one image
 */

/**
 * @typedef {object} Setting
 * @property {import("./memory.js").Memory} memory
 * @property {Constant[]} constants
 * @property {Place[]} values
 * @property {number} batch the most images at once
 */

/** @typedef {(n: number) => void} Step calculates n images */
/** @typedef {() => Step} Ready */

const rounded = (/** @type {number} */ count, unit = BLOCK) => Math.ceil(count / unit) * unit;

/**
 * @template {Operation["op"]} Name
 * @typedef {Extract<Operation, { op: Name }>} Of
 */

/**
 * Rows of values times a matrix [in, out].
 *
 * @param {Of<"linear">} operation
 * @param {Place} out
 * @param {Setting} setting
 * @returns {Ready}
 */
function linear({ x, rows, weight, bias }, out, { memory, constants, values, batch }) {
  const from = values[x];
  const inner = from.size / rows;
  const outer = out.size / rows;
  const width = rounded(outer);
  const matrix = memory.reserve(inner * width);
  const offsets = memory.reserve(inner);
  const panel = memory.reserve(ROWS * inner);
  const product = memory.reserve(ROWS * width);
  return () => {
    const { floats, numbers } = memory;
    const kernels = /** @type {Kernels} */ (memory.kernels);
    for (let k = 0; k < inner; k++) {
      floats.set(constants[weight].subarray(k * outer, (k + 1) * outer), matrix + k * width);
      numbers[offsets + k] = 4 * k * width;
    }
    const shifts = constants[bias];
    /** @type {(first: number, count: number) => void} */
    const panelOf = (first, count) => {
      for (let row = 0; row < count; row++) {
        const start = from.at + (first + row) * inner;
        for (let k = 0; k < inner; k++) floats[panel + k * count + row] = floats[start + k];
      }
      const multiply = count === 1 ? kernels.row : kernels.rows;
      multiply(4 * panel, 4 * offsets, 4 * matrix, 4 * product, 4 * width, inner, outer);
      for (let row = 0; row < count; row++) {
        const [to, sums] = [out.at + (first + row) * outer, product + row * width];
        for (let j = 0; j < outer; j++) floats[to + j] = floats[sums + j] + shifts[j];
      }
    };
    return (n) => {
      let row = 0;
      for (; row + ROWS <= n * rows; row += ROWS) panelOf(row, ROWS);
      for (; row < Math.min(n, batch) * rows; row++) panelOf(row, 1);
    };
  };
}

/**
 * What lies around the planes of a convolution, so that no tap falls outside of memory.
 *
 * @param {Of<"convolution">} operation
 */
function framed({ kernels, in: [, height, width] }) {
  const before = [0, 1].map((axis) => Math.max(0, ...kernels.map(({ at }) => -at[axis])));
  const after = [height, width].map((side, axis) =>
    Math.max(0, ...kernels.map(({ at, count, size }) => at[axis] + count[axis] + size[axis] - 1 - side)),
  );
  return { top: before[0], left: before[1], high: before[0] + height + after[0], wide: before[1] + width + after[1] };
}

/**
 * Correlations with padded planes: a row of the product is a channel, its columns are the pixels of all rows of the
 * planes one after another, those of the padding between them included and then left out.
 *
 * @param {Of<"convolution">} operation
 * @param {Place} out
 * @param {Setting} setting
 * @returns {Ready}
 */
function convolution(operation, out, { memory, constants, values }) {
  const { in: planes, kernels, bias, step } = operation;
  const [channels, height, width] = planes;
  const [outs, , across] = operation.out;
  const from = values[operation.x];
  const { top, left, high, wide } = framed(operation);
  const padded = memory.reserve(channels * high * wide);
  const parts = kernels.map((kernel) => reservedKernel(kernel, channels, outs, wide, memory));
  const product = memory.reserve(ROWS * Math.max(...parts.map(({ columns }) => rounded(columns))));
  return () => {
    const { floats } = memory;
    const multiply = /** @type {Kernels} */ (memory.kernels);
    const shifts = constants[bias];
    for (const part of parts) fillKernel(part, constants[part.kernel.weight], memory, { channels, outs, high, wide });
    /** @type {(part: (typeof parts)[number], first: number, to: number) => void} */
    const scatter = ({ kernel, stride }, first, to) => {
      const [rows, columns] = kernel.count;
      for (let channel = first; channel < Math.min(first + ROWS, outs); channel++) {
        const shift = shifts[channel];
        const plane = to + (channel * out.size) / outs;
        for (let row = 0; row < rows; row++) {
          let at = plane + (kernel.to[0] + row * step[0]) * across + kernel.to[1];
          let sum = product + (channel - first) * stride + row * wide;
          for (const end = sum + columns; sum < end; sum++, at += step[1]) floats[at] = floats[sum] + shift;
        }
      }
    };
    return (n) => {
      for (let image = 0; image < n; image++) {
        for (let line = 0; line < channels * height; line++) {
          const start = from.at + image * from.size + line * width;
          const [channel, row] = [Math.floor(line / height), line % height];
          const to = padded + (channel * high + top + row) * wide + left;
          for (let i = 0; i < width; i++) floats[to + i] = floats[start + i];
        }
        for (const part of parts) {
          const base = padded + (part.kernel.at[0] + top) * wide + part.kernel.at[1] + left;
          for (let first = 0; first < outs; first += ROWS) {
            const weights = 4 * (part.weights + first * part.depth);
            const many = outs - first > 1;
            const kernel = many ? multiply.rows : multiply.row;
            kernel(weights, 4 * part.offsets, 4 * base, 4 * product, 4 * part.stride, part.depth, part.columns);
            scatter(part, first, out.at + image * out.size);
          }
        }
      }
    };
  };
}

/**
 * @param {Kernel} kernel
 * @param {number} channels
 * @param {number} outs
 * @param {number} wide
 * @param {import("./memory.js").Memory} memory
 */
function reservedKernel(kernel, channels, outs, wide, memory) {
  const depth = channels * kernel.size[0] * kernel.size[1];
  const columns = (kernel.count[0] - 1) * wide + kernel.count[1];
  const offsets = memory.reserve(depth);
  const weights = memory.reserve(rounded(outs, ROWS) * depth);
  return { kernel, depth, columns, offsets, weights, stride: rounded(columns) };
}

/**
 * Weights [out, in, h, w] in panels of ROWS channels, and where the pixels under each tap are.
 *
 * @param {ReturnType<typeof reservedKernel>} part
 * @param {Constant} weight
 * @param {import("./memory.js").Memory} memory
 * @param {{ channels: number, outs: number, high: number, wide: number }} sizes
 */
function fillKernel({ kernel, depth, offsets, weights }, weight, { floats, numbers }, { channels, outs, high, wide }) {
  const [rows, columns] = kernel.size;
  let k = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        numbers[offsets + k] = 4 * ((channel * high + row) * wide + column);
        k += 1;
      }
    }
  }
  for (let out = 0; out < outs; out++) {
    const first = out - (out % ROWS);
    const together = outs - first > 1 ? ROWS : 1; // a last channel alone is a row of its own
    for (k = 0; k < depth; k++) floats[weights + first * depth + k * together + (out % ROWS)] = weight[out * depth + k];
  }
}

/**
 * An operation that calculates images one by one, from the places of its values and of its result.
 *
 * @param {Place} out
 * @param {Setting} setting
 * @param {(number | undefined)[]} inputs numbers of values
 * @param {(floats: Float32Array, to: number, ...from: number[]) => void} calculate
 * @returns {Ready}
 */
function byImage(out, { memory, values }, inputs, calculate) {
  const places = inputs.map((input) => values[input ?? 0]);
  return () => (n) => {
    for (let image = 0; image < n; image++) {
      const from = places.map(({ at, size }) => at + image * size);
      calculate(memory.floats, out.at + image * out.size, ...from);
    }
  };
}

/** @param {Of<"affine">} operation @param {Place} out @param {Setting} setting */
function affine({ x, plane, scale, shift }, out, setting) {
  const [scales, shifts] = [setting.constants[scale], setting.constants[shift]];
  return byImage(out, setting, [x], (floats, to, from) => {
    for (let start = 0, i = 0; start < out.size; start += plane, i++) {
      const [factor, term] = [scales[i % scales.length], shifts[i % scales.length]];
      const end = Math.min(start + plane, out.size);
      for (let j = start; j < end; j++) floats[to + j] = floats[from + j] * factor + term;
    }
  });
}

/** @param {Of<"normalisation">} operation @param {Place} out @param {Setting} setting */
function normalisation({ x, groups, eps, scale, shift }, out, setting) {
  const [scales, shifts] = [setting.constants[scale], setting.constants[shift]];
  const length = out.size / groups;
  const plane = out.size / scales.length;
  return byImage(out, setting, [x], (floats, to, from) => {
    for (let group = 0; group < groups; group++) {
      const [start, end] = [group * length, (group + 1) * length];
      let [sum, squares] = [0, 0];
      for (let i = start; i < end; i++) sum += floats[from + i];
      const mean = sum / length;
      for (let i = start; i < end; i++) squares += (floats[from + i] - mean) ** 2;
      const factor = 1 / Math.sqrt(squares / length + eps);
      for (let first = start; first < end; ) {
        const channel = Math.floor(first / plane);
        const last = Math.min(end, (channel + 1) * plane);
        const own = factor * scales[channel];
        const term = shifts[channel] - mean * own;
        for (let i = first; i < last; i++) floats[to + i] = floats[from + i] * own + term;
        first = last;
      }
    }
  });
}

/** @param {Of<"gather">} operation @param {Place} out @param {Setting} setting */
function gather({ x, planes, step, fill, table }, out, setting) {
  const places = setting.constants[table];
  return byImage(out, setting, [x], (floats, to, from) => {
    for (let plane = 0; plane < planes; plane++, from += step) {
      for (let i = 0; i < places.length; i++) floats[to++] = places[i] < 0 ? fill : floats[from + places[i]];
    }
  });
}

/** @param {Of<"concatenation">} operation @param {Place} out @param {Setting} setting */
function concatenation({ parts, outer }, out, setting) {
  const lengths = parts.map((part) => setting.values[part].size / outer);
  return byImage(out, setting, parts, (floats, to, ...from) => {
    for (let row = 0; row < outer; row++) {
      lengths.forEach((length, i) => {
        floats.copyWithin(to, from[i] + row * length, from[i] + (row + 1) * length);
        to += length;
      });
    }
  });
}

/** @param {Of<"constant">} operation @param {Place} out @param {Setting} setting */
function constant({ value }, out, setting) {
  return byImage(out, setting, [], (floats, to) => floats.set(setting.constants[value], to));
}

/** @param {Of<"function">} operation @param {Place} out @param {Setting} setting */
function each(operation, out, setting) {
  const apply = applied(operation.function);
  return byImage(out, setting, [operation.x], (floats, to, from) => {
    floats.copyWithin(to, from, from + out.size);
    apply(floats, to, to + out.size);
  });
}

/** @param {Of<"binary">} operation @param {Place} out @param {Setting} setting */
function binary({ name, x, y }, out, setting) {
  const of = PAIRS[name];
  return byImage(out, setting, [x, y], (floats, to, first, second) => {
    for (let i = 0; i < out.size; i++) floats[to + i] = of(floats[first + i], floats[second + i]);
  });
}

/** @param {Of<"choice">} operation @param {Place} out @param {Setting} setting */
function choice({ where, x, y }, out, setting) {
  return byImage(out, setting, [where, x, y], (floats, to, condition, first, second) => {
    for (let i = 0; i < out.size; i++) floats[to + i] = floats[(floats[condition + i] ? first : second) + i];
  });
}

/** @type {{ [Name in Operation["op"]]: (operation: Of<Name>, out: Place, setting: Setting) => Ready }} */
const OPERATIONS = {
  linear,
  convolution,
  affine,
  normalisation,
  gather,
  concatenation,
  constant,
  function: each,
  binary,
  choice,
};

/**
 * An operation with the function at its end.
 *
 * @param {Operation} operation
 * @param {Place} out
 * @param {Setting} setting
 * @returns {Ready}
 */
export function prepared(operation, out, setting) {
  const make = /** @type {(operation: Operation, out: Place, setting: Setting) => Ready} */ (OPERATIONS[operation.op]);
  if (!make) throw new Error(`There is no operation ${operation.op}`);
  const ready = make(operation, out, setting);
  if (!operation.activation) return ready;
  const apply = applied(operation.activation);
  return () => {
    const step = ready();
    return (n) => {
      step(n);
      apply(setting.memory.floats, out.at, out.at + n * out.size);
    };
  };
}
