import assert from "node:assert/strict";
import { test } from "node:test";
import { inside, PointGrid } from "../../../explorer/ui/components/map/grid.js";
import { seeded } from "../helpers.js";

/** @import { Point } from "../../../explorer/ui/components/map/types.js" */

const always = () => true;

/**
 * Points all over a square, many of them in a heap.
 *
 * @param {number} n
 */
function scattered(n) {
  const random = seeded(n);
  /** @param {number} i */
  const coordinate = (i) => (i % 3 ? 10 * random() - 5 : 0.01 * random());
  return new PointGrid(
    Float32Array.from({ length: n }, (_, i) => coordinate(i)),
    Float32Array.from({ length: n }, (_, i) => coordinate(i)),
  );
}

for (const n of [1, 2, 7, 500, 5000]) {
  test(`the points of a box are found, each once, among ${n}`, () => {
    const grid = scattered(n);
    for (const box of [grid.bounds, { x0: -1, x1: 2, y0: -3, y1: 0.005 }, { x0: 9, x1: 20, y0: 9, y1: 20 }]) {
      /** @type {number[]} */
      const found = [];
      grid.within(box, (i) => void found.push(i));
      const expected = [...grid.x.keys()].filter(
        (i) => grid.x[i] >= box.x0 && grid.x[i] <= box.x1 && grid.y[i] >= box.y0 && grid.y[i] <= box.y1,
      );
      assert.deepEqual(
        found.sort((a, b) => a - b),
        expected,
      );
    }
  });
}

test("a visit ends when it returns false", () => {
  let visits = 0;
  const grid = scattered(500);
  grid.within(grid.bounds, () => ++visits < 3);
  assert.equal(visits, 3);
});

test("the nearest point is the nearest, in units of the radii", () => {
  const grid = scattered(2000);
  const random = seeded(1);
  for (let trial = 0; trial < 50; trial++) {
    /** @type {Point} */
    const place = [10 * random() - 5, 10 * random() - 5];
    const distances = Array.from(grid.x, (x, i) => ((x - place[0]) / 0.5) ** 2 + ((grid.y[i] - place[1]) / 0.3) ** 2);
    const least = Math.min(...distances);
    assert.equal(grid.nearest(place, [0.5, 0.3], always), least <= 1 ? distances.indexOf(least) : null);
  }
});

test("what is not allowed is passed over", () => {
  const grid = new PointGrid(Float32Array.of(0, 1, 2), Float32Array.of(0, 0, 0));
  assert.equal(grid.nearest([0, 0], [5, 5], always), 0);
  assert.equal(
    grid.nearest([0, 0], [5, 5], (i) => i !== 0),
    1,
  );
  assert.equal(
    grid.nearest([0, 0], [5, 5], () => false),
    null,
  );
});

test("points that all lie in one place, or none at all, make a grid", () => {
  const heap = new PointGrid(new Float32Array(100).fill(3), new Float32Array(100).fill(4));
  assert.notEqual(heap.nearest([3, 4], [1, 1], always), null);
  const none = new PointGrid(new Float32Array(0), new Float32Array(0));
  assert.deepEqual(none.bounds, { x0: 0, x1: 0, y0: 0, y1: 0 });
  assert.equal(none.nearest([0, 0], [1, 1], always), null);
});

test("a point is inside a polygon by the even-odd rule", () => {
  /** @type {Point[]} a star, whose middle is wound around twice */
  const star = Array.from({ length: 5 }, (_, i) => {
    const angle = (2 * Math.PI * 2 * i) / 5 + Math.PI / 2;
    return [Math.cos(angle), Math.sin(angle)];
  });
  assert.equal(inside(star, 0, 0), false);
  assert.equal(inside(star, 0, 0.6), true);
  assert.equal(inside(star, 0, -0.6), false);
  assert.equal(
    inside(
      [
        [0, 0],
        [4, 0],
        [4, 4],
        [0, 4],
      ],
      3.9,
      0.1,
    ),
    true,
  );
  assert.equal(
    inside(
      [
        [0, 0],
        [4, 0],
        [4, 4],
        [0, 4],
      ],
      4.1,
      0.1,
    ),
    false,
  );
});
