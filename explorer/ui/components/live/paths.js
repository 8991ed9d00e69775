// Paths through latent space for Play. Pure but for randomness.

import { N_ } from "../shared/words.js";
import { normal } from "./prior.js";

/** @import { Prior } from "./prior.js" */
/** @import { Frame, Path, Pin } from "./types.js" */

/**
 * Where a path begins: z, the pad's coordinates, which numbers of z may move, the pins, and
 * the prior.
 *
 * @typedef {{ z: number[], x: number, y: number, free: boolean[], pins: Pin[], prior: Prior }} Start
 */

const PERIOD_S = 6;
const NEAR_ORIGIN = 0.3;

/** @param {number[]} z */
const norm = (z) => Math.hypot(...z);

/** @type {Record<string, { title: string, make: (start: Start) => Path | null, inPlane?: boolean }>} */
export const PATHS = {
  circle: { title: N_("circle in the pad's plane"), make: circle, inPlane: true }, // of coordinates, not of z
  great: { title: N_("great circle"), make: greatCircle },
  line: { title: N_("between two pins"), make: betweenPins },
  walk: { title: N_("random walk"), make: randomWalk },
};

/**
 * The path of a kind from z, moved as the frame moves it; null where it cannot begin.
 *
 * @param {string} kind
 * @param {Frame} frame
 * @param {Float32Array} z
 * @param {Omit<Start, "z"> & { locked: Set<number> }} start
 * @returns {Path | null}
 */
export function pathFrom(kind, frame, z, { locked, ...start }) {
  const { make, inPlane } = PATHS[kind];
  const path = make({ ...start, z: Array.from(inPlane ? frame.coordinates(z) : z) });
  if (!path) return null;
  return (t) => {
    const [point, at] = [z.slice(), path(t)];
    if (inPlane) return moved(point, [start.y, start.x], at);
    point.set(at);
    frame.hold(point, z, locked);
    return point;
  };

  /** @type {(point: Float32Array, axes: number[], at: ArrayLike<number>) => Float32Array} */
  function moved(point, axes, at) {
    for (const i of axes) frame.set(point, i, at[i]);
    return point;
  }
}

/**
 * Around the origin in the two coordinates of the pad, through where these stand.
 *
 * @param {Start} start
 * @returns {Path}
 */
function circle({ z, x, y }) {
  const radius = Math.max(0.75, Math.hypot(z[x], x === y ? 0 : z[y]));
  const begin = Math.atan2(x === y ? 0 : z[y], z[x]);
  return (t) => {
    const angle = begin + (2 * Math.PI * t) / PERIOD_S;
    const point = Float32Array.from(z);
    if (x !== y) point[y] = radius * Math.sin(angle);
    point[x] = radius * Math.cos(angle);
    return point;
  };
}

/**
 * Around the origin through z, in a random plane, at z's own distance (the prior's typical one when z is near 0).
 *
 * @param {Start} start
 * @returns {Path}
 */
function greatCircle({ z, free }) {
  /** @type {(value: (i: number) => number) => number[]} */
  const inFree = (value) => z.map((_, i) => (free[i] ? value(i) : 0));
  const own = inFree((i) => z[i]);
  const near = norm(own) <= NEAR_ORIGIN;
  const radius = near ? Math.sqrt(free.filter(Boolean).length) : norm(own);
  const first = unit(near ? inFree(normal) : own);
  const draw = inFree(normal);
  const along = draw.reduce((sum, value, i) => sum + value * first[i], 0);
  const second = unit(draw.map((value, i) => value - along * first[i]));
  return (t) => {
    const angle = (2 * Math.PI * t) / PERIOD_S;
    return z.map((v, i) => (free[i] ? radius * (Math.cos(angle) * first[i] + Math.sin(angle) * second[i]) : v));
  };
}

/**
 * The vector of length 1 in the direction of z; 0 stays 0.
 *
 * @param {number[]} z
 */
function unit(z) {
  const length = norm(z) || 1;
  return z.map((value) => value / length);
}

/**
 * A straight line between the last two pins, there and back; none where there are fewer.
 *
 * @param {Start} start
 * @returns {Path | null}
 */
function betweenPins({ pins }) {
  if (pins.length < 2) return null;
  const [a, b] = pins.slice(-2).map((pin) => pin.z);
  return (t) => {
    const share = (1 - Math.cos((2 * Math.PI * t) / PERIOD_S)) / 2;
    return Float32Array.from(a, (value, i) => value + share * (b[i] - value));
  };
}

/**
 * An Ornstein-Uhlenbeck process: it stays distributed as the prior; of a mixture as one component after the other.
 *
 * @param {Start} start
 * @returns {Path}
 */
function randomWalk({ z, free, prior }) {
  const point = Float32Array.from(z);
  let last = 0;
  let around = prior.component();
  return (t) => {
    const passed = Math.max(0, t - last);
    const keep = Math.exp(-passed / 2);
    const fresh = Math.sqrt(1 - keep * keep);
    last = t;
    around = prior.after(around, passed);
    const { mean, sd } = around;
    for (let i = 0; i < point.length; i++) {
      if (free[i]) point[i] = mean[i] + keep * (point[i] - mean[i]) + fresh * sd[i] * normal();
    }
    return Float32Array.from(point);
  };
}
