// From codes to colours.

/** @import { Colouring } from "./types.js" */

export const NONE = 65535; // the code of a point that has no value
export const NEUTRAL = "#8c8c8c";
const STEPS = 32; // of a magnitude, as in colourings.py

/**
 * The colours of the codes of a colouring: one a class, or `STEPS` along its scale.
 *
 * @param {Pick<Colouring, "names" | "palette">} colouring
 */
export function paletteOf({ names, palette }) {
  return names ? palette : Array.from({ length: STEPS }, (_, step) => mixed(palette, step / (STEPS - 1)));
}

/**
 * The colour at a share of the way through some.
 *
 * @param {string[]} palette "#rrggbb" each
 * @param {number} share 0 to 1
 */
function mixed(palette, share) {
  const place = share * (palette.length - 1);
  const low = Math.min(Math.floor(place), palette.length - 2);
  const [from, to] = [rgbOf(palette[low]), rgbOf(palette[low + 1])];
  const channels = from.map((value, i) => Math.round(value + (to[i] - value) * (place - low)));
  return `#${channels.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** @param {string} hex */
const rgbOf = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

/**
 * The points of each code, those without a value first, so that they lie lowest.
 *
 * @param {Uint16Array} codes
 * @returns {[code: number, indices: number[]][]}
 */
export function indicesByCode(codes) {
  /** @type {Map<number, number[]>} */
  const found = new Map();
  for (let i = 0; i < codes.length; i++) {
    const indices = found.get(codes[i]);
    if (indices) indices.push(i);
    else found.set(codes[i], [i]);
  }
  /** @param {number} code */
  const layer = (code) => (code === NONE ? -1 : code);
  return [...found].sort(([a], [b]) => layer(a) - layer(b));
}

/**
 * How many points have each code.
 *
 * @param {Uint16Array} codes
 */
export function countCodes(codes) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}

/**
 * @param {string[]} palette
 * @param {number} code
 */
export const colourOf = (palette, code) => palette[code] ?? NEUTRAL;
