// Strokes of a round brush over cells. Cell (i, j) is the square from i to i + 1 across and j to j + 1 down; points are
// [x, y] in cells, and a cell counts by its middle.

/** Go straight over cells from one point to another; `change(value, share)` says what a cell becomes. */
function sweep({ cells, width, height }, [x0, y0], [x1, y1], radius, soft, change) {
  const reach = radius + 1;
  const [left, right] = [Math.max(0, Math.floor(Math.min(x0, x1) - reach)), Math.min(width, Math.max(x0, x1) + reach)];
  const [top, bottom] = [Math.max(0, Math.floor(Math.min(y0, y1) - reach)), Math.min(height, Math.max(y0, y1) + reach)];
  const [dx, dy] = [x1 - x0, y1 - y0];
  const squared = dx * dx + dy * dy || 1;
  for (let j = top; j < bottom; j++) {
    for (let i = left; i < right; i++) {
      const [px, py] = [i + 0.5 - x0, j + 0.5 - y0];
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) / squared));
      const away = Math.hypot(px - along * dx, py - along * dy);
      const share = soft ? Math.min(1, Math.max(0, radius + 0.5 - away)) : Number(away <= radius);
      if (share) cells[j * width + i] = change(cells[j * width + i], share);
    }
  }
}

const middle = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

/** One stroke, from where it begins: a smooth curve through the middles between the points that the hand passed. */
export class Stroke {
  constructor(sheet, { radius, soft, change }, point) {
    Object.assign(this, { sheet, radius, soft, change, points: [point] });
    this.straight(point, point);
    this.touch(point);
  }

  straight(from, to) {
    sweep(this.sheet, from, to, this.radius, this.soft, this.change);
  }

  /** The very cell under the point, which the thinnest brush may miss by its middle. */
  touch([x, y]) {
    const { cells, width, height } = this.sheet;
    const [i, j] = [Math.floor(x), Math.floor(y)];
    if (this.soft || i < 0 || j < 0 || i >= width || j >= height) return;
    cells[j * width + i] = this.change(cells[j * width + i], 1);
  }

  /** On to the next point: from the middle before the last one to the middle after it, bent towards it. */
  follow(point) {
    const [before, last] = [this.points.at(-2) ?? this.points[0], this.points.at(-1)];
    this.points.push(point);
    const [from, to] = [middle(before, last), middle(last, point)];
    const steps = Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) / Math.max(1, this.radius)) || 1;
    let here = from;
    for (let step = 1; step <= steps; step++) {
      const t = step / steps;
      const next = middleOfCurve(from, last, to, t);
      this.straight(here, next);
      here = next;
    }
  }

  /** To the very last point, which the curve has not reached yet. */
  end() {
    this.straight(middle(this.points.at(-2) ?? this.points[0], this.points.at(-1)), this.points.at(-1));
  }
}

/** A point of the quadratic Bézier curve. */
function middleOfCurve(a, b, c, t) {
  return [0, 1].map((axis) => (1 - t) ** 2 * a[axis] + 2 * t * (1 - t) * b[axis] + t ** 2 * c[axis]);
}

/** All cells of the box between two corners, both included. */
export function fillBox({ cells, width, height }, from, to, value) {
  const range = (axis, size) => {
    const [low, high] = [Math.min(from[axis], to[axis]), Math.max(from[axis], to[axis])];
    return [Math.max(0, Math.floor(low)), Math.min(size, Math.floor(high) + 1)];
  };
  const [[left, right], [top, bottom]] = [range(0, width), range(1, height)];
  for (let j = top; j < bottom; j++) cells.fill(value, j * width + left, j * width + right);
}
