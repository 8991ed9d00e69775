import assert from "node:assert/strict";
import { test } from "node:test";
import { PointGrid } from "../../../explorer/ui/components/map/grid.js";
import { DIRECTIONS, nearestInDirection, nearestToCentre } from "../../../explorer/ui/components/map/neighbour_step.js";

/** @import { Point } from "../../../explorer/ui/components/map/types.js" */

const SIDE = 400; // pixels of the plot, which shows 0 to 40 on both axes

const chart = {
  frame: () => ({ left: 0, top: 0, width: SIDE, height: SIDE }),
  view: () => ({ x0: 0, x1: 40, y0: 0, y1: 40 }),
  /** @type {(x: number, y: number) => Point} */
  place: (x, y) => [10 * x, SIDE - 10 * y],
  /** @type {(left: number, top: number) => Point} */
  value: (left, top) => [left / 10, (SIDE - top) / 10],
};
const always = () => true;

/** @param {Point[]} points */
const gridOf = (points) =>
  new PointGrid(
    Float32Array.from(points, ([x]) => x),
    Float32Array.from(points, ([, y]) => y),
  );

test("the keys begin at the point nearest to the centre of the view", () => {
  const grid = gridOf([
    [1, 1],
    [19, 22],
    [30, 20],
  ]);
  assert.equal(nearestToCentre(chart, grid, always), 1);
  assert.equal(
    nearestToCentre(chart, grid, (i) => i !== 1),
    2,
  );
});

test("each arrow leads to the nearest point of its quarter, upwards being up on the map", () => {
  const grid = gridOf([
    [20, 20],
    [21, 20.5],
    [18, 20],
    [20.2, 23],
    [20, 19],
    [25, 20],
  ]);
  const expected = { ArrowRight: 1, ArrowLeft: 2, ArrowUp: 3, ArrowDown: 4 };
  for (const [key, index] of Object.entries(expected)) {
    assert.equal(nearestInDirection(chart, grid, always, 0, DIRECTIONS[key]), index, key);
  }
});

test("a point far off is found, one that is hidden is passed over, and beyond the last there is none", () => {
  const grid = gridOf([
    [1, 20],
    [39, 20],
    [5, 20],
  ]);
  assert.equal(
    nearestInDirection(chart, grid, (i) => i !== 2, 0, DIRECTIONS.ArrowRight),
    1,
  );
  assert.equal(nearestInDirection(chart, grid, always, 1, DIRECTIONS.ArrowRight), null);
});
