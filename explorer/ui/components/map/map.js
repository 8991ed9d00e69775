// The latent map: every image as a point.

import { find } from "../shared/dom.js";
import { mountable } from "../shared/mount.js";
import { thousands } from "../shared/numbers.js";
import { gettext } from "../shared/words.js";
import { Chart } from "./chart.js";
import { colourOf, paletteOf } from "./colouring.js";
import { PointGrid } from "./grid.js";
import { ImageFacts } from "./image_facts.js";
import { Interaction } from "./interaction.js";
import { showLegend } from "./legend.js";
import { MapLoader } from "./loader.js";
import { Overlay } from "./overlay.js";
import { count, enclosed, pack, unpack } from "./selection.js";
import { readTheme, sameTheme } from "./theme.js";
import { Thumbnails } from "./thumbnails.js";
import { Tooltip } from "./tooltip.js";

/** @import { FrontendRendererArgs } from "@streamlit/component-v2-lib" */
/** @import { Loaded } from "./loader.js" */
/** @import { Coloured, MapData, MapState, OutOfSample, Point, Test } from "./types.js" */

const RESIZED_MS = 250; // after which a window has its new size

export class LatentMap {
  // Nothing is shown before the first data are loaded.
  loaded = false;
  /** @type {MapData | null} what is shown */
  data = null;
  grid = new PointGrid(new Float32Array(0), new Float32Array(0));
  facts = new ImageFacts(new ArrayBuffer(0), []);
  /** @type {Coloured} */
  coloured = { codes: new Uint16Array(0), palette: [], marks: [], hidden: new Set() };
  /** @type {Thumbnails | null} */
  sheets = null;
  /** @type {OutOfSample | null} */
  outOfSample = null;

  /** @type {number | null} of what Python last marked or selected */
  stamp = null;
  /** @type {number | null} the image that was clicked */
  marked = null;
  /** @type {number[]} of the marked image, in latent space */
  neighbours = [];
  /** @type {Uint8Array | null} one byte a point */
  selected = null;
  /** @type {number | null} the image under the pointer */
  hovered = null;

