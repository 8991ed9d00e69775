// Axes: a latent coordinate to a fraction of the pad's side and back. Pure functions.

import { clamp } from "../shared/numbers.js";

/** @import { Scale } from "./types.js" */

/**
 * @typedef {object} Axis
 * @property {number} lo
 * @property {number} hi
 * @property {(z: number) => number} fraction of the side, outside of 0 to 1 where z is outside of the range
 * @property {(fraction: number) => number} value
 */

/**
 * The standard normal's cumulative distribution (Abramowitz & Stegun 7.1.26, error < 1.5e-7).
 *
 * @param {number} z
 */
export function cdf(z) {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - poly * Math.exp(-x * x);
  return z < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
}

/**
 * The inverse of `cdf` between two bounds, by bisection: exact against `cdf`, 40 halvings.
 *
 * @param {number} p
 * @param {number} low
 * @param {number} high
 */
export function quantile(p, low, high) {
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (cdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * An axis from `lo` to `hi`; "quantile" spaces by the prior's probability, "linear" evenly.
 *
 * @param {number} lo
 * @param {number} hi
 * @param {Scale} scale
 * @returns {Axis}
 */
export function axis(lo, hi, scale) {
  /** @type {(z: number) => number} */
  const even = (z) => (z - lo) / (hi - lo);
  if (scale === "linear") return { lo, hi, fraction: even, value: (u) => lo + u * (hi - lo) };
  const [a, b] = [cdf(lo), cdf(hi)];
  return {
    lo,
    hi,
    fraction: (z) => (z < lo || z > hi ? even(z) : (cdf(z) - a) / (b - a)),
    value: (u) => quantile(a + clamp(u, 0, 1) * (b - a), lo, hi),
  };
}

/**
 * Round ticks inside an axis, nine of them at most.
 *
 * @param {{ lo: number, hi: number }} range
 */
export function ticks({ lo, hi }) {
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100].find((step) => (hi - lo) / step <= 8) ?? 200;
  const found = [];
  for (let value = Math.ceil(lo / step) * step; value <= hi + 1e-9; value += step) {
    found.push(Number(value.toFixed(4)) + 0); // no -0
  }
  return found;
}
