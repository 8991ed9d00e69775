// Functions of each value, by the names that a program has for them (torch's definitions).

/** @typedef {(x: number) => number} Scalar */

/**
 * The error function (Abramowitz & Stegun 7.1.26, error < 1.5e-7).
 *
 * @param {number} x
 */
export function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const value = 1 - poly * Math.exp(-x * x);
  return x < 0 ? -value : value;
}

const sigmoid = (/** @type {number} */ x) => 1 / (1 + Math.exp(-x));
const bounded = (/** @type {number} */ x) => Math.min(6, Math.max(0, x + 3)) / 6;
const softplus = (/** @type {number} */ x, beta = 1, threshold = 20) =>
  beta * x > threshold ? x : Math.log1p(Math.exp(beta * x)) / beta;
const SLOPE = Math.sqrt(2 / Math.PI);

/** @type {Record<string, (...parameters: number[]) => Scalar>} */
const FUNCTIONS = {
  relu: () => (x) => Math.max(x, 0),
  silu: () => (x) => x / (1 + Math.exp(-x)),
  tanh: () => Math.tanh,
  sigmoid: () => sigmoid,
  abs: () => Math.abs,
  neg: () => (x) => -x,
  exp: () => Math.exp,
  log: () => Math.log,
  log1p: () => Math.log1p,
  expm1: () => Math.expm1,
  sqrt: () => Math.sqrt,
  rsqrt: () => (x) => 1 / Math.sqrt(x),
  reciprocal: () => (x) => 1 / x,
  erf: () => erf,
  hardsigmoid: () => bounded,
  hardswish: () => (x) => x * bounded(x),
  mish: () => (x) => x * Math.tanh(softplus(x)),
  sin: () => Math.sin,
  cos: () => Math.cos,
  gelu: () => (x) => (x * (1 + erf(x * Math.SQRT1_2))) / 2,
  "gelu-tanh": () => (x) => (x * (1 + Math.tanh(SLOPE * (x + 0.044715 * x * x * x)))) / 2,
  power: (exponent) => (x) => x ** exponent,
  "leaky-relu": (slope) => (x) => (x > 0 ? x : slope * x),
  elu: (alpha, scale, inner) => (x) => (x > 0 ? scale * x : scale * alpha * Math.expm1(inner * x)),
  softplus: (beta, threshold) => (x) => softplus(x, beta, threshold),
  clamp: (low, high) => (x) => (x < low ? low : Math.min(x, high)),
  "at-least": (low) => (x) => Math.max(x, low),
  "at-most": (high) => (x) => Math.min(x, high),
  lt: (bound) => (x) => Number(x < bound),
  le: (bound) => (x) => Number(x <= bound),
  gt: (bound) => (x) => Number(x > bound),
  ge: (bound) => (x) => Number(x >= bound),
};

/** @type {Record<string, (x: number, y: number) => number>} */
export const PAIRS = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  maximum: Math.max,
  minimum: Math.min,
};

/**
 * A function with its parameters, applied to values where they are. Each is compiled on its own, so that the engine of
 * the browser does not call one loop with many functions, which is several times as slow.
 *
 * @param {[name: string, ...parameters: number[]]} given
 * @returns {(values: Float32Array, from: number, to: number) => void}
 */
export function applied([name, ...parameters]) {
  const make = FUNCTIONS[name];
  if (!make) throw new Error(`There is no function ${name}`);
  if (name === "relu") return relu;
  if (name === "silu") return silu;
  const of = make(...parameters);
  return (values, from, to) => {
    for (let i = from; i < to; i++) values[i] = of(values[i]);
  };
}

/** @type {(values: Float32Array, from: number, to: number) => void} */
function relu(values, from, to) {
  for (let i = from; i < to; i++) if (values[i] < 0) values[i] = 0;
}

/** @type {(values: Float32Array, from: number, to: number) => void} */
function silu(values, from, to) {
  for (let i = from; i < to; i++) values[i] /= 1 + Math.exp(-values[i]);
}
