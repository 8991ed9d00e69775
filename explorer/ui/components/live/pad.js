// The pad: two coordinates of z as a plane with the decoded manifold behind, the data's points, and a handle.

import { context2d, find } from "../shared/dom.js";
import { clamp } from "../shared/numbers.js";
import { MOVE } from "./moves.js";
import { drawPoints, drawPosterior, drawTicks } from "./pad_layers.js";
import { axis } from "./scale.js";

/** @import { Frame, Posterior, View } from "./types.js" */
/** @import { Points } from "./pad_layers.js" */
/** @import { Axis } from "./scale.js" */

const SPAN = { min: 10, max: 12_000 }; // of the visible range, in steps of its coordinate's slider
const STEPS = { arrow: 5, shifted: 25 };
const VIEW_SETTLE_MS = 200;
/** @type {(keyof View)[]} what the picture behind depends on */
const PICTURE_KEYS = ["x", "y", "lo_x", "hi_x", "lo_y", "hi_y", "scale", "basis"];
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * @typedef {object} PadEvents
 * @property {(x: number, y: number | null) => void} onMove during a drag; null where there is one coordinate
 * @property {() => void} onRelease
 * @property {() => void} onSeen another view is seen
 * @property {(view: Partial<View>) => void} onView after zooming, once the view has settled
 */

export class Pad {
  hover = false; // whether z follows the pointer without a button pressed
  showPoints = true;
  /** @type {Points | null} */
  points = null;
  /** @type {Posterior | null} */
  posterior = null;
  /** @type {{ image: ImageBitmap | HTMLCanvasElement, view: View } | null} the decoded manifold, and the view that it belongs to */
  picture = null;
  /** @type {Map<number, PointerEvent>} those that are down */
  pointers = new Map();
  /** @type {number | null} the distance between two fingers */
  pinch = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  viewTimer;

  /**
   * @param {HTMLElement} root
   * @param {View} view
   * @param {Frame} frame of its coordinates
   * @param {ArrayLike<number>} coordinates of z
   * @param {PadEvents} events
   */
  constructor(root, view, frame, coordinates, events) {
    this.root = root;
    this.frame = frame;
    this.coordinates = coordinates;
    this.events = events;
    this.back = find(root, ".pad-back", HTMLCanvasElement);
    this.front = find(root, ".pad-front", HTMLCanvasElement);
    this.handle = find(root, ".pad-handle", HTMLElement);
    this.view = view;
    this.axes = axesOf(view);
    this.listen();
    this.resizer = new ResizeObserver(() => this.draw());
    this.resizer.observe(root);
  }

  /**
   * New content from Python.
   *
   * @param {Frame} frame
   * @param {View} view
   * @param {Points | null} points
   * @param {Posterior | null} posterior
   */
  show(frame, view, points, posterior) {
    this.frame = frame;
    this.points = points;
    this.posterior = posterior;
    this.setView(view);
  }

  /**
   * The decoded manifold.
   *
   * @param {ImageBitmap | HTMLCanvasElement} image
   * @param {View} view that it belongs to
   */
  showPicture(image, view) {
    this.picture = { image, view };
    this.drawPicture();
  }

  /**
   * @param {BlobPart} png of the manifold
   * @param {View} view
   */
  async showPng(png, view) {
    this.showPicture(await createImageBitmap(new Blob([png], { type: "image/png" })), view);
  }

  /** @param {View} view */
  setView(view) {
    this.view = view;
    this.axes = axesOf(view);
    this.draw();
    this.placeHandle();
  }

  get oneDimension() {
    return this.view.x === this.view.y;
  }

  /**
   * Move the handle to z, given by all its coordinates.
   *
   * @param {ArrayLike<number>} coordinates
   */
  moveTo(coordinates) {
    this.coordinates = coordinates;
    this.placeHandle();
  }

  placeHandle() {
    const { x, y } = this.view;
    const at = this.coordinates;
    const u = this.axes.x.fraction(at[x]);
    const v = this.oneDimension ? 0.5 : this.axes.y.fraction(at[y]);
    this.handle.style.left = `${clamp(u, 0, 1) * 100}%`;
    this.handle.style.top = `${(1 - clamp(v, 0, 1)) * 100}%`;
    this.handle.classList.toggle("outside", u < 0 || u > 1 || v < 0 || v > 1);
    this.root.setAttribute(
      "aria-valuetext",
      [x, y].map((i) => `${this.frame.row(i).name} ${at[i].toFixed(2)}`).join(", "),
    );
  }

  draw() {
    const side = this.root.clientWidth;
    if (!side) return;
    const ratio = window.devicePixelRatio || 1;
    for (const canvas of [this.back, this.front]) canvas.width = canvas.height = Math.round(side * ratio);
    this.drawPicture();
    const context = context2d(this.front);
    context.scale(ratio, ratio);
    const plane = { context, side, view: this.view, axes: this.axes };
    if (this.points && this.showPoints) drawPoints(plane, this.points);
    if (this.posterior) {
      const { x, y } = this.view;
      drawPosterior(plane, this.frame.ellipse(this.posterior, x, y), getComputedStyle(this.handle).borderTopColor);
    }
    drawTicks(plane, getComputedStyle(this.root));
  }

