import assert from "node:assert/strict";
import { test } from "node:test";
import { Prior } from "../../../explorer/ui/components/live/prior.js";
import { seeded } from "../helpers.js";

Math.random = seeded(1); // the same draws each time

/** @param {number[]} values */
const table = (values) => new Uint8Array(new Float32Array(values).buffer);

test("without a table it is the standard normal", () => {
  const prior = new Prior(2);
  assert.ok(prior.isNormal);
  assert.ok(Math.abs(prior.logDensity([1, -2, 9]) - (-2.5 - Math.log(2 * Math.PI))) < 1e-12); // a class behind z
});

test("a mixture's draws and density are those of its components", () => {
  const prior = new Prior(1, table([-3, 1, 3, 2]));
  assert.ok(!prior.isNormal);
  const density = (Math.exp(-0.5 * 16) + Math.exp(-0.5) / 2) / 2 / Math.sqrt(2 * Math.PI); // at 1: four sd and one off
  assert.ok(Math.abs(prior.logDensity([1]) - Math.log(density)) < 1e-12);
  const draws = Array.from({ length: 20_000 }, () => {
    const { mean, away } = prior.draw();
    return mean[0] + away[0];
  });
  const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
  const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length;
  assert.ok(Math.abs(mean) < 0.1 && Math.abs(variance - 11.5) < 0.4, `${mean}, ${variance}`); // 9 + (1 + 4) / 2
});

test("a learned prior of one component is not the standard normal", () => {
  assert.ok(!new Prior(1, table([-3, 1])).isNormal);
});
