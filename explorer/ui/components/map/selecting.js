// Sets of points: drawn with a lasso or a box, and their way to Python and back as bits.

import { inside } from "./grid.js";

/** Which points lie inside an outline [[x, y], ...] of the map: one byte a point. */
export function enclosed(grid, outline, shown) {
  const mask = new Uint8Array(grid.n);
  const [xs, ys] = [0, 1].map((axis) => outline.map((corner) => corner[axis]));
  const box = { x0: Math.min(...xs), x1: Math.max(...xs), y0: Math.min(...ys), y1: Math.max(...ys) };
  grid.within(box, (i) => {
    if (shown(i) && inside(outline, grid.x[i], grid.y[i])) mask[i] = 1;
  });
  return mask;
}

export const count = (mask) => mask.reduce((sum, bit) => sum + bit, 0);

/** Eight points a byte, the first in the highest bit, in base 64. */
export function pack(mask) {
  const bytes = new Uint8Array(Math.ceil(mask.length / 8));
  mask.forEach((bit, i) => {
    if (bit) bytes[i >> 3] |= 128 >> (i & 7);
  });
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** The other way; `n` points. */
export function unpack(text, n) {
  const bytes = atob(text);
  return Uint8Array.from({ length: n }, (_, i) => (bytes.charCodeAt(i >> 3) >> (7 - (i & 7))) & 1);
}

/** Follows the pointer over a stage while a lasso or a box is drawn. */
export class Lasso {
  constructor(onDraw, onDone) {
    Object.assign(this, { onDraw, onDone });
    this.corners = null;
  }

  start(kind, corner) {
    this.kind = kind;
    this.corners = [corner];
  }

  get outline() {
    if (!this.corners || this.kind === "lasso") return this.corners;
    const [[x0, y0], [x1, y1]] = [this.corners[0], this.corners.at(-1)];
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
  }

  follow(corner) {
    this.corners.push(corner);
    this.onDraw();
  }

  end() {
    const { outline } = this;
    this.corners = null;
    this.onDone(outline);
  }
}
