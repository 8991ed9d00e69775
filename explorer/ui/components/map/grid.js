// A spatial index of the points: a uniform grid of cells, so that the pointer's neighbourhood is found at once.

const PER_CELL = 4; // points, on average

export class PointGrid {
  constructor(x, y) {
    Object.assign(this, { x, y, n: x.length });
    this.bounds = this.measure();
    const { x0, x1, y0, y1 } = this.bounds;
    this.side = Math.max(1, Math.min(1024, Math.ceil(Math.sqrt(this.n / PER_CELL))));
    this.cellX = (x1 - x0) / this.side || 1;
    this.cellY = (y1 - y0) / this.side || 1;
    this.sort();
  }

  measure() {
    const bounds = { x0: Infinity, x1: -Infinity, y0: Infinity, y1: -Infinity };
    for (let i = 0; i < this.n; i++) {
      bounds.x0 = Math.min(bounds.x0, this.x[i]);
      bounds.x1 = Math.max(bounds.x1, this.x[i]);
      bounds.y0 = Math.min(bounds.y0, this.y[i]);
      bounds.y1 = Math.max(bounds.y1, this.y[i]);
    }
    return bounds;
  }

  column(x) {
    return Math.min(this.side - 1, Math.max(0, Math.floor((x - this.bounds.x0) / this.cellX)));
  }

  row(y) {
    return Math.min(this.side - 1, Math.max(0, Math.floor((y - this.bounds.y0) / this.cellY)));
  }

  /** Counting sort of the points by cell. */
  sort() {
    const cells = new Uint32Array(this.n);
    this.starts = new Uint32Array(this.side * this.side + 1);
    for (let i = 0; i < this.n; i++) {
      cells[i] = this.row(this.y[i]) * this.side + this.column(this.x[i]);
      this.starts[cells[i] + 1] += 1;
    }
    for (let cell = 0; cell < this.side * this.side; cell++) this.starts[cell + 1] += this.starts[cell];
    const next = this.starts.slice();
    this.order = new Uint32Array(this.n);
    for (let i = 0; i < this.n; i++) this.order[next[cells[i]]++] = i;
  }

  /** Calls visit(index) for every point of a box; ends early when it returns false. */
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

  /** The nearest point within the radii, in the units of the axes; null where there is none. */
  nearest(x, y, radiusX, radiusY, allowed) {
    let [best, least] = [null, 1];
    this.within({ x0: x - radiusX, x1: x + radiusX, y0: y - radiusY, y1: y + radiusY }, (i) => {
      const away = ((this.x[i] - x) / radiusX) ** 2 + ((this.y[i] - y) / radiusY) ** 2;
      if (away <= least && allowed(i)) [best, least] = [i, away];
    });
    return best;
  }
}

/** Whether a point lies inside a closed polygon [[x, y], ...]: even-odd rule. */
export function inside(polygon, x, y) {
  let odd = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [[xi, yi], [xj, yj]] = [polygon[i], polygon[j]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}
