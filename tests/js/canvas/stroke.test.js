import assert from "node:assert/strict";
import { test } from "node:test";
import { fillBox, Stroke } from "../../../explorer/ui/components/canvas/stroke.js";

/** @import { Raster } from "../../../explorer/ui/components/canvas/types.js" */

/**
 * @param {number} width
 * @param {number} height
 * @returns {Raster}
 */
const raster = (width, height) => ({ width, height, cells: new Uint8Array(width * height) });
const HARD = { soft: false, change: () => 1 };
const SOFT = {
  soft: true,
  change: (/** @type {number} */ value, /** @type {number} */ share) => Math.max(value, Math.round(255 * share)),
};

/** @param {Raster} raster as rows of "." and "#" */
function rows({ cells, width, height }) {
  return Array.from({ length: height }, (_, j) =>
    Array.from(cells.subarray(j * width, (j + 1) * width), (cell) => (cell ? "#" : ".")).join(""),
  );
}

test("a dab covers the cells whose middles lie within the brush", () => {
  const paper = raster(7, 7);
  new Stroke(paper, { ...HARD, radius: 2 }, [3.5, 3.5]);
  assert.deepEqual(rows(paper), [".......", "...#...", "..###..", ".#####.", "..###..", "...#...", "......."]);
});

test("the thinnest brush paints the cell under it, by its middle or not", () => {
  const paper = raster(4, 2);
  new Stroke(paper, { ...HARD, radius: 0.5 }, [2.95, 0.05]);
  assert.deepEqual(rows(paper), ["..#.", "...."]);
  new Stroke(paper, { ...HARD, radius: 0.5 }, [-1, 0]);
  assert.deepEqual(rows(paper), ["..#.", "...."], "beyond the paper is nothing");
});

test("a stroke reaches from its first point to its last without a gap", () => {
  const paper = raster(40, 5);
  const stroke = new Stroke(paper, { ...HARD, radius: 0.5 }, [2.5, 2.5]);
  stroke.extend([20.5, 2.5]);
  stroke.extend([36.5, 2.5]);
  stroke.end();
  assert.deepEqual(rows(paper)[2], `..${"#".repeat(35)}...`);
  assert.equal(
    paper.cells.reduce((sum, cell) => sum + cell, 0),
    35,
  );
});

test("a stroke is a curve: it bends towards a corner and cuts it", () => {
  const paper = raster(40, 40);
  const stroke = new Stroke(paper, { ...HARD, radius: 1 }, [5, 5]);
  stroke.extend([35, 5]);
  stroke.extend([35, 35]);
  stroke.end();
  const painted = (/** @type {number} */ x, /** @type {number} */ y) => paper.cells[y * 40 + x] > 0;
  assert.ok(painted(5, 5) && painted(35, 34));
  assert.ok(!painted(34, 5), "the corner");
  assert.ok(painted(31, 8), "the curve inside of it");
});

test("a soft edge fades over one cell", () => {
  const paper = raster(9, 1);
  new Stroke(paper, { ...SOFT, radius: 2.25 }, [4.5, 0.5]);
  assert.deepEqual([...paper.cells], [0, 0, 191, 255, 255, 255, 191, 0, 0]);
});

test("a stroke over the edge of the paper is cut off there", () => {
  const paper = raster(3, 3);
  const stroke = new Stroke(paper, { ...HARD, radius: 1 }, [-5, 1.5]);
  stroke.extend([9, 1.5]);
  stroke.end();
  assert.deepEqual(rows(paper)[1], "###");
});

test("a box has both corners' cells, whichever comes first", () => {
  for (const [from, to] of /** @type {const} */ ([
    [
      [1.2, 0.9],
      [3.1, 2.2],
    ],
    [
      [3.1, 2.2],
      [1.2, 0.9],
    ],
  ])) {
    const paper = raster(5, 4);
    fillBox(paper, [...from], [...to], 1);
    assert.deepEqual(rows(paper), [".###.", ".###.", ".###.", "....."]);
  }
  const paper = raster(3, 2);
  fillBox(paper, [-4, -4], [9, 0.5], 1);
  assert.deepEqual(rows(paper), ["###", "..."]);
});
