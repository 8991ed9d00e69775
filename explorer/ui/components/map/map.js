// The latent map.

import { PointGrid } from "./grid.js";
import { buffer, GoneError, loadPlotly, Sheets } from "./fetching.js";
import { colourOf, paletteOf, showLegend } from "./colours.js";
import { Chart } from "./chart.js";
import { takeNewcomer } from "./newcomer.js";
import { Overlay } from "./overlay.js";
import { Tip } from "./tip.js";
import { DIRECTIONS, middle, towards } from "./stepping.js";
import { mountable } from "../shared/mount.js";
import { requestRerun } from "../shared/rerun.js";
import { count, enclosed, Lasso, pack, unpack } from "./selecting.js";

const HOVER_RADIUS = 10; // pixels
const CLICK_RADIUS = 14;
const STILL = 4; // pixels that a hand may move within a click
const SETTLE_MS = 150; // after which an arrow key's last point is told
const ZOOM = 0.6; // of what is in view, a step
const KEPT = 12; // of points, facts and colours
const SELECTING = ["lasso", "box"];
const number = (value) => Number(value.toPrecision(3)).toLocaleString("en", { maximumSignificantDigits: 3 });

class LatentMap {
  constructor(root) {
    this.root = Object.assign(root, { map: this });
    const find = (selector) => root.querySelector(selector);
    [this.stage, this.legend, this.said, this.notice] = [".map-stage", ".map-legend", ".said", ".map-notice"].map(find);
    this.overlay = new Overlay(find(".map-over"));
    this.tip = new Tip(find(".map-tip"));
    this.lasso = new Lasso(
      () => this.draw(),
      (outline) => this.selectInside(outline),
    );
    this.fetched = new Map();
    Object.assign(this, { marked: null, neighbours: [], selected: null, hidden: new Set(), hovered: null, work: Promise.resolve() });
    this.shown = (i) => !this.hidden.has(this.codes[i]);
    this.useTool("pan");
    this.listen();
    this.resizer = new ResizeObserver(() => this.draw());
    this.resizer.observe(this.stage);
  }

  // ---- data

  /** New data from Python; what is under way is finished first, and only the newest is taken up. */
  update({ data, setTriggerValue }) {
    this.tell = setTriggerValue;
    this.wanted = data;
    this.root.classList.toggle("landing", Boolean(data.newcomer));
    this.work = this.work.then(() => data === this.wanted && this.apply(data));
  }

  async apply(data) {
    try {
      await this.take(data);
      this.retry = 500;
      this.notice.textContent = "";
    } catch (error) {
      this.failed(error);
    }
  }

  async take(data) {
    if (this.sheets?.url !== data.sheets.url) {
      this.sheets?.close();
      this.sheets = null;
    }
    const [plotly, points, codes, facts] = await Promise.all([
      loadPlotly(data.plotly),
      this.get(data.points.url),
      this.get(data.colour.url),
      this.get(data.facts),
    ]);
    if (this.closed) return;
    this.sheets ??= new Sheets(
      data.sheets,
      () => this.arrived(),
      () => this.askAnew(),
    );
    await this.show(plotly, data, new Float32Array(points), new Uint16Array(codes));
    const n = this.grid.n;
    this.facts = { norm: new Float32Array(facts, 0, n), kl: new Float32Array(facts, 4 * n, n), error: new Float32Array(facts, 8 * n, n) };
    this.labels = new Int32Array(facts, 12 * n, n);
    this.numbers = new Int32Array(facts, 16 * n, n);
    this.takeMarks(data);
    takeNewcomer(this, data.newcomer);
    this.draw();
    Object.assign(this.root.dataset, { points: n, colour: data.colour.key, method: data.points.method });
  }

  /** The bytes at an address, fetched once; those that were wanted last are kept. */
  get(url) {
    const bytes = this.fetched.get(url) ?? buffer(url);
    bytes.catch(() => this.fetched.delete(url));
    this.fetched.delete(url);
    this.fetched.set(url, bytes);
    if (this.fetched.size > KEPT) this.fetched.delete(this.fetched.keys().next().value);
    return bytes;
  }

  /** Draw what has changed: points, or only their colours. */
  async show(plotly, data, points, codes) {
    const ink = this.readInk();
    const recoloured = data.colour.url !== this.data?.colour.url;
    const moved = data.points.url !== this.data?.points.url || ink.key !== this.ink?.key;
    const same = data.points.method === this.data?.points.method;
    if (recoloured) this.hidden = new Set();
    Object.assign(this, { codes, ink, palette: paletteOf(data.colour) });
    if (moved) {
      const half = points.length / 2;
      this.grid = new PointGrid(points.subarray(0, half), points.subarray(half));
      this.chart ??= new Chart(plotly, this.stage.querySelector(".map-chart"), () => this.draw());
      await this.chart.show(this.grid, this, data.points, ink, same);
    } else if (recoloured) {
      await this.chart.recolour(this);
    }
    if (recoloured) showLegend(this.legend, data.colour, codes, (hidden) => this.hide(hidden));
    this.stage.setAttribute("aria-label", data.alt);
    this.data = data;
  }

