// Axes: a latent coordinate to a share of the pad and back. Pure functions.

/** The standard normal's cumulative distribution (Abramowitz & Stegun 7.1.26, error < 1.5e-7). */
export function cdf(z) {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - poly * Math.exp(-x * x);
  return z < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
}

/** The inverse of `cdf` between two bounds, by bisection: exact against `cdf`, 40 halvings. */
export function quantile(p, low, high) {
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (cdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** An axis from `lo` to `hi`; scale "quantile" spaces by the prior's probability, "linear" evenly. */
export function axis(lo, hi, scale) {
  if (scale === "linear") {
    return { lo, hi, share: (z) => (z - lo) / (hi - lo), value: (u) => lo + u * (hi - lo) };
  }
  const [a, b] = [cdf(lo), cdf(hi)];
  return {
    lo,
    hi,
    share: (z) => (z < lo ? (z - lo) / (hi - lo) : z > hi ? 1 + (z - hi) / (hi - lo) : (cdf(z) - a) / (b - a)),
    value: (u) => quantile(a + Math.min(1, Math.max(0, u)) * (b - a), lo, hi),
  };
}

/** Round ticks inside an axis, three to nine of them. */
export function ticks({ lo, hi }) {
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5].find((s) => (hi - lo) / s <= 8) ?? 5;
  const found = [];
  for (let v = Math.ceil(lo / step) * step; v <= hi + 1e-9; v += step) found.push(Number(v.toFixed(4)) + 0);
  return found;
}
