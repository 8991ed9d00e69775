// As much of plotly's scatter as the map uses, on a 2D canvas: plotly itself would be larger than the rest of the page.

import { ticks } from "../live/scale.js";
import { context2d, make } from "../shared/dom.js";

/** @import { Plotly, PlotlyAxis, PlotlyElement } from "../map/plotly.js" */
/** @import { Point } from "../map/types.js" */

const WHEEL = 0.0015; // of the logarithm of the scale, a pixel
const GOLDEN = 0.5; // of a sprite's pixels beyond the mark

/**
 * @typedef {object} Trace
 * @property {Float32Array} x
 * @property {Float32Array} y
 * @property {{ color: string, symbol: string, size: number, opacity: number }} marker
 */

/**
 * @typedef {object} Axis
 * @property {Point} range
 * @property {boolean} showgrid
 * @property {boolean} showticklabels
 * @property {string} gridcolor
 * @property {{ color: string, size: number }} tickfont
 * @property {{ text: string }} title
 */

/** @typedef {{ margin: { l: number, r: number, t: number, b: number }, xaxis: Axis, yaxis: Axis, font: { family: string } }} Layout */

class CanvasScatter {
  /** @type {Trace[]} */
  traces = [];
  /** @type {Map<string, (changes: object) => void>} */
  listeners = new Map();
  /** @type {Map<number, PointerEvent>} those that are down */
  pointers = new Map();
  /** @type {number | null} */
  frame = null;

  /**
   * @param {HTMLElement} root
   * @param {Layout} layout
   */
  constructor(root, layout) {
    this.root = root;
    this.layout = layout;
    this.ranges = { x: layout.xaxis.range, y: layout.yaxis.range };
    this.canvas = make("canvas", { className: "nsewdrag" });
    root.replaceChildren(this.canvas);
    this.resizer = new ResizeObserver(() => this.emit("plotly_afterplot"));
    this.resizer.observe(root);
    this.canvas.addEventListener("pointerdown", (event) => this.onPress(event));
    this.canvas.addEventListener("pointermove", (event) => this.onMove(event));
    for (const type of /** @type {const} */ (["pointerup", "pointercancel"])) {
      this.canvas.addEventListener(type, (event) => this.onEnd(event));
    }
    this.canvas.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
  }

  /** @param {string} event */
  emit(event) {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
    this.listeners.get(event)?.(event === "plotly_relayout" ? { "xaxis.range": this.ranges.x } : {});
  }

  // ---- where things are

  /** Pixels a unit, the same on both axes, and what lies in the middle: both ranges are in view. */
  get scale() {
    const { l, r, t, b } = this.layout.margin;
    const [width, height] = [this.root.clientWidth - l - r, this.root.clientHeight - t - b];
    const { x, y } = this.ranges;
    return Math.max(1e-12, Math.min(width / (x[1] - x[0] || 1), height / (y[1] - y[0] || 1)));
  }

  /** @returns {{ xaxis: PlotlyAxis, yaxis: PlotlyAxis }} */
  get axes() {
    const { l, r, t, b } = this.layout.margin;
    const [width, height] = [this.root.clientWidth - l - r, this.root.clientHeight - t - b];
    const [x, y] = [middle(this.ranges.x), middle(this.ranges.y)];
    const { scale } = this;
    return {
      xaxis: {
        _offset: l,
        _length: width,
        d2p: (value) => (value - x) * scale + width / 2,
        p2d: (pixel) => (pixel - width / 2) / scale + x,
      },
      yaxis: {
        _offset: t,
        _length: height,
        d2p: (value) => (y - value) * scale + height / 2,
        p2d: (pixel) => y - (pixel - height / 2) / scale,
      },
    };
  }

  // ---- moving

  /** Whether the hand moves the map now, or draws around points. */
  get moving() {
    return this.root.closest("[data-tool]")?.getAttribute("data-tool") === "pan";
  }

