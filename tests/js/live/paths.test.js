import assert from "node:assert/strict";
import { test } from "node:test";
import { PATHS } from "../../../explorer/ui/components/live/paths.js";
import { normal, Prior } from "../../../explorer/ui/components/live/prior.js";
import { seeded } from "../helpers.js";

/** @import { Path, Pin } from "../../../explorer/ui/components/live/types.js" */

Math.random = seeded(1); // the same draws each time

const START = {
  z: [0.6, -1.2, 0.3],
  x: 0,
  y: 1,
  free: [true, true, true],
  pins: /** @type {Pin[]} */ ([]),
  prior: new Prior(3),
};
const TIMES_S = [0, 0.4, 1.5, 3, 4.7, 6];

/** @type {(a: ArrayLike<number>, b: ArrayLike<number>) => void} */
function near(a, b) {
  assert.equal(a.length, b.length);
  for (let i = 0; i < a.length; i++) assert.ok(Math.abs(a[i] - b[i]) < 1e-5, `${Array.from(a)}, not ${Array.from(b)}`);
}

/**
 * @param {string} kind
 * @param {Partial<typeof START>} [changes]
 */
function path(kind, changes) {
  const made = PATHS[kind].make({ ...START, ...changes });
  assert.ok(made);
  return made;
}

test("the circle passes z and goes around the origin of the pad's plane in six seconds", () => {
  const at = path("circle");
  near(at(0), START.z);
  near(at(6), START.z);
  for (const t of TIMES_S) {
    assert.ok(Math.abs(Math.hypot(at(t)[0], at(t)[1]) - Math.hypot(0.6, 1.2)) < 1e-5);
    near([at(t)[2]], [0.3]);
  }
});

test("a circle near the origin is not a point, and in one dimension it swings", () => {
  near([Math.hypot(...Array.from(path("circle", { z: [0, 0, 0] })(1)))], [0.75]);
  const at = path("circle", { y: 0 });
  near(at(3), [-0.75, -1.2, 0.3]);
});

test("the great circle keeps z's distance and its locked dimensions", () => {
  const at = path("great", { free: [true, false, true] });
  near(at(0), START.z);
  for (const t of TIMES_S) near([Math.hypot(at(t)[0], at(t)[2]), at(t)[1]], [Math.hypot(0.6, 0.3), -1.2]);
});

test("from the origin the great circle goes at the prior's typical distance", () => {
  const at = path("great", { z: [0, 0, 0] });
  for (const t of TIMES_S) near([Math.hypot(...Array.from(at(t)))], [Math.sqrt(3)]);
});

test("the line joins the last two pins, there and back", () => {
  const pins = [
    [9, 9],
    [0, 1],
    [2, -1],
  ].map((z) => ({ z, pixels: [] }));
  const at = path("line", { pins });
  near(at(0), [0, 1]);
  near(at(1.5), [1, 0]);
  near(at(3), [2, -1]);
  near(at(6), [0, 1]);
  assert.equal(PATHS.line.make({ ...START, pins: pins.slice(1, 2) }), null);
});

test("the random walk begins at z, leaves locked dimensions, and forgets", () => {
  const at = path("walk", { free: [true, true, false] });
  near(at(0), START.z);
  near([at(0.5)[2]], [Math.fround(0.3)]);
  const draws = Array.from({ length: 4000 }, (_, i) => at(100 * (i + 1))[0]);
  const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
  const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length;
  assert.ok(Math.abs(mean) < 0.1 && Math.abs(variance - 1) < 0.15, `${mean}, ${variance}`);
});

test("with a learned prior the random walk visits its components", () => {
  const prior = new Prior(1, new Uint8Array(new Float32Array([-4, 0.5, 4, 0.1]).buffer));
  const at = path("walk", { z: [0], free: [true], prior });
  const draws = Array.from({ length: 4000 }, (_, i) => at(100 * (i + 1))[0]);
  const [low, high] = [draws.filter((value) => value < 0), draws.filter((value) => value > 0)];
  assert.ok(Math.abs(low.length / draws.length - 0.5) < 0.05, `${low.length}`);
  for (const [part, mean, sd] of /** @type {[number[], number, number][]} */ ([
    [low, -4, 0.5],
    [high, 4, 0.1],
  ])) {
    const found = part.reduce((sum, value) => sum + value, 0) / part.length;
    const variance = part.reduce((sum, value) => sum + (value - found) ** 2, 0) / part.length;
    assert.ok(Math.abs(found - mean) < 0.1 && Math.abs(Math.sqrt(variance) - sd) < 0.05, `${found}, ${variance}`);
  }
});

test("draws are standard normal and finite", () => {
  const draws = Array.from({ length: 20_000 }, normal);
  assert.ok(draws.every(Number.isFinite));
  const within = draws.filter((value) => Math.abs(value) < 1).length / draws.length;
  assert.ok(Math.abs(within - 0.6827) < 0.02, `${within}`);
});
