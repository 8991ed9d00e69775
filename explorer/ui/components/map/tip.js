// What is said of the point under the pointer: its thumbnail and a few numbers.

import { text } from "./colours.js";

const SHOWN = 96; // pixels along the longer side of a thumbnail
const AWAY = 14; // pixels between pointer and tip

export class Tip {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.words = root.querySelector(".tip-text");
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
  }

  /** Show an image at a pixel of the stage; true when its thumbnail is painted. */
  show(index, lines, sheets, left, top) {
    this.words.replaceChildren(...lines.map((line, i) => text("div", i ? "" : "first", line)));
    this.root.hidden = false;
    const painted = this.paint(index, sheets);
    this.move(left, top);
    return painted;
  }

  paint(index, sheets) {
    const { width, height } = sheets;
    const scale = Math.max(1, Math.floor(SHOWN / Math.max(width, height)));
    Object.assign(this.canvas, { width, height });
    Object.assign(this.canvas.style, { width: `${width * scale}px`, height: `${height * scale}px` });
    return sheets.draw(this.context, index, 0, 0, width, height);
  }

  /** Beside the pointer, inside the stage. */
  move(left, top) {
    const stage = this.root.parentElement;
    const { offsetWidth, offsetHeight } = this.root;
    const right = left + AWAY + offsetWidth <= stage.clientWidth;
    const x = right ? left + AWAY : Math.max(0, left - AWAY - offsetWidth);
    const y = Math.min(Math.max(0, top - offsetHeight / 2), Math.max(0, stage.clientHeight - offsetHeight));
    this.root.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }

  hide() {
    this.root.hidden = true;
  }
}
