// An image that was not fitted: a ring, the wider the less sure its place is, and lines to its neighbours.

const HALO = [10, 34]; // pixels of the ring's radius: sure, unsure
const DASHES = [7, 6]; // of the ring of what is off the map

/** Take it up, or none; its place is told on the root, and in view when it is new. */
export function takeNewcomer(map, newcomer) {
  const { root, chart } = map;
  map.newcomer = newcomer;
  if (!newcomer) return delete root.dataset.newcomer;
  const place = `${newcomer.x},${newcomer.y}`;
  const isNew = root.dataset.newcomer !== place;
  if (isNew) map.leave(); // what a tap has opened belongs to the former one
  chart.include(newcomer.x, newcomer.y, isNew);
  root.dataset.newcomer = place;
}

export function drawNewcomer(overlay, scene) {
  const { chart, newcomer, ink } = scene;
  const { context } = overlay;
  const [x, y] = chart.place(newcomer.x, newcomer.y);
  const accent = { ...ink, text: ink.accent };
  overlay.spokes(x, y, newcomer.neighbours, scene);
  context.setLineDash(newcomer.off_map ? DASHES : []);
  overlay.ring(x, y, HALO[1] - newcomer.confidence * (HALO[1] - HALO[0]), 3, accent);
  context.setLineDash([]);
  overlay.ring(x, y, 2, 4, accent);
}
