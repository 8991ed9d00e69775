// The two modes of a canvas: ink on paper, and a tint with a hatch over what is hidden of a picture.

import { context2d } from "../shared/dom.js";
import { gettext } from "../shared/words.js";

/** @import { Mode, ModeName, Raster } from "./types.js" */

const HATCH = 7; // pixels between its lines

/**
 * Dark ink on white paper, in every theme: paper is paper.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Raster} raster
 */
function renderInk(canvas, { cells, width, height }) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const image = new ImageData(width, height);
  cells.forEach((ink, i) => {
    image.data.set([255 - ink, 255 - ink, 255 - ink, 255], 4 * i);
  });
  context2d(canvas).putImageData(image, 0, 0);
}

/**
 * The hidden cells in the accent colour, hatched light and dark so that they show on any picture.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Raster} raster
 * @param {string} accent
 */
function renderHidden(canvas, raster, accent) {
  const ratio = window.devicePixelRatio || 1;
  const [across, down] = [canvas.clientWidth, canvas.clientHeight];
  Object.assign(canvas, { width: Math.round(across * ratio), height: Math.round(down * ratio) }); // empties it too
  const context = context2d(canvas);
  context.scale(ratio, ratio);
  const hidden = outlineOf(raster, across, down);
  context.fillStyle = accent;
  context.globalAlpha = 0.6;
  context.fill(hidden);
  context.clip(hidden);
  hatch(context, across, down);
}

/**
 * The cells that are not 0 as a path, in whole pixels so that there are no seams between them.
 *
 * @param {Raster} raster
 * @param {number} across pixels
 * @param {number} down pixels
 */
function outlineOf({ cells, width, height }, across, down) {
  const path = new Path2D();
  cells.forEach((cell, i) => {
    if (!cell) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    const [left, right] = [x, x + 1].map((line) => Math.round((line / width) * across));
    const [top, bottom] = [y, y + 1].map((line) => Math.round((line / height) * down));
    path.rect(left, top, right - left, bottom - top);
  });
  return path;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} across pixels
 * @param {number} down pixels
 */
function hatch(context, across, down) {
  context.lineWidth = 1;
  for (const { colour, shift } of [
    { colour: "#000", shift: 1 },
    { colour: "#fff", shift: 0 },
  ]) {
    context.strokeStyle = colour;
    context.beginPath();
    for (let x = shift - down; x < across; x += HATCH) {
      context.moveTo(x, down);
      context.lineTo(x + down, 0);
    }
    context.stroke();
  }
}

/** @type {Record<ModeName, Mode>} */
export const MODES = {
  draw: {
    full: 255,
    soft: true,
    tools: ["pen", "eraser"],
    step: (width) => width / 56,
    diameters: (width) => [width / 70, width / 7, width / 14],
    render: renderInk,
    describe: (share) => (share ? "" : gettext("draw here")),
  },
  mask: {
    full: 1,
    soft: false,
    tools: ["brush", "box", "eraser"],
    step: () => 1,
    diameters: (width) => [1, Math.ceil(width / 2), Math.ceil(width / 7)],
    render: renderHidden,
    describe: (share) =>
      share
        ? gettext("{share} % hidden", { share: Math.max(1, Math.round(100 * share)) })
        : gettext("nothing hidden yet"),
  },
};
