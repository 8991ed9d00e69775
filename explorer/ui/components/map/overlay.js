// What lies over the points: thumbnails, the selection, lines to the neighbours, the mark, and a lasso being drawn.

import { drawNewcomer } from "./newcomer.js";

const FEW = 1500; // points in view at most, for their images to be shown
const CELL = 30; // pixels; what an image takes

const cellOf = (x, y) => `${Math.floor(x / CELL)},${Math.floor(y / CELL)}`;

/** Whether an image that is drawn already lies where another wants to be. */
function covered(taken, x, y) {
  for (const dx of [-CELL, 0, CELL]) {
    for (const dy of [-CELL, 0, CELL]) {
      const other = taken.get(cellOf(x + dx, y + dy));
      if (other && Math.abs(other[0] - x) < CELL && Math.abs(other[1] - y) < CELL) return true;
    }
  }
  return false;
}

export class Overlay {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
  }

  /** Draw a scene: chart, grid, sheets, colour(i), shown(i), selected, marked, neighbours, newcomer, outline, thumbs, ink. */
  draw(scene) {
    const { chart } = scene;
    const stage = this.canvas.parentElement;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(stage.clientWidth * ratio), Math.round(stage.clientHeight * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const { context } = this;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    if (!chart?.ready || !scene.grid) return;
    const frame = chart.frame();
    context.save();
    context.beginPath();
    context.rect(frame.left, frame.top, frame.width, frame.height);
    context.clip();
    if (scene.selected) this.selection(scene, frame);
    this.images = scene.thumbs ? this.thumbnails(scene) : 0;
    if (scene.marked !== null) this.neighbours(scene);
    if (scene.newcomer) drawNewcomer(this, scene);
    if (scene.outline) this.outline(scene);
    context.restore();
  }

  /** All but the selected points stand back. */
  selection({ chart, grid, selected, colour, shown, ink }, frame) {
    const { context } = this;
    context.globalAlpha = 0.78;
    context.fillStyle = ink.background;
    context.fillRect(frame.left, frame.top, frame.width, frame.height);
    context.globalAlpha = 1;
    const size = Math.max(3, chart.size);
    grid.within(chart.view(), (i) => {
      if (!selected[i] || !shown(i)) return;
      const [x, y] = chart.place(grid.x[i], grid.y[i]);
      context.fillStyle = colour(i);
      context.fillRect(x - size / 2, y - size / 2, size, size);
    });
  }

  /** The images of the points in view, when they are few; none hides another. */
  thumbnails({ chart, grid, sheets, colour, shown, selected }) {
    const points = [];
    grid.within(chart.view(), (i) => {
      if (!shown(i) || (selected && !selected[i])) return true;
      points.push(i);
      return points.length <= FEW;
    });
    if (points.length > FEW || !sheets) return 0;
    const { context } = this;
    const taken = new Map();
    const side = CELL - 4;
    let drawn = 0;
    for (const i of points) {
      const [x, y] = chart.place(grid.x[i], grid.y[i]);
      if (covered(taken, x, y)) continue;
      taken.set(cellOf(x, y), [x, y]);
      context.fillStyle = colour(i);
      context.fillRect(x - side / 2 - 1.5, y - side / 2 - 1.5, side + 3, side + 3);
      if (sheets.draw(context, i, x - side / 2, y - side / 2, side, side)) drawn += 1;
    }
    return drawn;
  }

  neighbours({ chart, grid, marked, neighbours, ink }) {
    const [x, y] = chart.place(grid.x[marked], grid.y[marked]);
    this.spokes(x, y, neighbours, { chart, grid, ink });
    this.ring(x, y, 9, 2.5, ink);
  }

  /** Lines from a pixel to some points. */
  spokes(x, y, neighbours, { chart, grid, ink }) {
    const { context } = this;
    context.lineWidth = 1.2;
    for (const i of neighbours) {
      const [toX, toY] = chart.place(grid.x[i], grid.y[i]);
      context.strokeStyle = ink.text;
      context.globalAlpha = 0.75;
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(toX, toY);
      context.stroke();
      context.globalAlpha = 1;
      this.ring(toX, toY, 4, 1.5, ink);
    }
  }

  /** A ring that is seen on any ground. */
  ring(x, y, radius, width, ink) {
    const { context } = this;
    for (const [colour, line] of [[ink.background, width + 2], [ink.text, width]]) {
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.strokeStyle = colour;
      context.lineWidth = line;
      context.stroke();
    }
  }

  outline({ outline, ink }) {
    const { context } = this;
    context.beginPath();
    for (const [x, y] of outline) context.lineTo(x, y);
    context.closePath();
    context.fillStyle = ink.accent;
    context.globalAlpha = 0.12;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = ink.accent;
    context.lineWidth = 1.5;
    context.stroke();
  }
}
