import assert from "node:assert/strict";
import { test } from "node:test";
import { Dimensions, Directions, frameOf } from "../../../explorer/ui/components/live/frame.js";
import { pathFrom } from "../../../explorer/ui/components/live/paths.js";
import { normal, Prior } from "../../../explorer/ui/components/live/prior.js";
import { seeded } from "../helpers.js";

/** @import { Dimension, Header } from "../../../explorer/ui/components/live/types.js" */

Math.random = seeded(1); // the same draws each time

const K = 64;
const DIRECTIONS = 3;

/** Orthonormal rows [3, 64], by Gram and Schmidt. */
function orthonormal() {
  /** @type {number[][]} */
  const rows = [];
  while (rows.length < DIRECTIONS) {
    let row = Array.from({ length: K }, normal);
    for (const other of rows) {
      const along = dot(row, other);
      row = row.map((value, k) => value - along * other[k]);
    }
    const length = Math.hypot(...row);
    rows.push(row.map((value) => value / length));
  }
  return rows;
}

/** @type {(a: ArrayLike<number>, b: ArrayLike<number>) => number} */
const dot = (a, b) => Array.from(a).reduce((sum, value, k) => sum + value * b[k], 0);

/** @type {(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance?: number) => void} */
function near(actual, expected, tolerance = 1e-5) {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance, `${i}: ${actual[i]}, not ${expected[i]}`);
  }
}

const ROWS = orthonormal();
const FACTS = {
  offset: [0.5, -1, 0],
  sd: [12.3, 0.9, 0.004],
  explained: [0.6, 0.1234, 0.0004],
  reach: [40.2, 3, 0.013],
};
const frame = new Directions(FACTS, Float32Array.from(ROWS.flat()), K);
const draw = () => Float32Array.from({ length: K + 2 }, normal); // two classes behind z

test("a coordinate is the product with the direction, less that of the mean", () => {
  const z = draw();
  near(
    frame.coordinates(z),
    ROWS.map((row, i) => dot(row, z) - FACTS.offset[i]),
  );
});

test("a slider moves z along its direction alone, however often it is moved", () => {
  const z = draw();
  const before = z.slice();
  for (let i = 0; i < 600; i++) frame.set(z, 1, Math.sin(i / 20));
  frame.set(z, 1, 2.5);
  const coordinates = Array.from(frame.coordinates(before));
  near(frame.coordinates(z), [coordinates[0], 2.5, coordinates[2]], 1e-4);
  near(
    z,
    Array.from(before, (value, k) => value + (2.5 - coordinates[1]) * (ROWS[1][k] ?? 0)),
    1e-4,
  );
});

test("a lock keeps its coordinate where all numbers of z are drawn anew", () => {
  const [before, z] = [draw(), draw()];
  const drawn = Array.from(frame.coordinates(z));
  assert.deepEqual(frame.free(), new Array(K).fill(true));
  frame.hold(z, before, new Set([0, 2]));
  const kept = frame.coordinates(before);
  near(frame.coordinates(z), [kept[0], drawn[1], kept[2]]);
});

test("the ellipse is that of the posterior's covariance in the plane", () => {
  const sigma = Array.from({ length: K }, () => 0.2 + Math.random());
  const { centre, across, up } = frame.ellipse({ mu: Array.from(draw()), sigma }, 0, 2);
  const covariance = [0, 2].map((a) =>
    [0, 2].map((b) =>
      dot(
        ROWS[a],
        ROWS[b].map((v, k) => v * sigma[k] ** 2),
      ),
    ),
  );
  near(
    [across[0] ** 2, across[0] * across[1], across[1] ** 2 + up[1] ** 2],
    [covariance[0][0], covariance[0][1], covariance[1][1]],
  );
  assert.equal(centre.length, 2);
});

test("sliders are named with their share of the variance and step finely enough", () => {
  assert.deepEqual(
    frame.rows.map((row) => row.label),
    ["direction 1 (60 %)", "direction 2 (12 %)", "direction 3 (< 0.1 %)"],
  );
  near(
    frame.rows.map((row) => row.limit),
    [40.2, 3, 0.013],
    1e-9,
  );
  near(
    frame.rows.map((row) => row.step),
    [0.1, 0.01, 0.0001],
    1e-12,
  );
  assert.match(frame.row(1).title, /^explains 12 % of the variance/);
});

test("a circle turns in the plane of two directions, around the mean", () => {
  const z = draw();
  const start = { x: 0, y: 1, free: [], locked: new Set(), pins: [], prior: new Prior(K) };
  const path = pathFrom("circle", frame, z, start);
  assert.ok(path);
  const begin = Array.from(frame.coordinates(z));
  near(path(0), z, 1e-4);
  for (const t of [1, 2.2, 5]) {
    const at = frame.coordinates(Float32Array.from(path(t)));
    near([Math.hypot(at[0], at[1]), at[2]], [Math.max(0.75, Math.hypot(begin[0], begin[1])), begin[2]], 1e-4);
  }
});

test("a walk keeps the locked coordinate and the class", () => {
  const z = draw();
  const free = [...frame.free(), false, false];
  const path = pathFrom("walk", frame, z, { x: 0, y: 1, free, locked: new Set([1]), pins: [], prior: new Prior(K) });
  assert.ok(path);
  const point = Float32Array.from(path(3));
  near([frame.coordinates(point)[1], ...point.slice(K)], [frame.coordinates(z)[1], ...z.slice(K)]);
  assert.ok(Math.abs(frame.coordinates(point)[0] - frame.coordinates(z)[0]) > 1e-3);
});

test("of z's own dimensions a coordinate is a number of z, and a lock leaves it out", () => {
  /** @type {Dimension[]} */
  const dims = [
    { index: 1, kl: 4, active: true, mean: 0.1, sd: 1 },
    { index: 0, kl: 1, active: false, mean: 0, sd: 0.05 },
  ];
  const own = new Dimensions(dims, 3);
  const z = Float32Array.of(1, 2);
  own.set(z, 0, 5);
  near(own.coordinates(z), [5, 2]);
  assert.deepEqual(own.free(new Set([1])), [true, false]);
  assert.deepEqual(
    own.rows.map(({ label, share, title }) => [label, share, title]),
    [
      ["z1", 1, "carries 4.00 nats a test image (KL)"],
      ["z0", 0.25, "carries 1.00 nats a test image (KL)"],
    ],
  );
  assert.equal(own.row(0).name, "z0");
  assert.deepEqual(own.ellipse({ mu: [1, 2], sigma: [0.5, 0.25] }, 1, 0), {
    centre: [2, 1],
    across: [0.25, 0],
    up: [0, 0.5],
  });
});

test("the view says which frame it is", () => {
  const header = /** @type {Header} */ (
    /** @type {unknown} */ ({ view: { basis: "directions" }, dims: new Array(K), limit: 3, directions: FACTS })
  );
  const basis = new Uint8Array(Float32Array.from(ROWS.flat()).buffer);
  assert.equal(frameOf(header, basis).what, "direction");
  const dims = [{ index: 0, kl: 1, active: true, mean: 0, sd: 1 }];
  assert.equal(frameOf({ ...header, dims, directions: null }, null).what, "dimension");
});
