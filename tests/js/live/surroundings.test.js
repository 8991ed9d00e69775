import assert from "node:assert/strict";
import { test } from "node:test";
import { Dimensions } from "../../../explorer/ui/components/live/frame.js";
import { cellCodes, scattered, traversalCodes } from "../../../explorer/ui/components/live/surroundings.js";

/** @import { View } from "../../../explorer/ui/components/live/types.js" */

test("cells are drawn in an order that has each once and neighbours far apart", () => {
  for (const n of [1, 2, 100, 225, 400, 900]) {
    const order = scattered(n);
    assert.deepEqual(
      order.toSorted((a, b) => a - b),
      Array.from({ length: n }, (_, i) => i),
    );
  }
  const order = scattered(400);
  assert.ok(order.slice(1).every((cell, i) => Math.abs(cell - order[i]) > 20));
});

test("a cell's code lies at its centre: rows from the top, the rest of z as it is held", () => {
  const dims = [0, 1, 2].map((index) => ({ index, kl: 1, active: true, mean: 0, sd: 1 }));
  const frame = new Dimensions(dims, 3);
  /** @type {View} */
  const view = { x: 2, y: 0, lo_x: -1, hi_x: 1, lo_y: 0, hi_y: 4, scale: "linear", size: 2, basis: "dimensions" };
  const codes = cellCodes(frame, view, Float32Array.of(0, 7, 0), [0, 1, 3]);
  assert.deepEqual(
    codes.map((code) => [...code]),
    [
      [3, 7, -0.5],
      [3, 7, 0.5],
      [1, 7, 0.5],
    ],
  );
});

test("a traversal's codes differ from z in one coordinate", () => {
  const dims = [0, 1].map((index) => ({ index, kl: 1, active: true, mean: 0, sd: 1 }));
  const z = Float32Array.of(0.5, -0.5, 1);
  const rows = [
    { index: 1, values: [-3, 3] },
    { index: 0, values: [2] },
  ];
  const codes = traversalCodes(new Dimensions(dims, 3), rows, z);
  assert.deepEqual(
    codes.map((code) => [...code]),
    [
      [0.5, -3, 1],
      [0.5, 3, 1],
      [2, -0.5, 1],
    ],
  );
  assert.deepEqual([...z], [0.5, -0.5, 1]);
});
