// The points, drawn by plotly's scattergl. It alone knows where a point lies in the window.

import { colourOf, partsOf } from "./colours.js";

const PADDING = 0.04; // of the map's extent, around it
const CONFIG = { scrollZoom: true, displayModeBar: false, doubleClick: false, responsive: true };

let webgl = null;

/** Looked for once: each look takes one of the few contexts that a browser gives a page. */
function hasWebgl() {
  webgl ??= Boolean(document.createElement("canvas").getContext("webgl"));
  return webgl;
}

export class Chart {
  constructor(plotly, root, onMove) {
    Object.assign(this, { plotly, root, onMove });
  }

  /** Draw the points of a grid anew; `ink` holds the theme's colours. Keeps the view when `keepView`. */
  async show(grid, colours, points, ink, keepView) {
    const held = keepView && this.moved ? this.view() : null;
    this.grid = grid;
    this.home = this.homeOf(grid.bounds);
    Object.assign(this, grid.n > 40000 ? { size: 2, opacity: 0.6 } : { size: grid.n > 3000 ? 4 : 7, opacity: 0.8 });
    const ranges = held ? [[held.x0, held.x1], [held.y0, held.y1]] : [this.home.x, this.home.y];
    await this.plotly.react(this.root, this.traces(colours), this.layout(points, ink, ...ranges), CONFIG);
    if (!this.listening) this.listen();
    this.moved = Boolean(held);
  }

  /** New colours, or other codes hidden; neither points nor view change. */
  recolour(colours) {
    return this.plotly.react(this.root, this.traces(colours), this.root.layout, CONFIG);
  }

  /** One trace a colour: plotly draws a trace of one colour many times faster than a colour a point. */
  traces({ codes, palette, hidden }) {
    const type = hasWebgl() ? "scattergl" : "scatter";
    return partsOf(codes)
      .filter(([code]) => !hidden.has(code))
      .map(([code, indices]) => ({
        type,
        mode: "markers",
        x: Float32Array.from(indices, (i) => this.grid.x[i]),
        y: Float32Array.from(indices, (i) => this.grid.y[i]),
        marker: { color: colourOf(palette, code), size: this.size, opacity: this.opacity },
        hoverinfo: "skip",
      }));
  }

  listen() {
    this.listening = true;
    this.root.on("plotly_relayouting", () => this.onMove());
    this.root.on("plotly_relayout", () => {
      this.moved = true;
      this.onMove();
    });
    this.root.on("plotly_afterplot", () => this.onMove());
  }

  layout(points, ink, rangeX, rangeY) {
    const axis = {
      zeroline: false,
      showline: false,
      showgrid: points.labelled,
      showticklabels: points.labelled,
      gridcolor: ink.line,
      tickfont: { color: ink.text, size: 11 },
      nticks: 7,
      ticks: "",
    };
    const title = (text) => ({ text: points.labelled ? text : "", font: { size: 12, color: ink.text }, standoff: 4 });
    const space = points.labelled ? 44 : 8;
    return {
      autosize: true,
      margin: { l: space, r: 8, t: 8, b: space, pad: 0 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: ink.font },
      showlegend: false,
      hovermode: false,
      dragmode: "pan",
      xaxis: { ...axis, range: rangeX, title: title(points.axes[0]) },
      yaxis: { ...axis, range: rangeY, title: title(points.axes[1]), scaleanchor: "x" },
    };
  }

  homeOf({ x0, x1, y0, y1 }) {
    const padded = (low, high) => {
      const room = (high - low || 1) * PADDING;
      return [low - room, high + room];
    };
    return { x: padded(x0, x1), y: padded(y0, y1) };
  }

  get axes() {
    const { xaxis, yaxis } = this.root._fullLayout;
    return [xaxis, yaxis];
  }

  get ready() {
    return Boolean(this.root._fullLayout?.xaxis?.d2p);
  }

  /** Pixels in the stage of a point. */
  place(x, y) {
    const [xaxis, yaxis] = this.axes;
    return [xaxis._offset + xaxis.d2p(x), yaxis._offset + yaxis.d2p(y)];
  }

  /** The point under a pixel of the stage. */
  value(left, top) {
    const [xaxis, yaxis] = this.axes;
    return [xaxis.p2d(left - xaxis._offset), yaxis.p2d(top - yaxis._offset)];
  }

  /** The plot's frame in pixels of the stage. */
  frame() {
    const [xaxis, yaxis] = this.axes;
    return { left: xaxis._offset, top: yaxis._offset, width: xaxis._length, height: yaxis._length };
  }

  /** What is in view, in the units of the axes. */
  view() {
    const { left, top, width, height } = this.frame();
    const [[x0, y1], [x1, y0]] = [this.value(left, top), this.value(left + width, top + height)];
    return { x0, x1, y0, y1 };
  }

  /** Units of the axes that so many pixels span: [x, y]. */
  span(pixels) {
    const [xaxis, yaxis] = this.axes;
    return [Math.abs(xaxis.p2d(pixels) - xaxis.p2d(0)), Math.abs(yaxis.p2d(pixels) - yaxis.p2d(0))];
  }

  zoom(factor) {
    const { x0, x1, y0, y1 } = this.view();
    const around = (low, high) => [(low + high) / 2 - ((high - low) / 2) * factor, (low + high) / 2 + ((high - low) / 2) * factor];
    return this.go(around(x0, x1), around(y0, y1));
  }

  async fit() {
    await this.go(this.home.x, this.home.y);
    this.moved = false;
  }

  go(rangeX, rangeY) {
    return this.plotly.relayout(this.root, { "xaxis.range": rangeX, "yaxis.range": rangeY });
  }

  sees(x, y) {
    const { x0, x1, y0, y1 } = this.view();
    return x >= x0 && x <= x1 && y >= y0 && y <= y1;
  }

  /** Bring a point into view without changing the scale. */
  reveal(x, y) {
    if (this.sees(x, y)) return;
    const { x0, x1, y0, y1 } = this.view();
    this.go([x - (x1 - x0) / 2, x + (x1 - x0) / 2], [y - (y1 - y0) / 2, y + (y1 - y0) / 2]);
  }

  /** Make a place, on or beyond the points, part of the whole map; in view unless a hand has moved the map. */
  include(x, y, always) {
    const { x0, x1, y0, y1 } = this.grid.bounds;
    this.home = this.homeOf({ x0: Math.min(x0, x), x1: Math.max(x1, x), y0: Math.min(y0, y), y1: Math.max(y1, y) });
    if (!this.sees(x, y) && (always || !this.moved)) this.fit();
  }

  close() {
    if (this.listening) this.plotly.purge(this.root);
  }
}
