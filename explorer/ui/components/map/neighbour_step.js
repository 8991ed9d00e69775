// From point to point with the arrow keys.

/** @import { Chart } from "./chart.js" */
/** @import { PointGrid } from "./grid.js" */
/** @import { Point, Test } from "./types.js" */

/** @type {Record<string, Point>} in pixels, downwards */
export const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FIRST_REACH = 24; // pixels around the point that are searched first

/**
 * The point nearest to the centre of what is in view.
 *
 * @param {Pick<Chart, "view">} chart
 * @param {PointGrid} grid
 * @param {Test} shown
 */
export function nearestToCentre(chart, grid, shown) {
  const { x0, x1, y0, y1 } = chart.view();
  return grid.nearest([(x0 + x1) / 2, (y0 + y1) / 2], [(x1 - x0) / 2, (y1 - y0) / 2], shown);
}

/**
 * The nearest point in the quarter of the plane that a direction points into; null where there is none.
 *
 * @param {Pick<Chart, "place" | "value" | "frame">} chart
 * @param {PointGrid} grid
 * @param {Test} shown
 * @param {number} from
 * @param {Point} direction
 */
export function nearestInDirection(chart, grid, shown, from, direction) {
  const [left, top] = chart.place(grid.x[from], grid.y[from]);
  const { width, height } = chart.frame();
  for (let reach = FIRST_REACH; reach <= 2 * (width + height); reach *= 3) {
    /** @type {number | null} */
    let best = null;
    let least = reach;
    const [x0, y1] = chart.value(left - reach, top - reach);
    const [x1, y0] = chart.value(left + reach, top + reach);
    grid.within({ x0, x1, y0, y1 }, (i) => {
      const [x, y] = chart.place(grid.x[i], grid.y[i]);
      const distance = distanceAlong([x - left, y - top], direction);
      if (i !== from && distance <= least && shown(i)) [best, least] = [i, distance];
    });
    if (best !== null) return best;
  }
  return null;
}

/**
 * How far a step goes, infinitely where it does not go into the quarter around the direction.
 *
 * @param {Point} step
 * @param {Point} direction
 */
function distanceAlong([x, y], [dx, dy]) {
  const along = x * dx + y * dy;
  const across = Math.abs(x * dy) + Math.abs(y * dx);
  return along > 0 && across <= along ? Math.hypot(along, across) : Infinity;
}
