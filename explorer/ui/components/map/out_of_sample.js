// An image that was not fitted: a ring, the wider the less sure its place is, and lines to its neighbours.

/** @import { Overlay } from "./overlay.js" */
/** @import { OutOfSample, Scene } from "./types.js" */

const RADIUS = { sure: 10, unsure: 34 }; // pixels
const DASHES = [7, 6]; // of the ring of what is off the map

/**
 * @param {Overlay} overlay
 * @param {Scene} scene
 * @param {OutOfSample} image
 */
export function drawOutOfSample(overlay, scene, { x, y, confidence, neighbours, off_map }) {
  const { chart, theme } = scene;
  const { context } = overlay;
  const place = chart.place(x, y);
  const accented = { ...theme, text: theme.accent };
  overlay.drawLines(place, neighbours, scene);
  context.setLineDash(off_map ? DASHES : []);
  overlay.drawRing(place, RADIUS.unsure - confidence * (RADIUS.unsure - RADIUS.sure), 3, accented);
  context.setLineDash([]);
  overlay.drawRing(place, 2, 4, accented);
}
