// A canvas to paint on.

import { pack, unpack } from "./runs.js";
import { MODES } from "./faces.js";
import { mountable } from "../shared/mount.js";
import { Paper } from "./paper.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FAST = 4; // times as far with Shift

class Canvas {
  constructor(root) {
    this.root = root;
    const find = (name) => root.querySelector(name);
    [this.stage, this.over, this.under] = [".stage", ".over", ".under"].map(find);
    [this.brush, this.size, this.note] = [".brush-ring", ".size", ".note"].map(find);
    this.tools = [...root.querySelectorAll("[data-tool]")];
    this.listen();
    this.resizer = new ResizeObserver(() => this.paint());
    this.resizer.observe(this.stage);
  }

  /** New data from Python, or another theme. */
  update({ data, setStateValue }) {
    const { mode, shape, stamp, cells, label, background } = data;
    const [height, width] = shape;
    const kind = [mode, height, width].join();
    this.setState = setStateValue;
    if (kind !== this.kind) this.begin(kind, mode, height, width);
    if (stamp !== this.stamp) this.restart(stamp, cells);
    this.stage.setAttribute("aria-label", label);
    this.under.hidden = !background;
    if (background && background !== this.under.src) this.under.src = background;
    this.paint();
  }

  begin(kind, mode, height, width) {
    Object.assign(this, { kind, mode, stamp: null, face: MODES[mode] });
    this.paper = new Paper(width, height, this.face);
    this.point = [Math.floor(width / 2) + 0.5, Math.floor(height / 2) + 0.5];
    this.root.dataset.mode = mode;
    this.stage.style.aspectRatio = `${width} / ${height}`;
    for (const tool of this.tools) tool.hidden = !this.face.tools.includes(tool.dataset.tool);
    const [min, max, value] = this.face.sizes(this.paper).map(Math.round);
    Object.assign(this.size, { min, max });
    this.size.value = value;
    this.choose(this.face.tools[0]);
  }

  /** What Python says is painted takes the place of all that was. */
  restart(stamp, cells) {
    this.stamp = stamp;
    this.paper.cancel();
    this.paper.past = [];
    this.paper.cells.set(unpack(cells, this.paper.cells.length));
  }

  choose(name) {
    this.finish(false);
    this.tool = name;
    this.root.dataset.tool = name;
    for (const tool of this.tools) tool.ariaPressed = String(tool.dataset.tool === name);
    this.showBrush();
  }

  // ---- what is seen

  /** Once a frame, however often the hand moves. */
  paint() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (!this.paper || !this.stage.clientWidth) return;
      const accent = getComputedStyle(this.root).getPropertyValue("--st-primary-color");
      this.face.show(this.over, this.paper, accent);
      const { painted } = this.paper;
      this.root.dataset.painted = painted;
      const said = this.face.said(painted / this.paper.cells.length);
      if (!this.paper.busy && this.note.textContent !== said) this.note.textContent = said;
      this.root.querySelector(".undo").disabled = !this.paper.past.length;
      this.root.querySelector(".clear").disabled = !painted;
    });
  }

  /** Where the next dab goes and how large it is. */
  showBrush() {
    const { width, height } = this.paper;
    const [x, y] = this.point;
    const diameter = this.tool === "box" ? 1 : Number(this.size.value);
    const share = (value, size) => `${(100 * value) / size}%`;
    Object.assign(this.brush.style, {
      left: share(x, width), top: share(y, height), width: share(diameter, width), height: share(diameter, height),
    });
  }

  // ---- painting

  /** Where an event is, in cells. */
  at(event) {
    const box = this.stage.getBoundingClientRect();
    const { width, height } = this.paper;
    return [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height];
  }

  start() {
    this.paper.begin(this.tool, Number(this.size.value), this.point);
    this.paint();
  }

  moveTo(point) {
    this.point = point;
    if (this.paper.busy) {
      this.paper.follow(point);
      this.paint();
    }
    this.showBrush();
  }

  /** The stroke is done, or is taken back; Python is told of what has changed. */
  finish(kept) {
    if (!this.paper.busy) return;
    if (!kept) this.paper.cancel();
    else if (this.paper.end()) this.tell();
    this.paint();
  }

  tell() {
    const { cells, width, height } = this.paper;
    this.setState("painted", { of: [this.mode, height, width, this.stamp], cells: pack(cells, width) });
  }

  undo() {
    this.finish(false);
    if (this.paper.undo()) this.tell();
    this.paint();
  }

  clear() {
    this.finish(false);
    if (this.paper.clear()) this.tell();
    this.paint();
  }

  // ---- hands

  listen() {
    const { stage } = this;
    stage.addEventListener("pointerdown", (event) => this.pressed(event));
    stage.addEventListener("pointermove", (event) => this.moved(event));
    for (const type of ["pointerup", "pointercancel"]) {
      stage.addEventListener(type, (event) => {
        if (event.pointerId !== this.pointer) return;
        this.pointer = null;
        this.finish(type === "pointerup");
      });
    }
    stage.addEventListener("keydown", (event) => this.pressedKey(event));
    stage.addEventListener("keyup", (event) => event.key === " " && this.tool !== "box" && this.finish(true));
    stage.addEventListener("blur", () => this.pointer ?? this.finish(false));
    for (const tool of this.tools) tool.addEventListener("click", () => this.choose(tool.dataset.tool));
    this.size.addEventListener("input", () => this.showBrush());
    this.root.querySelector(".undo").addEventListener("click", () => this.undo());
    this.root.querySelector(".clear").addEventListener("click", () => this.clear());
  }

  pressed(event) {
    if (event.button || !event.isPrimary) return;
    this.finish(false); // of the keys
    this.stage.setPointerCapture(event.pointerId);
    this.pointer = event.pointerId;
    this.point = this.at(event);
    this.start();
    this.showBrush();
  }

  moved(event) {
    if (!event.isPrimary) return;
    const painting = event.pointerId === this.pointer;
    if (this.paper.busy && !painting) return; // a box that the keys have begun
    const passed = painting ? (event.getCoalescedEvents?.() ?? []) : [];
    for (const each of passed.length ? passed : [event]) this.moveTo(this.at(each));
  }

  pressedKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = { " ": () => this.press(event), Enter: () => this.dot(), Escape: () => this.finish(false), u: () => this.undo() };
    const step = ARROWS[event.key];
    const act = step ? () => this.walk(step, event.shiftKey ? FAST : 1) : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** The space bar: a box's corner; of the others a stroke that goes on while it is held and the arrows move. */
  press(event) {
    if (this.tool === "box") return this.dot();
    if (!event.repeat) this.start();
  }

  /** One dab, or a corner of a box: the first begins it, the second ends it. */
  dot() {
    const ends = this.tool !== "box" || this.paper.busy;
    if (!this.paper.busy) this.start();
    if (ends) this.finish(true);
  }

  walk([dx, dy], times) {
    const { width, height } = this.paper;
    const step = this.face.step(this.paper) * times;
    const clip = (value, size) => Math.min(size - 0.5, Math.max(0.5, value));
    const [x, y] = this.face.soft ? this.point : this.point.map((value) => Math.floor(value) + 0.5);
    this.moveTo([clip(x + dx * step, width), clip(y + dy * step, height)]);
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.resizer.disconnect();
  }
}

export default mountable(".paint-canvas", Canvas);
