// What lies around z, decoded in the browser: the manifold under the pad, z in every class, traversals. All follow the
// hand.

import { context2d, make } from "../shared/dom.js";
import { joinedFloats } from "../shared/joined.js";
import { BrowserTransport } from "./browser_engine.js";
import { fillImage } from "./pixels.js";
import { axis } from "./scale.js";

/** @import { Told } from "../decoder/types.js" */
/** @import { Frame, Pixels, Shape, Transport, Traversal, View } from "./types.js" */

const STALE_MS = 250; // what is being decoded for so long makes way for what is wanted now
const PAINT_MS = 100; // between two pictures of the manifold while it is being drawn
const WIDEST = 1280; // pixels of the manifold
const GOLDEN = 0.618;

/** @typedef {{ frame: Frame, view: View, z: Float32Array, classes: number, traversals: Traversal[] }} Wanted */

/**
 * Something that is made of several images.
 *
 * @typedef {object} Part
 * @property {"classes" | "manifold" | "traversals"} name
 * @property {string} of what it shows, "" for nothing
 * @property {() => Float32Array[]} codes
 * @property {(place: number, pixels: Pixels) => void} draw
 */

/** @typedef {{ part: Part, first: number, end: number }} Span the images of a part among those of a request */

/** @typedef {{ spans: Span[], codes: Float32Array, received: number, view: View, since: number }} Request */

/**
 * @typedef {object} SurroundingsEvents
 * @property {(label: number, pixels: Pixels) => void} onClass z in one class
 * @property {(place: number, pixels: Pixels) => void} onTraversal an image of a traversal
 * @property {(manifold: HTMLCanvasElement, view: View) => void} onManifold more of it is drawn
 */

const NOTHING = { classes: "", manifold: "", traversals: "" };

export class Surroundings {
  /** @type {BrowserTransport | null} */
  transport = null;
  /** @type {Request | null} */
  inFlight = null;
  /** @type {Wanted | null} */
  pending = null;
  id = 0;
  /** @type {number | null} the animation frame that is asked for */
  repaint = null;
  paintedAt = 0;
  shown = { ...NOTHING };
  viewOf = "";
  canvas = make("canvas");

  /**
   * @param {Shape} shape
   * @param {SurroundingsEvents} events
   */
  constructor(shape, events) {
    this.shape = shape;
    this.events = events;
    this.image = new ImageData(shape[2], shape[1]);
    this.tile = make("canvas", { width: shape[2], height: shape[1] });
  }

  /** @param {Transport | null} transport where it is the browser's own, it decodes; where not, Python sends all this */
  use(transport) {
    this.transport = transport instanceof BrowserTransport ? transport : null;
    this.inFlight = null;
    this.forget();
    if (this.transport) this.transport.onTiles = (told) => this.receive(told);
  }

  /** Decode all anew. */
  forget() {
    this.shown = { ...NOTHING };
    this.viewOf = "";
  }

  /**
   * What lies around z may have changed.
   *
   * @param {Wanted} wanted
   */
  want(wanted) {
    if (!this.transport) return;
    this.pending = { ...wanted, z: wanted.z.slice() };
    if (this.inFlight && performance.now() - this.inFlight.since < STALE_MS) return;
    this.start();
  }

  /** Ask for what has changed since, if anything. */
  start() {
    if (!this.pending || !this.transport) return;
    const { view } = this.pending;
    const changed = this.parts(this.pending).filter(({ name, of }) => of && of !== this.finished(name));
    this.pending = null;
    if (!changed.length) return;
    const spans = [];
    /** @type {Float32Array[]} */
    const codes = [];
    for (const part of changed) {
      const first = codes.length;
      codes.push(...part.codes());
      spans.push({ part, first, end: codes.length });
      this.shown[part.name] = part.of;
    }
    this.inFlight = { spans, codes: joinedFloats(codes), received: 0, view, since: performance.now() };
    this.id += 1;
    this.transport.ask({ kind: "grid", id: this.id, codes: this.inFlight.codes });
  }

  /** What a part shows to its last image, "" while some are still to come. @param {Part["name"]} name */
  finished(name) {
    const coming = this.inFlight?.spans.some(({ part, end }) => part.name === name && end > this.received);
    return coming ? "" : this.shown[name];
  }

  /** Of the images that were asked for last. */
  get received() {
    return this.inFlight?.received ?? 0;
  }

  /**
   * In the order in which they are decoded.
   *
   * @param {Wanted} wanted
   * @returns {Part[]}
   */
  parts({ frame, view, z, classes, traversals }) {
    const held = heldOf(frame, view, z);
    /** @type {number[]} */
    let order = [];
    const seen = JSON.stringify(view);
    return [
      {
        name: "classes",
        of: classes ? rounded(z.subarray(0, z.length - classes)) : "",
        codes: () => classCodes(z, classes),
        draw: (label, pixels) => this.events.onClass(label, pixels),
      },
      {
        name: "manifold",
        of: `${rounded(held)} ${seen}`,
        codes: () => {
          if (seen !== this.viewOf) this.canvas = this.sheet(view.size);
          this.viewOf = seen;
          order = scattered(view.size ** 2);
          return cellCodes(frame, view, held, order);
        },
        draw: (place, pixels) => this.drawCell(order[place], view.size, pixels),
      },
      {
        name: "traversals",
        of: traversals.length ? `${rounded(z)} ${JSON.stringify(traversals)}` : "",
        codes: () => traversalCodes(frame, traversals, z),
        draw: (place, pixels) => this.events.onTraversal(place, pixels),
      },
    ];
  }

