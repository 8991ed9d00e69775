// Paths through latent space for Play: each is a function of time (seconds at speed 1) to z. Pure but for randomness.

export const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

const norm = (z) => Math.hypot(...z);
const PERIOD_S = 6;

export const PATHS = {
  circle: { title: "circle in the pad's plane", make: circle },
  great: { title: "great circle", make: greatCircle },
  line: { title: "between two pins", make: between },
  walk: { title: "random walk", make: randomWalk },
};

/** Around the prior's mean in the two dimensions of the pad, through where z stands. */
function circle({ z, x, y }) {
  const radius = Math.max(0.75, Math.hypot(z[x], x === y ? 0 : z[y]));
  const start = Math.atan2(x === y ? 0 : z[y], z[x]);
  return (t) => {
    const angle = start + (2 * Math.PI * t) / PERIOD_S;
    const at = Float32Array.from(z);
    if (x !== y) at[y] = radius * Math.sin(angle);
    at[x] = radius * Math.cos(angle);
    return at;
  };
}

/** Around the origin through z, in a random plane, at z's own distance (the prior's typical one when z is near 0). */
function greatCircle({ z, free }) {
  const axis = (fill) => z.map((_, i) => (free[i] ? fill(i) : 0));
  let first = axis((i) => z[i]);
  const radius = norm(first) > 0.3 ? norm(first) : Math.sqrt(free.filter(Boolean).length);
  if (norm(first) <= 0.3) first = axis(normal);
  const length = norm(first);
  first = first.map((value) => value / length);
  const draw = axis(normal);
  const along = draw.reduce((sum, value, i) => sum + value * first[i], 0);
  const rest = draw.map((value, i) => value - along * first[i]);
  const second = rest.map((value) => value / (norm(rest) || 1));
  return (t) => {
    const angle = (2 * Math.PI * t) / PERIOD_S;
    return z.map((v, i) => (free[i] ? radius * (Math.cos(angle) * first[i] + Math.sin(angle) * second[i]) : v));
  };
}

/** A straight line there and back. */
function between({ pins }) {
  const [a, b] = pins.slice(-2).map((pin) => pin.z);
  return (t) => {
    const share = (1 - Math.cos((2 * Math.PI * t) / PERIOD_S)) / 2;
    return Float32Array.from(a, (value, i) => value + share * (b[i] - value));
  };
}

/** An Ornstein-Uhlenbeck walk: it stays distributed as the prior. */
function randomWalk({ z, free }) {
  const at = Float32Array.from(z);
  let last = 0;
  return (t) => {
    const keep = Math.exp(-Math.max(0, t - last) / 2);
    const fresh = Math.sqrt(1 - keep * keep);
    last = t;
    for (let i = 0; i < at.length; i++) if (free[i]) at[i] = keep * at[i] + fresh * normal();
    return Float32Array.from(at);
  };
}
