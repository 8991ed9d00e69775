import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { PointGrid } from "../../../explorer/ui/components/map/grid.js";
import { count, enclosed, Lasso, pack, unpack } from "../../../explorer/ui/components/map/selection.js";
import { seeded } from "../helpers.js";

/** @import { Point } from "../../../explorer/ui/components/map/types.js" */

for (const n of [1, 7, 8, 9, 1000]) {
  test(`a selection of ${n} points comes back as it went`, () => {
    const random = seeded(n);
    const mask = Uint8Array.from({ length: n }, () => Number(random() < 0.4));
    assert.deepEqual(unpack(pack(mask), n), mask);
  });
}

test("the first point is the highest bit, as in numpy's packbits", () => {
  assert.equal(pack(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 1, 0, 1)), Buffer.of(0b10000001, 0b01000000).toString("base64"));
});

test("what an outline encloses is what is shown inside of it", () => {
  const grid = new PointGrid(Float32Array.of(0, 1, 2, 3, 1), Float32Array.of(0, 1, 1, 3, 5));
  /** @type {Point[]} */
  const triangle = [
    [-1, -1],
    [5, -1],
    [-1, 5],
  ];
  const mask = enclosed(grid, triangle, (i) => i !== 1);
  assert.deepEqual([...mask], [1, 0, 1, 0, 0]);
  assert.equal(count(mask), 2);
});

test("a lasso follows the hand, and what it has drawn is told once", () => {
  const [onDraw, onDone] = [mock.fn(), mock.fn()];
  const lasso = new Lasso(onDraw, onDone);
  assert.equal(lasso.outline, null);
  lasso.end();
  lasso.start("lasso", [0, 0]);
  lasso.extend([1, 0]);
  lasso.extend([1, 2]);
  assert.deepEqual(lasso.outline, [
    [0, 0],
    [1, 0],
    [1, 2],
  ]);
  lasso.end();
  lasso.end();
  assert.equal(onDraw.mock.callCount(), 2);
  assert.deepEqual(
    onDone.mock.calls.map(({ arguments: given }) => given),
    [
      [
        [
          [0, 0],
          [1, 0],
          [1, 2],
        ],
      ],
    ],
  );
  assert.equal(lasso.outline, null);
});

test("a box has its corners where the hand began and where it is", () => {
  const lasso = new Lasso(
    () => {},
    () => {},
  );
  lasso.start("box", [3, 1]);
  lasso.extend([9, 9]);
  lasso.extend([0, 2]);
  assert.deepEqual(lasso.outline, [
    [3, 1],
    [0, 1],
    [0, 2],
    [3, 2],
  ]);
});
