// The points, drawn by plotly's scattergl. It alone knows where a point lies in the window.

import { colourOf, indicesByCode } from "./colouring.js";

/** @import { PointGrid } from "./grid.js" */
/** @import { Plotly, PlotlyElement } from "./plotly.js" */
/** @import { Bounds, Coloured, Point, PointsInfo, Theme } from "./types.js" */

const PADDING = 0.04; // of the map's extent, around it
const CONFIG = { scrollZoom: true, displayModeBar: false, doubleClick: false, responsive: true };
const [LABELLED_MARGIN, MARGIN] = [44, 8]; // pixels

/** @typedef {{ x: Point, y: Point }} Ranges of the axes, low and high */

/** @type {boolean | null} */
let webgl = null;

/** Looked for once: each look takes one of the few contexts that a browser gives a page. */
function hasWebgl() {
  webgl ??= Boolean(document.createElement("canvas").getContext("webgl"));
  return webgl;
}

export class Chart {
  /** @type {Plotly | null} */
  plotly = null;
  /** @type {Ranges} the whole map */
  home = { x: [0, 1], y: [0, 1] };
  moved = false; // whether the visitor has moved the map away from the whole
  size = 4; // pixels of a point
  opacity = 0.8;

  /**
   * @param {HTMLElement} root
   * @param {PointGrid} grid
   * @param {() => void} onMove the points lie elsewhere in the window
   */
  constructor(root, grid, onMove) {
    this.root = /** @type {PlotlyElement} */ (root);
    this.grid = grid;
    this.onMove = onMove;
  }

  /**
   * Draw the points of a grid anew.
   *
   * @param {Plotly} plotly
   * @param {PointGrid} grid
   * @param {Coloured} colours
   * @param {PointsInfo} points
   * @param {Theme} theme
   * @param {boolean} keepView
   */
  async show(plotly, grid, colours, points, theme, keepView) {
    const held = keepView && this.moved ? rangesOf(this.view()) : null;
    this.grid = grid;
    this.home = padded(grid.bounds);
    Object.assign(this, pointStyle(grid.n));
    await plotly.react(this.root, this.traces(colours), layout(points, theme, held ?? this.home), CONFIG);
    if (!this.plotly) this.listen();
    this.plotly = plotly;
    this.moved = Boolean(held);
  }

  /**
   * New colours, or other codes hidden; neither points nor view change.
   *
   * @param {Coloured} colours
   */
  async recolour(colours) {
    await this.plotly?.react(this.root, this.traces(colours), this.root.layout, CONFIG);
  }

  /**
   * One trace a code: plotly draws a trace of one colour many times faster than a colour a point.
   *
   * @param {Coloured} colours
   */
  traces({ codes, palette, marks, hidden }) {
    const type = hasWebgl() ? "scattergl" : "scatter";
    return indicesByCode(codes)
      .filter(([code]) => !hidden.has(code))
      .map(([code, indices]) => ({
        type,
        mode: "markers",
        x: Float32Array.from(indices, (i) => this.grid.x[i]),
        y: Float32Array.from(indices, (i) => this.grid.y[i]),
        marker: {
          color: colourOf(palette, code),
          symbol: marks[code] ?? "circle",
          size: this.size,
          opacity: this.opacity,
        },
        hoverinfo: "skip",
      }));
  }

  listen() {
    this.root.on("plotly_relayouting", () => this.onMove());
    this.root.on("plotly_relayout", (changes) => {
      if (Object.keys(changes).some((name) => name.includes("axis"))) this.moved = true; // not of another size
      this.onMove();
    });
    this.root.on("plotly_afterplot", () => this.onMove());
  }

  // ---- where things are

  get axes() {
    const { _fullLayout } = this.root;
    if (!_fullLayout) throw new Error("The chart is not drawn yet");
    return _fullLayout;
  }

  get ready() {
    return Boolean(this.root._fullLayout?.xaxis?.d2p);
  }

  /**
   * Pixels in the stage of a point.
   *
   * @param {number} x
   * @param {number} y
   * @returns {Point}
   */
  place(x, y) {
    const { xaxis, yaxis } = this.axes;
    return [xaxis._offset + xaxis.d2p(x), yaxis._offset + yaxis.d2p(y)];
  }

  /**
   * The point under a pixel of the stage.
   *
   * @param {number} left
   * @param {number} top
   * @returns {Point}
   */
  value(left, top) {
    const { xaxis, yaxis } = this.axes;
    return [xaxis.p2d(left - xaxis._offset), yaxis.p2d(top - yaxis._offset)];
  }

  /** The plot's frame in pixels of the stage. */
  frame() {
    const { xaxis, yaxis } = this.axes;
    return { left: xaxis._offset, top: yaxis._offset, width: xaxis._length, height: yaxis._length };
  }

