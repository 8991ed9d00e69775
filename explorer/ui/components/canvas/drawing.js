// What is painted: strokes and boxes in the making, and what to undo.

import { fillBox, Stroke } from "./stroke.js";

/** @import { Point, ToolName } from "./types.js" */

const MAX_UNDO = 50;

export class Drawing {
  /** @type {Uint8Array[]} cells before each change, the latest last */
  past = [];
  /** @type {Uint8Array | null} cells before the stroke or box that is being painted */
  before = null;
  /** @type {Stroke | null} */
  stroke = null;
  /** @type {Point} the first corner of a box */
  corner = [0, 0];

  /**
   * @param {number} width cells
   * @param {number} height cells
   * @param {{ full: number, soft: boolean }} mode
   */
  constructor(width, height, { full, soft }) {
    this.width = width;
    this.height = height;
    this.full = full;
    this.soft = soft;
    this.cells = new Uint8Array(width * height);
  }

  /** How many cells are painted. */
  get painted() {
    return this.cells.reduce((count, cell) => count + Number(cell > 0), 0);
  }

  /** Whether a stroke or box is being painted. */
  get active() {
    return this.before !== null;
  }

  /**
   * @param {ToolName} tool
   * @param {number} diameter of the brush, in cells
   * @param {Point} point
   */
  begin(tool, diameter, point) {
    this.before = this.cells.slice();
    if (tool === "box") {
      this.corner = point;
      this.extend(point);
    } else {
      const change = tool === "eraser" ? this.erase : this.cover;
      this.stroke = new Stroke(this, { radius: diameter / 2, soft: this.soft, change }, point);
    }
  }

  /** @type {(value: number, share: number) => number} */
  cover = (value, share) => Math.max(value, Math.round(this.full * share));

  /** @type {(value: number, share: number) => number} */
  erase = (value, share) => Math.min(value, Math.round(this.full * (1 - share)));

  /** @param {Point} point */
  extend(point) {
    if (!this.before) return;
    if (this.stroke) {
      this.stroke.extend(point);
    } else {
      this.cells.set(this.before);
      fillBox(this, this.corner, point, this.full);
    }
  }

  /** The stroke or box is done; false where nothing has changed. */
  end() {
    if (!this.before) return false;
    this.stroke?.end();
    const changed = this.remember(this.before);
    this.before = this.stroke = null;
    return changed;
  }

  /** Take back the stroke or box that is being painted. */
  cancel() {
    if (this.before) this.cells.set(this.before);
    this.before = this.stroke = null;
  }

  /**
   * What Python says takes the place of all, without a step to undo.
   *
   * @param {Uint8Array} cells
   */
  replace(cells) {
    this.cancel();
    this.past = [];
    this.cells.set(cells);
  }

  /** False where nothing was painted. */
  clear() {
    const before = this.cells.slice();
    this.cells.fill(0);
    return this.remember(before);
  }

  /** @param {Uint8Array} before */
  remember(before) {
    if (this.cells.every((cell, i) => cell === before[i])) return false;
    this.past = [...this.past, before].slice(-MAX_UNDO);
    return true;
  }

  /** False where there is nothing to undo. */
  undo() {
    const cells = this.past.pop();
    if (cells) this.cells.set(cells);
    return cells !== undefined;
  }
}