  /** Black squares: the pad's cells are squares, images need not be. @param {number} size cells a side */
  sheet(size) {
    const longest = Math.max(this.shape[1], this.shape[2]);
    const side = size * Math.ceil(longest * Math.min(1, WIDEST / (size * longest)));
    const canvas = make("canvas", { width: side, height: side });
    context2d(canvas).fillRect(0, 0, side, side);
    return canvas;
  }

  /** @param {Extract<Told, { kind: "tiles" }>} told */
  receive({ id, first, parts, done }) {
    if (id !== this.id || !this.inFlight) return;
    const { spans, view } = this.inFlight;
    const size = this.shape[0] * this.shape[1] * this.shape[2];
    let place = first;
    for (const bytes of parts) {
      for (let at = 0; at < bytes.length; at += size, place++) {
        const span = spans.find(({ end }) => place < end);
        span?.part.draw(place - span.first, new Uint8Array(bytes.buffer, bytes.byteOffset + at, size));
      }
    }
    this.inFlight.received = place;
    if (spans.some(({ part }) => part.name === "manifold"))
      this.repaint ??= requestAnimationFrame(() => this.paint(view));
    if (!done) return;
    this.inFlight = null;
    this.start();
  }

  /** A few times a second, however often cells come: the page has the decoded image to paint. @param {View} view */
  paint(view) {
    this.repaint = null;
    const now = performance.now();
    if (this.inFlight && now - this.paintedAt < PAINT_MS) {
      this.repaint = requestAnimationFrame(() => this.paint(view));
      return;
    }
    this.paintedAt = now;
    this.events.onManifold(this.canvas, view);
  }

  /**
   * @param {number} cell row by row from the top
   * @param {number} size
   * @param {Pixels} pixels
   */
  drawCell(cell, size, pixels) {
    const side = this.canvas.width / size;
    const image = fillImage(this.image, pixels, this.shape[0]);
    const share = side / Math.max(image.width, image.height);
    const [width, height] = [image.width * share, image.height * share];
    const x = (cell % size) * side + Math.floor((side - width) / 2);
    const y = Math.floor(cell / size) * side + Math.floor((side - height) / 2);
    const context = context2d(this.canvas);
    if (share === 1) return context.putImageData(image, x, y);
    context2d(this.tile).putImageData(image, 0, 0);
    context.drawImage(this.tile, x, y, width, height);
  }
}

/**
 * z without its two coordinates of the pad, on which the manifold does not depend.
 *
 * @param {Frame} frame
 * @param {View} view
 * @param {Float32Array} z
 */
function heldOf(frame, view, z) {
  const held = z.slice();
  for (const i of [view.y, view.x]) frame.set(held, i, 0);
  return held;
}

/** Numbers as text, without the noise of arithmetic. @param {Float32Array} numbers */
const rounded = (numbers) => Array.from(numbers, (value) => Math.round(1000 * value) + 0).join();

/**
 * All numbers below n, each far from the one before: what is drawn in this order fills in evenly.
 *
 * @param {number} n
 */
export function scattered(n) {
  let step = Math.max(1, Math.round(GOLDEN * n));
  while (commonDivisor(step, n) > 1) step += 1;
  return Array.from({ length: n }, (_, i) => (i * step) % n);
}

/** @type {(a: number, b: number) => number} */
const commonDivisor = (a, b) => (b ? commonDivisor(b, a % b) : a);

/**
 * z in each of the classes.
 *
 * @param {Float32Array} z
 * @param {number} classes
 */
function classCodes(z, classes) {
  return Array.from({ length: classes }, (_, label) => {
    const code = z.slice();
    for (let other = 0; other < classes; other++) code[z.length - classes + other] = Number(other === label);
    return code;
  });
}

/**
 * z along each of the rows.
 *
 * @param {Frame} frame
 * @param {Traversal[]} rows
 * @param {Float32Array} z
 */
export function traversalCodes(frame, rows, z) {
  return rows.flatMap(({ index, values }) =>
    values.map((value) => {
      const code = z.slice();
      frame.set(code, index, value);
      return code;
    }),
  );
}

/**
 * The codes at the centres of cells: y falls from row to row, x grows along a row.
 *
 * @param {Frame} frame
 * @param {View} view
 * @param {Float32Array} held
 * @param {number[]} cells
 */
export function cellCodes(frame, view, held, cells) {
  const { size, scale } = view;
  const [across, up] = [axis(view.lo_x, view.hi_x, scale), axis(view.lo_y, view.hi_y, scale)];
  const xs = Array.from({ length: size }, (_, i) => across.value((i + 0.5) / size));
  const ys = Array.from({ length: size }, (_, i) => up.value(1 - (i + 0.5) / size));
  return cells.map((cell) => {
    const code = held.slice();
    frame.set(code, view.y, ys[Math.floor(cell / size)]);
    frame.set(code, view.x, xs[cell % size]);
    return code;
  });
}
