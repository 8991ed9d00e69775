// Strokes of a round brush over cells. Cell (i, j) is the square from i to i + 1 across and j to j + 1 down; a cell
// counts by its middle.

import { clamp } from "../shared/numbers.js";

/** @import { Point, Raster } from "./types.js" */

/**
 * @typedef {object} Brush
 * @property {number} radius in cells
 * @property {boolean} soft whether its edge is graded
 * @property {(value: number, share: number) => number} change what a cell becomes that it covers to a share of 0 to 1
 */

/**
 * Paint straight from one point to another.
 *
 * @param {Raster} raster
 * @param {Point} from
 * @param {Point} to
 * @param {Brush} brush
 */
function paintSegment({ cells, width, height }, [x0, y0], [x1, y1], { radius, soft, change }) {
  const reach = radius + 1;
  const [left, right] = [Math.max(0, Math.floor(Math.min(x0, x1) - reach)), Math.min(width, Math.max(x0, x1) + reach)];
  const [top, bottom] = [Math.max(0, Math.floor(Math.min(y0, y1) - reach)), Math.min(height, Math.max(y0, y1) + reach)];
  const [dx, dy] = [x1 - x0, y1 - y0];
  const squared = dx * dx + dy * dy || 1;
  for (let j = top; j < bottom; j++) {
    for (let i = left; i < right; i++) {
      const [px, py] = [i + 0.5 - x0, j + 0.5 - y0];
      const along = clamp((px * dx + py * dy) / squared, 0, 1);
      const distance = Math.hypot(px - along * dx, py - along * dy);
      const share = soft ? clamp(radius + 0.5 - distance, 0, 1) : Number(distance <= radius);
      if (share) cells[j * width + i] = change(cells[j * width + i], share);
    }
  }
}

/**
 * @param {Point} a
 * @param {Point} b
 * @returns {Point}
 */
const midpoint = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

/**
 * A point of the quadratic Bézier curve, `t` from 0 to 1.
 *
 * @param {Point} a
 * @param {Point} control
 * @param {Point} b
 * @param {number} t
 * @returns {Point}
 */
function bezier(a, control, b, t) {
  const [p, q, r] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
  return [p * a[0] + q * control[0] + r * b[0], p * a[1] + q * control[1] + r * b[1]];
}

/** A stroke in the making: a smooth curve through the midpoints between the points that the pointer passed. */
export class Stroke {
  /**
   * @param {Raster} raster
   * @param {Brush} brush
   * @param {Point} point where it begins
   */
  constructor(raster, brush, point) {
    this.raster = raster;
    this.brush = brush;
    this.previous = point;
    this.last = point;
    paintSegment(raster, point, point, brush);
    this.paintCellUnder(point);
  }

  /**
   * The very cell under the point, which the thinnest brush may miss by its middle.
   *
   * @param {Point} point
   */
  paintCellUnder([x, y]) {
    const { cells, width, height } = this.raster;
    const [i, j] = [Math.floor(x), Math.floor(y)];
    if (this.brush.soft || i < 0 || j < 0 || i >= width || j >= height) return;
    cells[j * width + i] = this.brush.change(cells[j * width + i], 1);
  }

  /**
   * On to the next point: from the midpoint before the last one to the midpoint after it, bent towards it.
   *
   * @param {Point} point
   */
  extend(point) {
    const [from, to] = [midpoint(this.previous, this.last), midpoint(this.last, point)];
    const steps = Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) / Math.max(1, this.brush.radius)) || 1;
    let reached = from;
    for (let step = 1; step <= steps; step++) {
      const next = bezier(from, this.last, to, step / steps);
      paintSegment(this.raster, reached, next, this.brush);
      reached = next;
    }
    this.previous = this.last;
    this.last = point;
  }

  /** To the very last point, which the curve has not reached yet. */
  end() {
    paintSegment(this.raster, midpoint(this.previous, this.last), this.last, this.brush);
  }
}

/**
 * Fill the box between two corners, the cells under both included.
 *
 * @param {Raster} raster
 * @param {Point} from
 * @param {Point} to
 * @param {number} value
 */
export function fillBox({ cells, width, height }, from, to, value) {
  const [left, right] = cellRange(from[0], to[0], width);
  const [top, bottom] = cellRange(from[1], to[1], height);
  for (let j = top; j < bottom; j++) cells.fill(value, j * width + left, j * width + right);
}

/**
 * The cells between two places along an axis of so many: first, and the one after the last.
 *
 * @param {number} a
 * @param {number} b
 * @param {number} size
 */
function cellRange(a, b, size) {
  return [Math.max(0, Math.floor(Math.min(a, b))), Math.min(size, Math.floor(Math.max(a, b)) + 1)];
}
