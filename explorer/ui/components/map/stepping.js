// From point to point with the arrow keys.

export const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FIRST_REACH = 24; // pixels around the point that are searched first

/** The point nearest to the middle of what is in view. */
export function middle(chart, grid, shown) {
  const { x0, x1, y0, y1 } = chart.view();
  return grid.nearest((x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2, shown);
}

/** The nearest point in the quarter of the plane that a direction points into; null where there is none. */
export function towards(chart, grid, shown, from, [dx, dy]) {
  const [left, top] = chart.place(grid.x[from], grid.y[from]);
  const { width, height } = chart.frame();
  for (let reach = FIRST_REACH; reach <= 2 * (width + height); reach *= 3) {
    let [best, least] = [null, reach];
    const [x0, y1] = chart.value(left - reach, top - reach);
    const [x1, y0] = chart.value(left + reach, top + reach);
    grid.within({ x0, x1, y0, y1 }, (i) => {
      const [x, y] = chart.place(grid.x[i], grid.y[i]);
      const along = (x - left) * dx + (y - top) * dy;
      const across = Math.abs((x - left) * dy) + Math.abs((y - top) * dx);
      const away = Math.hypot(along, across);
      if (i !== from && along > 0 && across <= along && away <= least && shown(i)) [best, least] = [i, away];
    });
    if (best !== null) return best;
  }
  return null;
}
