// Sets of points: drawn with a lasso or a box, and their way to Python and back as bits.

import { fromBase64, toBase64 } from "../shared/base64.js";
import { inside } from "./grid.js";

/** @import { PointGrid } from "./grid.js" */
/** @import { Point, Test } from "./types.js" */

/** @typedef {"lasso" | "box"} Shape */

/**
 * Which points lie inside an outline: one byte a point.
 *
 * @param {PointGrid} grid
 * @param {Point[]} outline
 * @param {Test} shown
 */
export function enclosed(grid, outline, shown) {
  const mask = new Uint8Array(grid.n);
  const [xs, ys] = [outline.map(([x]) => x), outline.map(([, y]) => y)];
  const box = { x0: Math.min(...xs), x1: Math.max(...xs), y0: Math.min(...ys), y1: Math.max(...ys) };
  grid.within(box, (i) => {
    if (shown(i) && inside(outline, grid.x[i], grid.y[i])) mask[i] = 1;
  });
  return mask;
}

/** @param {Uint8Array} mask */
export const count = (mask) => mask.reduce((sum, bit) => sum + bit, 0);

/**
 * Eight points a byte, the first in the highest bit, in base 64.
 *
 * @param {Uint8Array} mask
 */
export function pack(mask) {
  const bytes = new Uint8Array(Math.ceil(mask.length / 8));
  mask.forEach((bit, i) => {
    if (bit) bytes[i >> 3] |= 128 >> (i & 7);
  });
  return toBase64(bytes);
}

/**
 * The other way.
 *
 * @param {string} text
 * @param {number} n points
 */
export function unpack(text, n) {
  const bytes = fromBase64(text);
  return Uint8Array.from({ length: n }, (_, i) => (bytes[i >> 3] >> (7 - (i & 7))) & 1);
}

/** Follows the pointer over a stage while a lasso or a box is drawn. */
export class Lasso {
  /** @type {Point[] | null} */
  corners = null;
  /** @type {Shape} */
  shape = "lasso";

  /**
   * @param {() => void} onDraw
   * @param {(outline: Point[]) => void} onDone
   */
  constructor(onDraw, onDone) {
    this.onDraw = onDraw;
    this.onDone = onDone;
  }

  /**
   * @param {Shape} shape
   * @param {Point} corner
   */
  start(shape, corner) {
    this.shape = shape;
    this.corners = [corner];
  }

  /** @returns {Point[] | null} */
  get outline() {
    const { corners } = this;
    if (!corners || this.shape === "lasso") return corners;
    const [[x0, y0], [x1, y1]] = [corners[0], corners[corners.length - 1]];
    return [
      [x0, y0],
      [x1, y0],
      [x1, y1],
      [x0, y1],
    ];
  }

  /** @param {Point} corner */
  extend(corner) {
    this.corners?.push(corner);
    this.onDraw();
  }

  end() {
    const { outline } = this;
    this.corners = null;
    if (outline) this.onDone(outline);
  }
}
