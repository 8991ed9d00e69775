// Where a point lies on the map, in words, for those who hear it.

import { gettext, N_ } from "../shared/words.js";

/** @import { Bounds } from "./types.js" */

const PLACES = [
  [N_("lower left"), N_("lower middle"), N_("lower right")],
  [N_("middle left"), N_("middle"), N_("middle right")],
  [N_("upper left"), N_("upper middle"), N_("upper right")],
];

/** The third of a range in which a value lies, 0 to 2. @type {(value: number, low: number, high: number) => number} */
const third = (value, low, high) => Math.min(2, Math.max(0, Math.floor((3 * (value - low)) / (high - low || 1))));

/**
 * "upper left", "middle", "lower middle" and so on.
 *
 * @param {Bounds} bounds of all points
 * @param {number} x
 * @param {number} y
 */
export function placeWords({ x0, x1, y0, y1 }, x, y) {
  return gettext(PLACES[third(y, y0, y1)][third(x, x0, x1)]);
}