  /** @param {PointerEvent} event */
  onPress(event) {
    if (event.button || !this.moving) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, event);
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const other = [...this.pointers.values()].find(({ pointerId }) => pointerId !== event.pointerId);
    this.pointers.set(event.pointerId, event);
    if (other) this.zoomAt(spread(before, other) / Math.max(1, spread(event, other)), event);
    else this.shift(before.clientX - event.clientX, before.clientY - event.clientY);
    this.emit("plotly_relayouting");
  }

  /** @param {PointerEvent} event */
  onEnd(event) {
    if (this.pointers.delete(event.pointerId) && this.moved) this.emit("plotly_relayout");
    if (!this.pointers.size) this.moved = false;
  }

  /** @param {WheelEvent} event */
  onWheel(event) {
    event.preventDefault();
    this.zoomAt(Math.exp(WHEEL * Math.max(-200, Math.min(200, event.deltaY))), event);
    this.emit("plotly_relayout");
  }

  /**
   * @param {number} right pixels
   * @param {number} down
   */
  shift(right, down) {
    const { scale } = this;
    this.ranges = { x: moved(this.ranges.x, right / scale), y: moved(this.ranges.y, -down / scale) };
    this.moved = true;
  }

  /**
   * @param {number} factor of what is in view
   * @param {MouseEvent} event that stays where it is
   */
  zoomAt(factor, event) {
    const box = this.root.getBoundingClientRect();
    const { xaxis, yaxis } = this.axes;
    const x = xaxis.p2d(event.clientX - box.left - xaxis._offset);
    const y = yaxis.p2d(event.clientY - box.top - yaxis._offset);
    this.ranges = { x: scaled(this.ranges.x, factor, x), y: scaled(this.ranges.y, factor, y) };
    this.moved = true;
  }

  moved = false;

  // ---- drawing

  draw() {
    const { clientWidth, clientHeight } = this.root;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(clientWidth * ratio);
    this.canvas.height = Math.round(clientHeight * ratio);
    const context = context2d(this.canvas);
    context.scale(ratio, ratio);
    const { xaxis, yaxis } = this.axes;
    if (this.layout.xaxis.showgrid) this.drawGrid(context);
    context.save();
    context.beginPath();
    context.rect(xaxis._offset, yaxis._offset, xaxis._length, yaxis._length);
    context.clip();
    for (const trace of this.traces) this.drawTrace(context, trace, ratio);
    context.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Trace} trace
   * @param {number} ratio
   */
  drawTrace(context, { x, y, marker }, ratio) {
    const { xaxis, yaxis } = this.axes;
    const sprite = spriteOf(marker, ratio);
    const side = sprite.width / ratio;
    context.globalAlpha = marker.opacity;
    for (let i = 0; i < x.length; i++) {
      const left = xaxis._offset + xaxis.d2p(x[i]);
      const top = yaxis._offset + yaxis.d2p(y[i]);
      context.drawImage(sprite, left - side / 2, top - side / 2, side, side);
    }
    context.globalAlpha = 1;
  }

  /** @param {CanvasRenderingContext2D} context */
  drawGrid(context) {
    const { xaxis, yaxis } = this.axes;
    const { gridcolor, tickfont, title } = this.layout.xaxis;
    const [left, top] = [xaxis._offset, yaxis._offset];
    const [right, bottom] = [left + xaxis._length, top + yaxis._length];
    Object.assign(context, { strokeStyle: gridcolor, fillStyle: tickfont.color, lineWidth: 1 });
    context.font = `${tickfont.size}px ${this.layout.font.family}`;
    /** @type {(x0: number, y0: number, x1: number, y1: number) => void} */
    const line = (x0, y0, x1, y1) => {
      context.beginPath();
      context.moveTo(x0, y0);
      context.lineTo(x1, y1);
      context.stroke();
    };
    context.textAlign = "center";
    for (const value of ticks({ lo: xaxis.p2d(0), hi: xaxis.p2d(xaxis._length) })) {
      const at = left + xaxis.d2p(value);
      line(at, top, at, bottom);
      context.fillText(String(value), at, bottom + 14);
    }
    context.fillText(title.text, (left + right) / 2, bottom + 32);
    context.textAlign = "right";
    for (const value of ticks({ lo: yaxis.p2d(yaxis._length), hi: yaxis.p2d(0) })) {
      const at = top + yaxis.d2p(value);
      line(left, at, right, at);
      context.fillText(String(value), left - 5, at + 4);
    }
    context.save();
    context.translate(left - 32, (top + bottom) / 2);
    context.rotate(-Math.PI / 2);
    context.textAlign = "center";
    context.fillText(this.layout.yaxis.title.text, 0, 0);
    context.restore();
  }

  close() {
    cancelAnimationFrame(this.frame ?? 0);
    this.resizer.disconnect();
  }
}