  /** @type {number | null} the animation frame that is asked for */
  frame = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  resizeTimer;
  /** @type {FrontendRendererArgs<MapState, MapData>["setTriggerValue"] | null} */
  setTriggerValue = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = Object.assign(root, { map: this }); // for the console and the browser tests
    this.stage = find(root, ".map-stage", HTMLElement);
    this.legend = find(root, ".map-legend", HTMLElement);
    this.status = find(root, ".said", HTMLElement);
    this.notice = find(root, ".map-notice", HTMLElement);
    this.clearButton = find(root, ".clear", HTMLButtonElement);
    this.thumbsBox = find(root, ".thumbs", HTMLInputElement);
    this.theme = readTheme(root);
    this.overlay = new Overlay(find(root, ".map-over", HTMLCanvasElement), this.stage);
    this.tooltip = new Tooltip(find(root, ".map-tip", HTMLElement), this.stage);
    this.chart = new Chart(find(root, ".map-chart", HTMLElement), this.grid, () => this.draw());
    this.loader = new MapLoader({
      onStart: (data) => this.dropOldSheets(data),
      onLoad: (data, loaded) => this.show(data, loaded),
      onNotice: (text) => {
        this.notice.textContent = text;
      },
    });
    this.interaction = new Interaction(this);
    this.resizer = new ResizeObserver(() => this.onResize());
    this.resizer.observe(this.stage);
  }

  // ---- data

  /**
   * New data from Python, or another theme.
   *
   * @param {FrontendRendererArgs<MapState, MapData>} args
   */
  update({ data, setTriggerValue }) {
    this.setTriggerValue = setTriggerValue;
    this.root.classList.toggle("out-of-sample", Boolean(data.out_of_sample));
    this.loader.load(data);
  }

  /** @param {MapData} data */
  dropOldSheets(data) {
    if (this.sheets?.url === data.sheets.url) return;
    this.sheets?.close();
    this.sheets = null;
  }

  /**
   * @param {MapData} data
   * @param {Loaded} loaded
   */
  async show(data, loaded) {
    this.sheets ??= new Thumbnails(data.sheets, {
      onArrival: () => this.onThumbnails(),
      onGone: () => this.loader.renewHandles(data.sheets.url),
    });
    await this.showPoints(data, loaded);
    this.facts = new ImageFacts(loaded.facts, data.classes);
    this.loaded = true;
    this.takeMarks(data);
    this.takeOutOfSample(data.out_of_sample);
    this.draw();
    const { dataset } = this.root;
    Object.assign(dataset, { points: this.grid.n, colour: data.colour.key, method: data.points.method });
  }

  /**
   * Draw what has changed: points, or only their colours.
   *
   * @param {MapData} data
   * @param {Loaded} loaded
   */
  async showPoints(data, { plotly, points, codes }) {
    const former = this.data;
    const theme = readTheme(this.root);
    const recoloured = data.colour.url !== former?.colour.url;
    const moved = data.points.url !== former?.points.url || !sameTheme(theme, this.theme);
    this.theme = theme;
    /** @type {Set<number>} */
    const hidden = recoloured ? new Set() : this.coloured.hidden;
    this.coloured = { codes, palette: paletteOf(data.colour), marks: data.colour.marks, hidden };
    if (moved) {
      const half = points.length / 2;
      this.grid = new PointGrid(points.subarray(0, half), points.subarray(half));
      const keepView = data.points.method === former?.points.method;
      await this.chart.show(plotly, this.grid, this.coloured, data.points, theme, keepView);
    } else if (recoloured) {
      await this.chart.recolour(this.coloured);
    }
    if (recoloured) showLegend(this.legend, data.colour, codes, (hidden) => this.hide(hidden));
    this.stage.setAttribute("aria-label", data.alt);
    this.data = data;
  }

  /**
   * What Python marks or selects; with the stamp of before, what was clicked or drawn here since is newer.
   *
   * @param {MapData} data
   */
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

  /**
   * An image that was not fitted, or none; its place stands on the root and is in view when it is new.
   *
   * @param {OutOfSample | null} image
   */
  takeOutOfSample(image) {
    this.outOfSample = image;
    const { dataset } = this.root;
    const place = image ? `${image.x},${image.y}` : undefined;
    if (image) {
      const isNew = dataset.outOfSample !== place;
      if (isNew) this.leave(); // what a tap has opened belongs to the former one
      this.chart.include(image.x, image.y, isNew);
    }
    setOrDelete(dataset, "outOfSample", place);
  }

  // ---- drawing

  /** Once the frame has its new size; plotly takes it after a moment of its own. */
  onResize() {
    this.draw();
    clearTimeout(this.resizeTimer);
    this.resizeTimer = setTimeout(() => this.chart.refit(), RESIZED_MS);
  }

  /**
   * Whether a point is not hidden by the legend.
   *
   * @type {Test}
   */
  shown = (index) => !this.coloured.hidden.has(this.coloured.codes[index]);

  /** What lies over the points, once a frame however often it changes. */
  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      const { chart, grid, sheets, shown, selected, marked, neighbours, outOfSample, theme } = this;
      const { codes, palette } = this.coloured;
      this.overlay.draw({
        ...{ chart, grid, sheets, shown, selected, marked, neighbours, outOfSample, theme },
        colour: (index) => colourOf(palette, codes[index]),
        thumbs: this.thumbsBox.checked,
        outline: this.interaction.lasso.outline,
      });
      this.root.dataset.thumbnails = String(this.overlay.images);
    });
  }

  /** A sheet of thumbnails is here. */
  onThumbnails() {
    this.draw();
    const { hovered, sheets } = this;
    if (hovered !== null && sheets && this.tooltip.paint(hovered, sheets)) this.root.dataset.hover = String(hovered);
  }

  /** @param {Set<number>} hidden codes */
  async hide(hidden) {
    this.coloured = { ...this.coloured, hidden };
    await this.chart.recolour(this.coloured);
    this.draw();
  }

  // ---- hovering and marking

  /**
   * The image whose point is near a pixel of the stage, null where there is none or the pixel is off the plot.
   *
   * @param {Point} position
   * @param {number} radius in pixels
   */
  pointAt([x, y], radius) {
    const { left, top, width, height } = this.chart.frame();
    if (x < left || x > left + width || y < top || y > top + height) return null;
    return this.grid.nearest(this.chart.value(x, y), this.chart.span(radius), this.shown);
  }

  /**
   * Show the tooltip of an image.
   *
   * @param {number} index
   * @param {Point} position of the pointer
   */
  hover(index, position) {
    const { data, sheets } = this;
    if (index === this.hovered) return this.tooltip.move(...position);
    if (!data || !sheets) return;
    this.hovered = index;
    delete this.root.dataset.hover;
    const lines = this.facts.lines(index, data.sheets.source);
    if (this.tooltip.show(index, lines, sheets, ...position)) this.root.dataset.hover = String(index);
  }

  leave() {
    this.hovered = null;
    delete this.root.dataset.hover;
    this.tooltip.hide();
  }

  /** @param {number | null} index */
  mark(index) {
    this.marked = index;
    this.neighbours = [];
    setOrDelete(this.root.dataset, "marked", index?.toString());
    this.draw();
  }

  /**
   * Mark an image, or none, and send it to Python.
   *
   * @param {number | null} index
   */
  choose(index) {
    if (index === this.marked) return;
    this.mark(index);
    this.reportMarked();
  }

  reportMarked() {
    this.setTriggerValue?.("clicked", { index: this.marked, at: Date.now() });
  }

  // ---- selecting

  /** @param {Point[]} outline in pixels of the stage */
  selectInside(outline) {
    this.draw();
    if (outline.length < 3) return;
    const corners = outline.map(([left, top]) => this.chart.value(left, top));
    const mask = enclosed(this.grid, corners, this.shown);
    this.select(mask);
    this.setTriggerValue?.("selected", { mask: pack(mask), at: Date.now() });
  }

  /** @param {Uint8Array | null} mask */
  select(mask) {
    this.selected = mask;
    this.clearButton.hidden = !mask;
    const n = mask && count(mask);
    setOrDelete(this.root.dataset, "selected", n?.toString());
    this.status.textContent =
      n === null ? "" : gettext("{n} of {all} selected", { n: thousands(n), all: thousands(this.grid.n) });
    this.draw();
  }

  clearSelection() {
    if (!this.selected) return;
    this.select(null);
    this.setTriggerValue?.("selected", { mask: null, at: Date.now() });
  }

  destroy() {
    cancelAnimationFrame(this.frame ?? 0);
    clearTimeout(this.resizeTimer);
    this.resizer.disconnect();
    this.interaction.close();
    this.loader.close();
    this.sheets?.close();
    this.chart.close();
  }
}

/**
 * @param {DOMStringMap} dataset
 * @param {string} name
 * @param {string | undefined} value
 */
function setOrDelete(dataset, name, value) {
  if (value === undefined) delete dataset[name];
  else dataset[name] = value;
}

export default mountable(".latent-map", LatentMap);
