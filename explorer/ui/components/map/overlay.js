// What lies over the points: thumbnails, the selection, lines to the neighbours, the mark, and a lasso being drawn.

import { context2d } from "../shared/dom.js";
import { drawOutOfSample } from "./out_of_sample.js";

/** @import { Point, Scene, Theme } from "./types.js" */

const FEW = 1500; // points in view at most, for their images to be shown
const CELL = 30; // pixels; what an image takes
const BORDER = 1.5; // pixels, in the colour of the point

/** Keeps images from covering each other: a table of places by cells of a square lattice. */
class Occupancy {
  /** @type {Map<string, Point>} */
  taken = new Map();

  /**
   * Take a place, where no image lies within a cell's width of it.
   *
   * @param {Point} place
   */
  take([x, y]) {
    for (const dx of [-CELL, 0, CELL]) {
      for (const dy of [-CELL, 0, CELL]) {
        const other = this.taken.get(cellOf(x + dx, y + dy));
        if (other && Math.abs(other[0] - x) < CELL && Math.abs(other[1] - y) < CELL) return false;
      }
    }
    this.taken.set(cellOf(x, y), [x, y]);
    return true;
  }
}

/**
 * @param {number} x
 * @param {number} y
 */
const cellOf = (x, y) => `${Math.floor(x / CELL)},${Math.floor(y / CELL)}`;

export class Overlay {
  images = 0; // how many thumbnails are drawn

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLElement} stage that it covers
   */
  constructor(canvas, stage) {
    this.canvas = canvas;
    this.stage = stage;
    this.context = context2d(canvas);
  }

  /** @param {Scene} scene */
  draw(scene) {
    const { context } = this;
    this.clear();
    if (!scene.chart.ready) return;
    const { left, top, width, height } = scene.chart.frame();
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    if (scene.selected) this.drawSelection(scene, scene.selected);
    this.images = scene.thumbs ? this.drawThumbnails(scene) : 0;
    if (scene.marked !== null) this.drawMark(scene, scene.marked);
    if (scene.outOfSample) drawOutOfSample(this, scene, scene.outOfSample);
    if (scene.outline) this.drawOutline(scene.outline, scene.theme);
    context.restore();
  }

  clear() {
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth, clientHeight } = this.stage;
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.clearRect(0, 0, width, height);
  }

  /**
   * All but the selected points stand back.
   *
   * @param {Scene} scene
   * @param {Uint8Array} selected
   */
  drawSelection({ chart, grid, colour, shown, theme }, selected) {
    const { context } = this;
    const { left, top, width, height } = chart.frame();
    context.globalAlpha = 0.78;
    context.fillStyle = theme.background;
    context.fillRect(left, top, width, height);
    context.globalAlpha = 1;
    const size = Math.max(3, chart.size);
    grid.within(chart.view(), (i) => {
      if (!selected[i] || !shown(i)) return;
      const [x, y] = chart.place(grid.x[i], grid.y[i]);
      context.fillStyle = colour(i);
      context.fillRect(x - size / 2, y - size / 2, size, size);
    });
  }

  /**
   * The images of the points in view, when they are few; none hides another. How many are drawn.
   *
   * @param {Scene} scene
   */
  drawThumbnails(scene) {
    const { chart, grid, sheets, colour } = scene;
    const points = fewInView(scene);
    if (!points || !sheets) return 0;
    const { context } = this;
    const occupancy = new Occupancy();
    const longer = Math.max(sheets.width, sheets.height);
    const [width, height] = [sheets.width, sheets.height].map((length) => ((CELL - 4) * length) / longer);
    let drawn = 0;
    for (const i of points) {
      const place = chart.place(grid.x[i], grid.y[i]);
      if (!occupancy.take(place)) continue;
      const [x, y] = [place[0] - width / 2, place[1] - height / 2];
      context.fillStyle = colour(i);
      context.fillRect(x - BORDER, y - BORDER, width + 2 * BORDER, height + 2 * BORDER);
      if (sheets.draw(context, i, { x, y, width, height })) drawn += 1;
    }
    return drawn;
  }

  /**
   * The marked point, and lines to its neighbours.
   *
   * @param {Scene} scene
   * @param {number} marked
   */
  drawMark(scene, marked) {
    const { chart, grid, neighbours, theme } = scene;
    const place = chart.place(grid.x[marked], grid.y[marked]);
    this.drawLines(place, neighbours, scene);
    this.drawRing(place, 9, 2.5, theme);
  }

  /**
   * Lines from a pixel to some points.
   *
   * @param {Point} from
   * @param {number[]} indices
   * @param {Scene} scene
   */
  drawLines(from, indices, { chart, grid, theme }) {
    const { context } = this;
    context.lineWidth = 1.2;
    for (const i of indices) {
      const to = chart.place(grid.x[i], grid.y[i]);
      context.strokeStyle = theme.text;
      context.globalAlpha = 0.75;
      context.beginPath();
      context.moveTo(...from);
      context.lineTo(...to);
      context.stroke();
      context.globalAlpha = 1;
      this.drawRing(to, 4, 1.5, theme);
    }
  }

  /**
   * A ring that is seen on any ground.
   *
   * @param {Point} centre
   * @param {number} radius
   * @param {number} width
   * @param {Pick<Theme, "background" | "text">} colours
   */
  drawRing([x, y], radius, width, { background, text }) {
    const { context } = this;
    for (const { colour, line } of [
      { colour: background, line: width + 2 },
      { colour: text, line: width },
    ]) {
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.strokeStyle = colour;
      context.lineWidth = line;
      context.stroke();
    }
  }

  /**
   * @param {Point[]} outline
   * @param {Theme} theme
   */
  drawOutline(outline, theme) {
    const { context } = this;
    context.beginPath();
    for (const corner of outline) context.lineTo(...corner);
    context.closePath();
    context.fillStyle = theme.accent;
    context.globalAlpha = 0.12;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = theme.accent;
    context.lineWidth = 1.5;
    context.stroke();
  }
}

/**
 * The points in view that are not hidden by a colour or a selection; null where they are more than a few.
 *
 * @param {Scene} scene
 */
function fewInView({ chart, grid, shown, selected }) {
  /** @type {number[]} */
  const points = [];
  grid.within(chart.view(), (i) => {
    if (!shown(i) || (selected && !selected[i])) return true;
    points.push(i);
    return points.length <= FEW;
  });
  return points.length > FEW ? null : points;
}
