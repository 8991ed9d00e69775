import assert from "node:assert/strict";
import { test } from "node:test";
import { axis, cdf, quantile, ticks } from "../../../explorer/ui/components/live/scale.js";

/** @type {(actual: number, expected: number, tolerance: number) => void} */
const near = (actual, expected, tolerance) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual}, not ${expected}`);

test("the normal distribution is that of the tables", () => {
  const table = { 0: 0.5, 1: 0.8413447461, 1.959963985: 0.975, "-1": 0.1586552539, "-3": 0.001349898, 6: 0.999999999 };
  for (const [z, p] of Object.entries(table)) near(cdf(Number(z)), p, 1.5e-7);
});

test("quantile is the inverse of cdf", () => {
  for (const z of [-2.9, -1, -0.001, 0, 0.5, 2.5]) near(quantile(cdf(z), -3, 3), z, 1e-6);
  near(quantile(0, -3, 3), -3, 1e-9);
  near(quantile(1, -3, 3), 3, 1e-9);
});

for (const scale of /** @type {const} */ (["quantile", "linear"])) {
  test(`a ${scale} axis leads there and back`, () => {
    const { fraction, value } = axis(-3, 2, scale);
    near(fraction(-3), 0, 1e-12);
    near(fraction(2), 1, 1e-12);
    for (const u of [0.001, 0.25, 0.5, 0.9]) near(fraction(value(u)), u, 1e-6);
  });

  test(`a ${scale} axis grows all the way, beyond its ends too`, () => {
    const { fraction } = axis(-3, 2, scale);
    const fractions = Array.from({ length: 141 }, (_, i) => fraction(-7 + i / 10));
    assert.ok(fractions.every((u, i) => i === 0 || u > fractions[i - 1]));
    near(fraction(-8), -1, 1e-12);
    near(fraction(7), 2, 1e-12);
  });
}

test("quantiles space by the prior's probability, and hold a hand that leaves the pad at the edge", () => {
  const { fraction, value } = axis(-3, 3, "quantile");
  near(fraction(0), 0.5, 1e-9);
  near(fraction(1), (cdf(1) - cdf(-3)) / (cdf(3) - cdf(-3)), 1e-12);
  near(value(1.5), 3, 1e-6);
  near(value(-0.5), -3, 1e-6);
});

test("ticks are round, inside, and few", () => {
  assert.deepEqual(ticks({ lo: -3, hi: 3 }), [-3, -2, -1, 0, 1, 2, 3]);
  assert.deepEqual(ticks({ lo: -0.11, hi: 0.12 }), [-0.1, -0.05, 0, 0.05, 0.1]);
  assert.ok(
    Object.is(
      ticks({ lo: -0.5, hi: 0.5 }).find((value) => value === 0),
      0,
    ),
    "no -0",
  );
  for (const half of [0.05, 0.3, 1, 2.7, 9, 20, 60, 300]) {
    const found = ticks({ lo: -half, hi: half });
    assert.ok(found.length >= 3 && found.length <= 9, `${found}`);
    assert.ok(found.every((value) => Math.abs(value) <= half + 1e-9));
  }
});