  /** What Python marks or selects; where nothing was moved from outside, the hand's own word is newer. */
  takeMarks({ marked, neighbours, selection, stamp }) {
    if (stamp !== this.stamp) {
      this.stamp = stamp;
      this.mark(marked);
      this.select(selection === null ? null : unpack(selection, this.grid.n));
      if (marked !== null) this.chart.reveal(this.grid.x[marked], this.grid.y[marked]);
    }
    this.neighbours = neighbours.of === this.marked ? neighbours.indices : [];
    this.root.dataset.neighbours = this.neighbours.join(",");
  }

  /** A handle that the server does not know needs a run of the whole script; anything else is tried again. */
  failed(error) {
    if (this.closed) return;
    this.notice.textContent = "The map could not be loaded. Trying again…";
    this.retry = Math.min(2 * (this.retry ?? 250), 30000);
    this.timer = setTimeout(() => {
      if (error instanceof GoneError) requestRerun();
      this.update({ data: this.wanted, setTriggerValue: this.tell });
    }, this.retry);
  }

  /** After a restart of the server: a run of the whole script brings handles that it knows. */
  askAnew(wait = 500) {
    clearTimeout(this.asking);
    const { url } = this.data.sheets;
    this.asking = setTimeout(() => {
      if (this.data.sheets.url !== url) return;
      requestRerun(); // lost when Streamlit itself is not back yet, so it is repeated, ever later
      this.askAnew(Math.min(2 * wait, 30000));
    }, wait);
  }

  readInk() {
    const style = getComputedStyle(this.root);
    const of = (name) => style.getPropertyValue(`--st-${name}`).trim();
    const ink = { text: of("text-color"), background: of("background-color"), line: of("border-color"), accent: of("primary-color"), font: style.fontFamily };
    return { ...ink, key: Object.values(ink).join() };
  }