  /** The picture belongs to one view; while a new one is on its way nothing false is shown. */
  drawPicture() {
    const { picture, view } = this;
    if (!picture || PICTURE_KEYS.some((key) => picture.view[key] !== view[key])) return;
    const context = context2d(this.back);
    context.imageSmoothingEnabled = false;
    context.drawImage(picture.image, 0, 0, this.back.width, this.back.height);
  }

  // ---- input

  listen() {
    const { root } = this;
    root.addEventListener("pointerdown", (event) => this.onPointerDown(event));
    root.addEventListener(MOVE, (event) => this.onPointerMove(/** @type {PointerEvent} */ (event)));
    root.addEventListener("pointerup", (event) => this.onPointerEnd(event));
    root.addEventListener("pointercancel", (event) => this.onPointerEnd(event));
    root.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    root.addEventListener("keydown", (event) => this.onKeyDown(event));
    root.addEventListener("keyup", (event) => event.key.startsWith("Arrow") && this.events.onRelease());
  }

  /** @param {PointerEvent} event */
  onPointerDown(event) {
    if (event.button) return;
    this.root.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, event);
    this.pinch = this.pointers.size === 2 ? this.pinchDistance() : null;
    if (!this.pinch) this.follow(event);
  }

  /** @param {PointerEvent} event */
  onPointerMove(event) {
    if (this.pointers.has(event.pointerId)) this.pointers.set(event.pointerId, event);
    if (this.pinch) this.onPinch(event, this.pinch);
    else if (this.pointers.size === 1 || this.hover) this.follow(event);
  }

  /** @param {PointerEvent} event */
  onPointerEnd(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    if (!this.pinch) this.events.onRelease();
    else if (!this.pointers.size) this.pinch = null;
  }

  /** @param {WheelEvent} event */
  onWheel(event) {
    event.preventDefault();
    this.zoom(Math.exp(Math.sign(event.deltaY) * 0.15), event);
  }

  /** @param {KeyboardEvent} event */
  onKeyDown(event) {
    const direction = ARROWS[event.key];
    if (!direction) return;
    event.preventDefault();
    const steps = event.shiftKey ? STEPS.shifted : STEPS.arrow;
    const [x, y] = [this.view.x, this.view.y].map(
      (i, axis) => this.coordinates[i] + direction[axis] * steps * this.frame.row(i).step,
    );
    this.events.onMove(x, this.oneDimension ? null : y);
  }

  /**
   * Where an event is, as fractions of the pad's sides, rightwards and upwards.
   *
   * @param {MouseEvent} event
   */
  positionOf(event) {
    const box = this.root.getBoundingClientRect();
    return {
      u: clamp((event.clientX - box.left) / box.width, 0, 1),
      v: clamp(1 - (event.clientY - box.top) / box.height, 0, 1),
    };
  }

  /** @param {PointerEvent} event */
  follow(event) {
    const { u, v } = this.positionOf(event);
    this.events.onMove(this.axes.x.value(u), this.oneDimension ? null : this.axes.y.value(v));
  }

  pinchDistance() {
    const [a, b] = this.pointers.values();
    return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  }

  /**
   * @param {PointerEvent} event
   * @param {number} before the distance between the fingers
   */
  onPinch(event, before) {
    if (this.pointers.size < 2) return;
    const distance = this.pinchDistance();
    this.zoom(before / Math.max(distance, 1), event);
    this.pinch = distance;
  }

  // ---- zooming

  /**
   * Widen (factor > 1) or narrow the range around where an event is.
   *
   * @param {number} factor
   * @param {MouseEvent} event
   */
  zoom(factor, event) {
    const { u, v } = this.positionOf(event);
    const [lo_x, hi_x] = zoomed(this.axes.x, factor, u, this.frame.row(this.view.x).step);
    const [lo_y, hi_y] = zoomed(this.axes.y, factor, v, this.frame.row(this.view.y).step);
    this.changeView({ lo_x, hi_x, lo_y, hi_y });
  }

  /**
   * A new range or scale: drawn at once without its picture, which follows once the view has settled.
   *
   * @param {Partial<View>} changes
   */
  changeView(changes) {
    this.setView({ ...this.view, ...changes });
    this.events.onSeen();
    clearTimeout(this.viewTimer);
    this.viewTimer = setTimeout(() => this.events.onView(this.view), VIEW_SETTLE_MS);
  }

  /**
   * Ask for a view of other coordinates, which comes from Python; what was asked for before is of the old ones.
   *
   * @param {Partial<View>} view
   */
  leaveFor(view) {
    clearTimeout(this.viewTimer);
    this.events.onView(view);
  }

  destroy() {
    clearTimeout(this.viewTimer);
    this.resizer.disconnect();
  }
}

/** @param {View} view */
function axesOf({ lo_x, hi_x, lo_y, hi_y, scale }) {
  return { x: axis(lo_x, hi_x, scale), y: axis(lo_y, hi_y, scale) };
}

/**
 * The range of an axis, wider or narrower around a fraction of it; as it is where it would become too wide or narrow.
 *
 * @param {Axis} axis
 * @param {number} factor
 * @param {number} fraction
 * @param {number} step of the coordinate's slider
 */
function zoomed({ lo, hi, value }, factor, fraction, step) {
  const centre = value(fraction);
  const span = (hi - lo) * factor;
  if (span < SPAN.min * step || span > SPAN.max * step) return [lo, hi];
  return [centre - (centre - lo) * factor, centre + (hi - centre) * factor].map((edge) => Number(edge.toFixed(4)));
}