  /**
   * What is in view, in the units of the axes.
   *
   * @returns {Bounds}
   */
  view() {
    const { left, top, width, height } = this.frame();
    const [[x0, y1], [x1, y0]] = [this.value(left, top), this.value(left + width, top + height)];
    return { x0, x1, y0, y1 };
  }

  /**
   * Units of the axes that so many pixels span.
   *
   * @param {number} pixels
   * @returns {Point}
   */
  span(pixels) {
    const { xaxis, yaxis } = this.axes;
    return [Math.abs(xaxis.p2d(pixels) - xaxis.p2d(0)), Math.abs(yaxis.p2d(pixels) - yaxis.p2d(0))];
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  inView(x, y) {
    const { x0, x1, y0, y1 } = this.view();
    return x >= x0 && x <= x1 && y >= y0 && y <= y1;
  }

  // ---- moving

  /** @param {number} factor of what is in view */
  zoom(factor) {
    if (!this.ready) return;
    const { x, y } = rangesOf(this.view());
    this.setRanges({ x: scaled(x, factor), y: scaled(y, factor) });
  }

  /** The whole map again in a frame of another size, unless the visitor has moved it. */
  async refit() {
    if (this.ready && !this.moved) await this.fit();
  }

  /** The whole map. */
  async fit() {
    await this.setRanges(this.home);
    this.moved = false;
  }

  /** @param {Ranges} ranges */
  async setRanges({ x, y }) {
    await this.plotly?.relayout(this.root, { "xaxis.range": x, "yaxis.range": y });
  }

  /**
   * Bring a point into view without changing the scale.
   *
   * @param {number} x
   * @param {number} y
   */
  reveal(x, y) {
    if (this.inView(x, y)) return;
    const { x0, x1, y0, y1 } = this.view();
    const [width, height] = [x1 - x0, y1 - y0];
    this.setRanges({ x: [x - width / 2, x + width / 2], y: [y - height / 2, y + height / 2] });
  }

  /**
   * Make a place, on or beyond the points, part of the whole map; in view unless the visitor has moved the map.
   *
   * @param {number} x
   * @param {number} y
   * @param {boolean} always in view
   */
  include(x, y, always) {
    const { x0, x1, y0, y1 } = this.grid.bounds;
    this.home = padded({ x0: Math.min(x0, x), x1: Math.max(x1, x), y0: Math.min(y0, y), y1: Math.max(y1, y) });
    if (!this.inView(x, y) && (always || !this.moved)) this.fit();
  }

  close() {
    this.plotly?.purge(this.root);
  }
}

/**
 * Points are the smaller the more there are.
 *
 * @param {number} n
 */
function pointStyle(n) {
  if (n > 40_000) return { size: 2, opacity: 0.6 };
  return { size: n > 3000 ? 4 : 7, opacity: 0.8 };
}

/**
 * @param {Bounds} bounds
 * @returns {Ranges}
 */
const rangesOf = ({ x0, x1, y0, y1 }) => ({ x: [x0, x1], y: [y0, y1] });

/**
 * @param {Point} range
 * @param {number} factor
 * @returns {Point}
 */
function scaled([low, high], factor) {
  const [centre, half] = [(low + high) / 2, ((high - low) / 2) * factor];
  return [centre - half, centre + half];
}

/**
 * @param {Bounds} bounds
 * @returns {Ranges}
 */
function padded(bounds) {
  /** @type {(range: Point) => Point} */
  const pad = ([low, high]) => {
    const room = (high - low || 1) * PADDING;
    return [low - room, high + room];
  };
  const { x, y } = rangesOf(bounds);
  return { x: pad(x), y: pad(y) };
}

/**
 * The numbers of an axis are shown where they mean something.
 *
 * @param {PointsInfo} points
 * @param {Theme} theme
 * @param {Ranges} ranges
 */
function layout({ labelled, axes }, theme, { x, y }) {
  const axis = {
    zeroline: false,
    showline: false,
    showgrid: labelled,
    showticklabels: labelled,
    gridcolor: theme.line,
    tickfont: { color: theme.text, size: 11 },
    nticks: 7,
    ticks: "",
  };
  /** @param {string} text */
  const title = (text) => ({ text: labelled ? text : "", font: { size: 12, color: theme.text }, standoff: 4 });
  const margin = labelled ? LABELLED_MARGIN : MARGIN;
  return {
    autosize: true,
    margin: { l: margin, r: MARGIN, t: MARGIN, b: margin, pad: 0 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: theme.font },
    showlegend: false,
    hovermode: false,
    dragmode: "pan",
    xaxis: { ...axis, range: x, title: title(axes[0]) },
    yaxis: { ...axis, range: y, title: title(axes[1]), scaleanchor: "x" },
  };
}