  // ---- drawing

  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      const { chart, grid, sheets, shown, selected, marked, neighbours, newcomer, ink, lasso } = this;
      const colour = (i) => colourOf(this.palette, this.codes[i]);
      const thumbs = this.root.querySelector(".thumbs").checked;
      this.overlay.draw({ chart, grid, sheets, shown, selected, marked, neighbours, newcomer, ink, thumbs, colour, outline: lasso.outline });
      this.root.dataset.thumbnails = this.overlay.images ?? 0;
    });
  }

  /** A sheet of thumbnails is here. */
  arrived() {
    this.draw();
    if (this.hovered !== null && this.tip.paint(this.hovered, this.sheets)) this.root.dataset.hover = this.hovered;
  }

  async hide(hidden) {
    this.hidden = hidden;
    await this.chart.recolour(this);
    this.draw();
  }

  // ---- hovering and marking

  at(event) {
    const box = this.stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  under([left, top], radius) {
    const { left: x, top: y, width, height } = this.chart.frame();
    if (left < x || left > x + width || top < y || top > y + height) return null;
    return this.grid.nearest(...this.chart.value(left, top), ...this.chart.span(radius), this.shown);
  }

  hover(event) {
    if (!this.facts || !this.chart.ready) return;
    const place = this.at(event);
    const index = event.buttons ? null : this.under(place, HOVER_RADIUS);
    this.stage.classList.toggle("over-point", index !== null && this.tool === "pan");
    if (index === null) return this.leave();
    if (index === this.hovered) return this.tip.move(...place);
    this.hovered = index;
    delete this.root.dataset.hover;
    if (this.tip.show(index, this.lines(index), this.sheets, ...place)) this.root.dataset.hover = index;
  }

  leave() {
    this.hovered = null;
    delete this.root.dataset.hover;
    this.tip.hide();
  }

  lines(index) {
    const { norm, kl, error } = this.facts;
    return [
      this.nameOf(index),
      `${this.data.sheets.source} · |μ| ${number(norm[index])}`,
      `KL ${number(kl[index])} nats`,
      `error ${number(error[index])} (MSE)`,
    ];
  }

  nameOf(index) {
    const label = this.labels[index];
    const image = `image ${this.numbers[index].toLocaleString("en")}`;
    return label < 0 ? image : `${this.data.classes[label] ?? label} · ${image}`;
  }

  mark(index) {
    this.marked = index;
    this.neighbours = [];
    if (index === null) delete this.root.dataset.marked;
    else this.root.dataset.marked = index;
    this.draw();
  }

  choose(index) {
    if (index === this.marked) return;
    this.mark(index);
    this.tell("clicked", { index, at: Date.now() });
  }

  // ---- selecting

  useTool(tool) {
    this.tool = tool;
    this.stage.dataset.tool = tool;
    for (const button of this.root.querySelectorAll("button[data-tool]")) button.ariaPressed = String(button.dataset.tool === tool);
  }

  selectInside(outline) {
    this.draw();
    if (outline.length < 3) return;
    const corners = outline.map(([left, top]) => this.chart.value(left, top));
    this.select(enclosed(this.grid, corners, this.shown));
    this.tell("selected", { mask: pack(this.selected), at: Date.now() });
  }

  select(mask) {
    this.selected = mask;
    const n = mask && count(mask);
    this.root.querySelector(".clear").hidden = !mask;
    this.said.textContent = mask ? `${n.toLocaleString("en")} of ${this.grid.n.toLocaleString("en")} selected` : "";
    if (mask) this.root.dataset.selected = n;
    else delete this.root.dataset.selected;
    this.draw();
  }

  clear() {
    if (!this.selected) return;
    this.select(null);
    this.tell("selected", { mask: null, at: Date.now() });
  }

  // ---- hands

  listen() {
    const { stage, root } = this;
    stage.addEventListener("pointermove", (event) => this.hover(event));
    stage.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && this.leave()); // a tap's tip stays
    stage.addEventListener("pointerdown", (event) => event.button === 0 && this.press(event));
    for (const type of ["mousedown", "touchstart"]) {
      const hold = (event) => SELECTING.includes(this.tool) && event.stopPropagation(); // or plotly would move the map
      stage.addEventListener(type, hold, { capture: true });
    }
    stage.addEventListener("dblclick", () => this.chart?.fit());
    stage.addEventListener("keydown", (event) => this.key(event));
    const on = (selector, act) => root.querySelector(selector).addEventListener("click", act);
    for (const button of root.querySelectorAll("button[data-tool]")) button.addEventListener("click", () => this.useTool(button.dataset.tool));
    on(".zoom-in", () => this.chart?.zoom(ZOOM));
    on(".zoom-out", () => this.chart?.zoom(1 / ZOOM));
    on(".fit", () => this.chart?.fit());
    on(".clear", () => this.clear());
    root.querySelector(".thumbs").addEventListener("change", () => this.draw());
  }

  /** A press is a click, a move of the map (plotly's), or the beginning of a lasso. */
  press(event) {
    if (!this.chart?.ready) return;
    const start = this.at(event);
    const drawing = SELECTING.includes(this.tool);
    if (drawing) {
      event.preventDefault();
      this.stage.focus({ preventScroll: true });
      this.lasso.start(this.tool, start);
    }
    const move = (moved) => drawing && this.lasso.follow(this.at(moved));
    const end = (released) => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", end);
      window.removeEventListener("pointercancel", end);
      const place = this.at(released);
      if (drawing) return this.lasso.end();
      const still = Math.hypot(place[0] - start[0], place[1] - start[1]) < STILL;
      if (!still || released.type !== "pointerup") return;
      this.choose(this.under(place, CLICK_RADIUS));
      this.hover(released);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", end);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.facts) return;
    const keys = {
      "+": () => this.chart.zoom(ZOOM),
      "-": () => this.chart.zoom(1 / ZOOM),
      0: () => this.chart.fit(),
      Escape: () => this.clear(),
    };
    const act = DIRECTIONS[event.key] ? () => this.step(DIRECTIONS[event.key]) : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** To the nearest point that lies in a direction; the panel follows when the keys rest. */
  step(direction) {
    const { grid, chart, shown } = this;
    const next = this.marked === null ? middle(chart, grid, shown) : towards(chart, grid, shown, this.marked, direction);
    if (next === null) return;
    this.mark(next);
    chart.reveal(grid.x[next], grid.y[next]);
    this.said.textContent = this.nameOf(next);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.tell("clicked", { index: next, at: Date.now() }), SETTLE_MS);
  }

  destroy() {
    this.closed = true;
    clearTimeout(this.timer);
    clearTimeout(this.settling);
    clearTimeout(this.asking);
    cancelAnimationFrame(this.frame);
    this.resizer.disconnect();
    this.sheets?.close();
    this.chart?.close();
  }
}

export default mountable(".latent-map", LatentMap);
