// Traversals: a row of images for each coordinate, along it from end to end while all else of z stays. A click goes there.

import { context2d, find, make } from "../shared/dom.js";
import { gettext } from "../shared/words.js";
import { fillImage } from "./pixels.js";

/** @import { Frame, Pixels, Shape, Traversal } from "./types.js" */

const FEW = 4; // rows that are shown unasked

/**
 * @typedef {object} TraversalEvents
 * @property {(index: number, value: number) => void} onGo
 * @property {() => void} onOpen they are wanted from now on
 */

/** @typedef {{ context: CanvasRenderingContext2D, button: HTMLButtonElement }} Cell */

export class Traversals {
  /** @type {Traversal[]} */
  rows = [];
  /** @type {Cell[][]} */
  cells = [];
  /** @type {Cell[]} the same, row after row */
  places = [];
  /** @type {(HTMLButtonElement | undefined)[]} of each row */
  marked = [];
  rowsOf = "";

  /**
   * @param {HTMLElement} root
   * @param {Shape} shape
   * @param {TraversalEvents} events
   */
  constructor(root, [channels, height, width], events) {
    this.channels = channels;
    this.image = new ImageData(width, height);
    this.events = events;
    this.fold = find(root, ".traversals", HTMLDetailsElement);
    this.list = find(root, ".traversal-rows", HTMLElement);
    this.fold.addEventListener("toggle", () => this.fold.open && events.onOpen());
  }

  /** The rows that are to be decoded. */
  get wanted() {
    return this.fold.open ? this.rows : [];
  }

  /**
   * Have these rows, empty until they are decoded.
   *
   * @param {Traversal[]} rows
   * @param {Frame} frame
   */
  offer(rows, frame) {
    const seen = `${frame.what} ${JSON.stringify(rows)}`;
    if (seen === this.rowsOf) return;
    this.rowsOf = seen;
    this.rows = rows;
    this.fold.hidden = !rows.length;
    this.fold.open ||= rows.length <= FEW;
    this.list.replaceChildren();
    this.cells = rows.map((row) => this.row(row, frame.row(row.index).name));
    this.places = this.cells.flat();
    this.marked = [];
  }

  /**
   * @param {Traversal} row
   * @param {string} name
   */
  row({ index, values }, name) {
    const row = make("div", {
      className: "traversal",
      role: "group",
      ariaLabel: gettext("traversal of {name}", { name }),
    });
    const cells = values.map((value, i) => {
      const canvas = make("canvas", { width: this.image.width, height: this.image.height });
      const button = make("button", {
        type: "button",
        tabIndex: i ? -1 : 0,
        ariaLabel: gettext("{name} at {value}", { name, value }),
      });
      button.title = gettext("Go to {name} = {value}", { name, value });
      button.append(canvas);
      button.addEventListener("click", () => this.events.onGo(index, value));
      return { button, context: context2d(canvas) };
    });
    row.append(make("span", { textContent: name }), ...cells.map(({ button }) => button));
    row.addEventListener("keydown", (event) => step(event, cells));
    this.list.append(row);
    return cells;
  }

  /**
   * @param {number} place of the image, row by row
   * @param {Pixels} pixels
   */
  show(place, pixels) {
    this.places[place]?.context.putImageData(fillImage(this.image, pixels, this.channels), 0, 0);
  }

  /** Show all. @param {Uint8Array | null} pixels [rows * steps, C, H, W] */
  showAll(pixels) {
    const count = this.places.length;
    if (!pixels || !count) return;
    const size = pixels.length / count;
    for (let i = 0; i < count; i++) this.show(i, pixels.subarray(i * size, (i + 1) * size));
  }

  /**
   * Mark in each row the image that is nearest to z.
   *
   * @param {ArrayLike<number>} coordinates
   */
  moveTo(coordinates) {
    if (!this.fold.open) return;
    this.rows.forEach(({ index, values }, i) => {
      const distances = values.map((value) => Math.abs(value - coordinates[index]));
      const { button } = this.cells[i][distances.indexOf(Math.min(...distances))];
      const before = this.marked[i];
      if (before === button) return; // each write costs a layout
      if (before) before.ariaCurrent = null;
      button.ariaCurrent = "true";
      this.marked[i] = button;
    });
  }
}

/**
 * The arrow keys move the focus along a row, which is one stop of the Tab key.
 *
 * @param {KeyboardEvent} event
 * @param {Cell[]} cells
 */
function step(event, cells) {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const at = cells.findIndex(({ button }) => button === event.target);
  const next = by && cells[at + by];
  if (!next) return;
  event.preventDefault();
  event.stopPropagation();
  cells[at].button.tabIndex = -1;
  next.button.tabIndex = 0;
  next.button.focus();
}