/** @type {WeakMap<HTMLElement, CanvasScatter>} */
const drawn = new WeakMap();

/** @type {Plotly} */
export const canvasPlotly = {
  async react(root, traces, layout) {
    const scatter = drawn.get(root) ?? new CanvasScatter(root, /** @type {Layout} */ (layout));
    drawn.set(root, scatter);
    if (scatter.layout !== layout) scatter.ranges = rangesOf(/** @type {Layout} */ (layout));
    scatter.layout = /** @type {Layout} */ (layout);
    scatter.traces = /** @type {Trace[]} */ (traces);
    const element = /** @type {PlotlyElement} */ (root);
    element.layout = layout;
    element.on = (event, listener) => {
      scatter.listeners.set(event, listener);
    };
    Object.defineProperty(element, "_fullLayout", { configurable: true, get: () => scatter.axes });
    scatter.emit("plotly_afterplot");
  },
  async relayout(root, changes) {
    const scatter = drawn.get(root);
    if (!scatter) return;
    const asked = /** @type {Record<string, Point>} */ (changes);
    scatter.ranges = { x: asked["xaxis.range"], y: asked["yaxis.range"] };
    scatter.emit("plotly_relayout");
  },
  purge(root) {
    drawn.get(root)?.close();
    drawn.delete(root);
  },
};

/** @param {Layout} layout */
const rangesOf = ({ xaxis, yaxis }) => ({ x: xaxis.range, y: yaxis.range });

/** @param {Point} range */
const middle = ([low, high]) => (low + high) / 2;

/** @type {(range: Point, by: number) => Point} */
const moved = ([low, high], by) => [low + by, high + by];

/** @type {(range: Point, factor: number, around: number) => Point} */
const scaled = ([low, high], factor, around) => [around + (low - around) * factor, around + (high - around) * factor];

/** @type {(a: PointerEvent, b: PointerEvent) => number} */
const spread = (a, b) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);

/** The outlines of marks in a square from -1 to 1; a circle has none. @type {Record<string, Point[]>} */
const OUTLINES = {
  square: [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  diamond: [
    [0, -1.2],
    [1.2, 0],
    [0, 1.2],
    [-1.2, 0],
  ],
  "triangle-up": [
    [0, -1.2],
    [1.1, 0.8],
    [-1.1, 0.8],
  ],
  cross: [
    [-0.35, -1.1],
    [0.35, -1.1],
    [0.35, -0.35],
    [1.1, -0.35],
    [1.1, 0.35],
    [0.35, 0.35],
    [0.35, 1.1],
    [-0.35, 1.1],
    [-0.35, 0.35],
    [-1.1, 0.35],
    [-1.1, -0.35],
    [-0.35, -0.35],
  ],
};

/**
 * A mark, drawn once: copies of it are many times faster than paths.
 *
 * @param {Trace["marker"]} marker
 * @param {number} ratio
 */
function spriteOf({ color, symbol, size }, ratio) {
  const side = Math.ceil((1.25 * size + 2 * GOLDEN) * ratio);
  const canvas = make("canvas", { width: side, height: side });
  const context = context2d(canvas);
  context.translate(side / 2, side / 2);
  context.scale((size * ratio) / 2, (size * ratio) / 2);
  if (symbol === "x") context.rotate(Math.PI / 4);
  context.beginPath();
  const outline = OUTLINES[symbol === "x" ? "cross" : symbol];
  if (outline) for (const corner of outline) context.lineTo(...corner);
  else context.arc(0, 0, 1, 0, 2 * Math.PI);
  context.fillStyle = color;
  context.fill();
  return canvas;
}
