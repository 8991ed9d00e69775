// What is painted, and how it came about: strokes and boxes in the making, and the way back.

import { Stroke, fillBox } from "./stroke.js";

const MAX_UNDO = 50;

export class Paper {
  constructor(width, height, { full, soft }) {
    Object.assign(this, { width, height, full, soft, past: [] });
    this.cells = new Uint8Array(width * height);
  }

  get painted() {
    return this.cells.reduce((count, cell) => count + (cell > 0), 0);
  }

  get busy() {
    return Boolean(this.before);
  }

  /** Begin with a tool at a point, in cells; `diameter` is the brush's. */
  begin(tool, diameter, point) {
    this.before = this.cells.slice();
    this.corner = tool === "box" ? point : null;
    const { full, soft } = this;
    const change =
      tool === "eraser"
        ? (value, share) => Math.min(value, Math.round(full * (1 - share)))
        : (value, share) => Math.max(value, Math.round(full * share));
    this.stroke = this.corner ? null : new Stroke(this, { radius: diameter / 2, soft, change }, point);
    if (this.corner) this.follow(point);
  }

  follow(point) {
    if (this.stroke) return this.stroke.follow(point);
    this.cells.set(this.before);
    fillBox(this, this.corner, point, this.full);
  }

  /** Done; false where nothing has changed. */
  end() {
    this.stroke?.end();
    const { before } = this;
    this.before = this.stroke = null;
    return this.remember(before);
  }

  cancel() {
    if (this.before) this.cells.set(this.before);
    this.before = this.stroke = null;
  }

  clear() {
    const before = this.cells.slice();
    this.cells.fill(0);
    return this.remember(before);
  }

  remember(before) {
    if (this.cells.every((cell, i) => cell === before[i])) return false;
    this.past = [...this.past, before].slice(-MAX_UNDO);
    return true;
  }

  undo() {
    const back = this.past.pop();
    if (back) this.cells.set(back);
    return Boolean(back);
  }
}
