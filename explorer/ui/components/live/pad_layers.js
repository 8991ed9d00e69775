// What lies on the pad: the data's points, a posterior, and the axes' ticks.

import { ticks } from "./scale.js";

/** @import { Ellipse, View } from "./types.js" */
/** @import { Axis } from "./scale.js" */

const GOLDEN = 0.618;
const ELLIPSE_STEPS = 64;

/**
 * A square of a canvas in which a view is drawn.
 *
 * @typedef {{ context: CanvasRenderingContext2D, side: number, view: View, axes: { x: Axis, y: Axis } }} Plane
 */

/**
 * The posterior means of the data: float32 [n, 2], their labels (none where there are no classes), a colour a class.
 *
 * @typedef {{ points: Float32Array, labels: Uint8Array | null, colours: string[] }} Points
 */

/**
 * @param {Plane} plane
 * @param {Points} data
 */
export function drawPoints({ context, side, view, axes }, { points, labels, colours }) {
  const size = points.length > 4000 ? 1.5 : 2.5;
  const oneDimension = view.x === view.y;
  context.globalAlpha = 0.55;
  for (let i = 0; i < points.length / 2; i++) {
    const u = axes.x.fraction(points[2 * i]);
    const v = oneDimension ? (i * GOLDEN) % 1 : axes.y.fraction(points[2 * i + 1]); // spread out where it says nothing
    if (u < 0 || u > 1 || v < 0 || v > 1) continue;
    context.fillStyle = labels ? colours[labels[i] % colours.length] : colours[0];
    context.fillRect(u * side - size / 2, (1 - v) * side - size / 2, size, size);
  }
  context.globalAlpha = 1;
}

/**
 * The posterior at one and two standard deviations, drawn through the axes so that it is true on any scale.
 *
 * @param {Plane} plane
 * @param {Ellipse} ellipse
 * @param {string} colour
 */
export function drawPosterior({ context, side, axes }, { centre, across, up }, colour) {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  for (const radius of [1, 2]) {
    context.beginPath();
    for (let step = 0; step <= ELLIPSE_STEPS; step++) {
      const angle = (step / ELLIPSE_STEPS) * 2 * Math.PI;
      const [cos, sin] = [radius * Math.cos(angle), radius * Math.sin(angle)];
      const u = axes.x.fraction(centre[0] + cos * across[0] + sin * up[0]);
      const v = axes.y.fraction(centre[1] + cos * across[1] + sin * up[1]);
      context.lineTo(u * side, (1 - v) * side);
    }
    context.stroke();
  }
}

/**
 * @param {Plane} plane
 * @param {CSSStyleDeclaration} style of the pad
 */
export function drawTicks({ context, side, view, axes }, style) {
  const [text, ground] = [style.color, style.getPropertyValue("--pad-label")];
  context.font = "11px sans-serif";
  context.textAlign = "center";
  /** @type {(value: number, x: number, y: number) => void} */
  const label = (value, x, y) => {
    const width = context.measureText(String(value)).width + 6;
    context.fillStyle = ground;
    context.fillRect(x - width / 2, y - 8, width, 14);
    context.fillStyle = text;
    context.fillText(String(value), x, y + 3);
  };
  for (const value of ticks(axes.x)) {
    const u = axes.x.fraction(value);
    if (u > 0.06 && u < 0.97) label(value, u * side, side - 9);
  }
  if (view.x === view.y) return;
  for (const value of ticks(axes.y)) {
    const v = axes.y.fraction(value);
    if (v > 0.06 && v < 0.97) label(value, 12, (1 - v) * side);
  }
}
