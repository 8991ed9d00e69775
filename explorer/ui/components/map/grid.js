// A spatial index of the points: a uniform grid of cells, so that the pointer's neighbourhood is found at once.

/** @import { Bounds, Point, Test } from "./types.js" */

const PER_CELL = 4; // points, on average
const MAX_SIDE = 1024; // cells

export class PointGrid {
  /**
   * @param {Float32Array} x
   * @param {Float32Array} y
   */
  constructor(x, y) {
    this.x = x;
    this.y = y;
    this.n = x.length;
    this.bounds = boundsOf(x, y);
    const { x0, x1, y0, y1 } = this.bounds;
    this.side = Math.max(1, Math.min(MAX_SIDE, Math.ceil(Math.sqrt(this.n / PER_CELL))));
    this.cellX = (x1 - x0) / this.side || 1;
    this.cellY = (y1 - y0) / this.side || 1;
    const { order, starts } = this.sort();
    this.order = order;
    this.starts = starts;
  }

  /** @param {number} x */
  column(x) {
    return Math.min(this.side - 1, Math.max(0, Math.floor((x - this.bounds.x0) / this.cellX)));
  }

  /** @param {number} y */
  row(y) {
    return Math.min(this.side - 1, Math.max(0, Math.floor((y - this.bounds.y0) / this.cellY)));
  }

  /** Counting sort of the points by cell: their order, and where each cell's begin in it. */
  sort() {
    const cells = new Uint32Array(this.n);
    const starts = new Uint32Array(this.side * this.side + 1);
    for (let i = 0; i < this.n; i++) {
      cells[i] = this.row(this.y[i]) * this.side + this.column(this.x[i]);
      starts[cells[i] + 1] += 1;
    }
    for (let cell = 0; cell < this.side * this.side; cell++) starts[cell + 1] += starts[cell];
    const next = starts.slice();
    const order = new Uint32Array(this.n);
    for (let i = 0; i < this.n; i++) order[next[cells[i]]++] = i;
    return { order, starts };
  }

  /**
   * Visit every point of a box, until `visit` returns false.
   *
   * @param {Bounds} box
   * @param {(index: number) => unknown} visit
   */
  within({ x0, x1, y0, y1 }, visit) {
    const [left, right] = [this.column(x0), this.column(x1)];
    for (let row = this.row(y0); row <= this.row(y1); row++) {
      const [start, end] = [this.starts[row * this.side + left], this.starts[row * this.side + right + 1]];
      for (let at = start; at < end; at++) {
        const i = this.order[at];
        if (this.x[i] < x0 || this.x[i] > x1 || this.y[i] < y0 || this.y[i] > y1) continue;
        if (visit(i) === false) return;
      }
    }
  }

  /**
   * The nearest point that is allowed, within an ellipse around a place; null where there is none.
   *
   * @param {Point} place
   * @param {Point} radii in the units of the axes
   * @param {Test} allowed
   * @returns {number | null}
   */
  nearest([x, y], [radiusX, radiusY], allowed) {
    /** @type {number | null} */
    let best = null;
    let least = 1;
    this.within({ x0: x - radiusX, x1: x + radiusX, y0: y - radiusY, y1: y + radiusY }, (i) => {
      const distance = ((this.x[i] - x) / radiusX) ** 2 + ((this.y[i] - y) / radiusY) ** 2;
      if (distance <= least && allowed(i)) [best, least] = [i, distance];
    });
    return best;
  }
}

/**
 * @param {Float32Array} x
 * @param {Float32Array} y
 * @returns {Bounds}
 */
function boundsOf(x, y) {
  if (!x.length) return { x0: 0, x1: 0, y0: 0, y1: 0 };
  const bounds = { x0: Infinity, x1: -Infinity, y0: Infinity, y1: -Infinity };
  for (let i = 0; i < x.length; i++) {
    bounds.x0 = Math.min(bounds.x0, x[i]);
    bounds.x1 = Math.max(bounds.x1, x[i]);
    bounds.y0 = Math.min(bounds.y0, y[i]);
    bounds.y1 = Math.max(bounds.y1, y[i]);
  }
  return bounds;
}

/**
 * Whether a point lies inside a closed polygon: even-odd rule.
 *
 * @param {Point[]} polygon
 * @param {number} x
 * @param {number} y
 */
export function inside(polygon, x, y) {
  let odd = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [[xi, yi], [xj, yj]] = [polygon[i], polygon[j]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}
