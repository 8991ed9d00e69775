// A canvas to paint on with pointer, finger or keys.

import { find } from "../shared/dom.js";
import { mountable } from "../shared/mount.js";
import { clamp } from "../shared/numbers.js";
import { Drawing } from "./drawing.js";
import { MODES } from "./modes.js";
import { decode, encode } from "./run_length.js";

/** @import { FrontendRendererArgs } from "@streamlit/component-v2-lib" */
/** @import { CanvasData, CanvasState, ModeName, Point, ToolName } from "./types.js" */

/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const SHIFT_FACTOR = 4; // times as far with Shift

class PaintCanvas {
  /** @type {ModeName} */
  modeName = "draw";
  drawing = new Drawing(0, 0, MODES.draw);
  /** @type {ToolName} */
  tool = "pen";
  /** @type {Point} where the next dab goes, in cells */
  position = [0, 0];
  /** @type {number | null} of what Python last said is painted */
  stamp = null;
  /** @type {number | null} the pointer that paints */
  pointer = null;
  /** @type {number | null} the animation frame that is asked for */
  frame = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.stage = find(root, ".stage", HTMLElement);
    this.surface = find(root, ".over", HTMLCanvasElement);
    this.picture = find(root, ".under", HTMLImageElement);
    this.brushRing = find(root, ".brush-ring", HTMLElement);
    this.diameter = find(root, ".size", HTMLInputElement);
    this.note = find(root, ".note", HTMLElement);
    this.undoButton = find(root, ".undo", HTMLButtonElement);
    this.clearButton = find(root, ".clear", HTMLButtonElement);
    this.tools = /** @type {HTMLButtonElement[]} */ ([...root.querySelectorAll("button[data-tool]")]);
    this.listen();
    this.resizer = new ResizeObserver(() => this.render());
    this.resizer.observe(this.stage);
  }

  get mode() {
    return MODES[this.modeName];
  }

  /**
   * New data from Python, or another theme.
   *
   * @param {FrontendRendererArgs<CanvasState, CanvasData>} args
   */
  update({ data, setStateValue }) {
    const { mode, shape, stamp, cells, label, background } = data;
    const [height, width] = shape;
    this.setStateValue = setStateValue;
    const { drawing } = this;
    if (mode !== this.modeName || height !== drawing.height || width !== drawing.width) this.begin(mode, height, width);
    if (stamp !== this.stamp) {
      this.stamp = stamp;
      this.drawing.replace(decode(cells, height * width));
    }
    this.stage.setAttribute("aria-label", label);
    this.picture.hidden = !background;
    if (background && background !== this.picture.src) this.picture.src = background;
    this.render();
  }

  /**
   * An empty canvas of another mode or size.
   *
   * @param {ModeName} mode
   * @param {number} height
   * @param {number} width
   */
  begin(mode, height, width) {
    this.modeName = mode;
    this.stamp = null;
    this.drawing = new Drawing(width, height, this.mode);
    this.position = [Math.floor(width / 2) + 0.5, Math.floor(height / 2) + 0.5];
    this.root.dataset.mode = mode;
    this.stage.style.aspectRatio = `${width} / ${height}`;
    for (const button of this.tools) button.hidden = !this.mode.tools.includes(toolOf(button));
    const [min, max, value] = this.mode.diameters(width).map((cells) => String(Math.round(cells)));
    Object.assign(this.diameter, { min, max });
    this.diameter.value = value; // only now: a value is held within the bounds
    this.choose(this.mode.tools[0]);
  }

  /** @param {ToolName} tool */
  choose(tool) {
    this.finish(false);
    this.tool = tool;
    this.root.dataset.tool = tool;
    for (const button of this.tools) button.ariaPressed = String(toolOf(button) === tool);
    this.showBrush();
  }

  // ---- what is seen

  /** Once a frame, however often the pointer moves. */
  render() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.stage.clientWidth) this.renderNow();
    });
  }

  renderNow() {
    const { drawing, mode } = this;
    mode.render(this.surface, drawing, getComputedStyle(this.root).getPropertyValue("--st-primary-color"));
    const { painted } = drawing;
    this.root.dataset.painted = String(painted);
    const note = mode.describe(painted / drawing.cells.length);
    if (!drawing.active && this.note.textContent !== note) this.note.textContent = note;
    this.undoButton.disabled = !drawing.past.length;
    this.clearButton.disabled = !painted;
  }

  /** Where the next dab goes and how large it is. */
  showBrush() {
    const { width, height } = this.drawing;
    const [x, y] = this.position;
    const diameter = this.tool === "box" ? 1 : Number(this.diameter.value);
    /** @type {(value: number, size: number) => string} */
    const percent = (value, size) => `${(100 * value) / size}%`;
    Object.assign(this.brushRing.style, {
      left: percent(x, width),
      top: percent(y, height),
      width: percent(diameter, width),
      height: percent(diameter, height),
    });
  }

  // ---- painting

  start() {
    this.drawing.begin(this.tool, Number(this.diameter.value), this.position);
    this.render();
  }

  /** @param {Point} position */
  moveTo(position) {
    this.position = position;
    if (this.drawing.active) {
      this.drawing.extend(position);
      this.render();
    }
    this.showBrush();
  }

  /**
   * The stroke is done, or is taken back; what has changed is sent to Python.
   *
   * @param {boolean} kept
   */
  finish(kept) {
    if (!this.drawing.active) return;
    if (!kept) this.drawing.cancel();
    else if (this.drawing.end()) this.report();
    this.render();
  }

  report() {
    const { cells, width, height } = this.drawing;
    const of = /** @type {CanvasState["painted"]["of"]} */ ([this.modeName, height, width, this.stamp]);
    this.setStateValue?.("painted", { of, cells: encode(cells, width) });
  }

  undo() {
    this.finish(false);
    if (this.drawing.undo()) this.report();
    this.render();
  }

  clear() {
    this.finish(false);
    if (this.drawing.clear()) this.report();
    this.render();
  }

  // ---- input

  listen() {
    const { stage } = this;
    stage.addEventListener("pointerdown", (event) => this.onPointerDown(event));
    stage.addEventListener("pointermove", (event) => this.onPointerMove(event));
    stage.addEventListener("pointerup", (event) => this.onPointerEnd(event, true));
    stage.addEventListener("pointercancel", (event) => this.onPointerEnd(event, false));
    stage.addEventListener("keydown", (event) => this.onKeyDown(event));
    stage.addEventListener("keyup", (event) => event.key === " " && this.tool !== "box" && this.finish(true));
    stage.addEventListener("blur", () => this.pointer === null && this.finish(false));
    for (const button of this.tools) button.addEventListener("click", () => this.choose(toolOf(button)));
    this.diameter.addEventListener("input", () => this.showBrush());
    this.undoButton.addEventListener("click", () => this.undo());
    this.clearButton.addEventListener("click", () => this.clear());
  }

  /**
   * Where an event is, in cells.
   *
   * @param {PointerEvent} event
   * @returns {Point}
   */
  positionOf(event) {
    const box = this.stage.getBoundingClientRect();
    const { width, height } = this.drawing;
    return [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height];
  }

  /** @param {PointerEvent} event */
  onPointerDown(event) {
    if (event.button || !event.isPrimary) return;
    this.finish(false); // of the keys
    this.stage.setPointerCapture(event.pointerId);
    this.pointer = event.pointerId;
    this.position = this.positionOf(event);
    this.start();
    this.showBrush();
  }

  /** @param {PointerEvent} event */
  onPointerMove(event) {
    if (!event.isPrimary) return;
    const painting = event.pointerId === this.pointer;
    if (this.drawing.active && !painting) return; // a box that the keys have begun
    const passed = painting ? (event.getCoalescedEvents?.() ?? []) : [];
    for (const each of passed.length ? passed : [event]) this.moveTo(this.positionOf(each));
  }

  /**
   * @param {PointerEvent} event
   * @param {boolean} kept
   */
  onPointerEnd(event, kept) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.finish(kept);
  }

  /** @param {KeyboardEvent} event */
  onKeyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, () => void>} */
    const actions = {
      " ": () => this.onSpace(event),
      Enter: () => this.dab(),
      Escape: () => this.finish(false),
      u: () => this.undo(),
    };
    const direction = ARROWS[event.key];
    const act = direction ? () => this.step(direction, event.shiftKey ? SHIFT_FACTOR : 1) : actions[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /**
   * A corner of a box; with the other tools a stroke that goes on while the key is held and the arrows move.
   *
   * @param {KeyboardEvent} event
   */
  onSpace(event) {
    if (this.tool === "box") this.dab();
    else if (!event.repeat) this.start();
  }

  /** One dab, or a corner of a box: the first begins it, the second ends it. */
  dab() {
    const ends = this.tool !== "box" || this.drawing.active;
    if (!this.drawing.active) this.start();
    if (ends) this.finish(true);
  }

  /**
   * @param {Point} direction
   * @param {number} times
   */
  step([dx, dy], times) {
    const { width, height } = this.drawing;
    const step = this.mode.step(width) * times;
    const [x, y] = this.mode.soft ? this.position : this.position.map((value) => Math.floor(value) + 0.5);
    this.moveTo([clamp(x + dx * step, 0.5, width - 0.5), clamp(y + dy * step, 0.5, height - 0.5)]);
  }

  destroy() {
    cancelAnimationFrame(this.frame ?? 0);
    this.resizer.disconnect();
  }
}

/** @param {HTMLButtonElement} button */
const toolOf = (button) => /** @type {ToolName} */ (button.dataset.tool);

export default mountable(".paint-canvas", PaintCanvas);
