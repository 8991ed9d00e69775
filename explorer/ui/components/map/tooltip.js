// What is said of the point under the pointer: its thumbnail and a few numbers.

import { context2d, find, make } from "../shared/dom.js";

/** @import { Thumbnails } from "./thumbnails.js" */

const THUMBNAIL_SIDE = 96; // pixels along the longer side of a thumbnail, at most
const GAP = 14; // pixels between pointer and tooltip

export class Tooltip {
  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} stage that it stays inside of
   */
  constructor(root, stage) {
    this.root = root;
    this.stage = stage;
    this.canvas = find(root, "canvas", HTMLCanvasElement);
    this.text = find(root, ".tip-text", HTMLElement);
    this.context = context2d(this.canvas, { willReadFrequently: true });
  }

  /**
   * Show an image beside a pixel of the stage; true when its thumbnail is painted.
   *
   * @param {number} index
   * @param {string[]} lines
   * @param {Thumbnails} sheets
   * @param {number} left
   * @param {number} top
   */
  show(index, lines, sheets, left, top) {
    this.text.replaceChildren(
      ...lines.map((line, i) => make("div", { className: i ? "" : "first", textContent: line })),
    );
    this.root.hidden = false;
    const painted = this.paint(index, sheets);
    this.move(left, top);
    return painted;
  }

  /**
   * Paint the thumbnail, if there are any; true when there is nothing more to wait for.
   *
   * @param {number} index
   * @param {Thumbnails} sheets
   */
  paint(index, sheets) {
    this.canvas.hidden = sheets.count === 0;
    if (this.canvas.hidden) return true;
    const { width, height } = sheets;
    const scale = Math.max(1, Math.floor(THUMBNAIL_SIDE / Math.max(width, height)));
    Object.assign(this.canvas, { width, height });
    Object.assign(this.canvas.style, { width: `${width * scale}px`, height: `${height * scale}px` });
    return sheets.draw(this.context, index, { x: 0, y: 0, width, height });
  }

  /**
   * Beside the pointer, inside the stage.
   *
   * @param {number} left
   * @param {number} top
   */
  move(left, top) {
    const { clientWidth, clientHeight } = this.stage;
    const { offsetWidth, offsetHeight } = this.root;
    const fits = left + GAP + offsetWidth <= clientWidth;
    const x = fits ? left + GAP : Math.max(0, left - GAP - offsetWidth);
    const y = Math.min(Math.max(0, top - offsetHeight / 2), Math.max(0, clientHeight - offsetHeight));
    this.root.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }

  hide() {
    this.root.hidden = true;
  }
}
