// In which coordinates z is moved by hand: its own dimensions, or principal directions of the posterior means.

import { clamp } from "../shared/numbers.js";
import { gettext } from "../shared/words.js";

/** @import { Dimension, DirectionFacts, Frame, Header, Posterior, SliderRow } from "./types.js" */

const STEP = 0.01; // of a dimension, in units of z
const FINEST = 4; // decimals of z

/**
 * The frame of the view that Python shows.
 *
 * @param {Header} header
 * @param {Uint8Array | null} basis float32 [D, K], where the view is along directions
 * @returns {Frame}
 */
export function frameOf({ view, dims, limit, directions }, basis) {
  if (view.basis !== "directions" || !directions || !basis) return new Dimensions(dims, limit);
  return new Directions(directions, new Float32Array(basis.buffer), dims.length);
}

/** z's own dimensions: a lock leaves a dimension out of what is drawn. */
export class Dimensions {
  /** @type {"dimension"} */
  what = "dimension";

  /**
   * @param {Dimension[]} dims in the order of the sliders
   * @param {number} limit of every slider
   */
  constructor(dims, limit) {
    const strongest = Math.max(...dims.map(weight), 1e-9);
    this.latent = dims.length;
    this.rows = dims.map((dim) => dimensionRow(dim, limit, strongest));
    this.byIndex = this.rows.toSorted((a, b) => a.index - b.index);
  }

  /** @param {number} i */
  row(i) {
    return this.byIndex[i];
  }

  /** @param {Float32Array} z */
  coordinates(z) {
    return z;
  }

  /**
   * @param {Float32Array} z is changed
   * @param {number} i
   * @param {number} value
   */
  set(z, i, value) {
    z[i] = value;
  }

  /** @param {Set<number>} locked */
  free(locked) {
    return Array.from({ length: this.latent }, (_, i) => !locked.has(i));
  }

  hold() {} // a locked dimension is not free, so nothing has moved it

  /**
   * @param {Posterior} posterior
   * @param {number} x
   * @param {number} y
   */
  ellipse({ mu, sigma }, x, y) {
    return { centre: [mu[x], mu[y]], across: [sigma[x], 0], up: [0, sigma[y]] };
  }
}

/** Principal directions: z = mean + sum of coordinate times direction, plus what of z lies outside of them. */
export class Directions {
  /** @type {"direction"} */
  what = "direction";

  /**
   * @param {DirectionFacts} facts
   * @param {Float32Array} basis [D, K], orthonormal rows
   * @param {number} latent K
   */
  constructor({ offset, sd, explained, reach }, basis, latent) {
    this.offset = offset;
    this.latent = latent;
    this.basis = sd.map((_, i) => basis.subarray(i * latent, (i + 1) * latent));
    this.rows = sd.map((own, i) => directionRow(i, own, explained[i], reach[i], explained[0]));
  }

  /** @param {number} i */
  row(i) {
    return this.rows[i];
  }

  /** @param {Float32Array} z */
  coordinates(z) {
    return Float64Array.from(this.basis, (_, i) => this.coordinate(z, i));
  }

  /**
   * @param {ArrayLike<number>} z
   * @param {number} i
   */
  coordinate(z, i) {
    return dot(this.basis[i], z) - this.offset[i];
  }

  /**
   * @param {Float32Array} z is changed, along the direction alone
   * @param {number} i
   * @param {number} value
   */
  set(z, i, value) {
    const direction = this.basis[i];
    const step = value - this.coordinate(z, i);
    for (let k = 0; k < this.latent; k++) z[k] += step * direction[k];
  }

  free() {
    return new Array(this.latent).fill(true); // a lock is of a coordinate, see hold
  }

  /**
   * @param {Float32Array} z is changed
   * @param {Float32Array} before
   * @param {Set<number>} locked
   */
  hold(z, before, locked) {
    for (const i of locked) this.set(z, i, this.coordinate(before, i));
  }

  /**
   * The posterior's covariance in the plane of two directions, by its Cholesky factor.
   *
   * @param {Posterior} posterior
   * @param {number} x
   * @param {number} y
   */
  ellipse({ mu, sigma }, x, y) {
    const [a, b] = [x, y].map((i) => this.basis[i].map((value, k) => value * sigma[k]));
    const width = Math.sqrt(dot(a, a));
    const lean = width ? dot(a, b) / width : 0;
    const height = Math.sqrt(Math.max(0, dot(b, b) - lean ** 2));
    return { centre: [this.coordinate(mu, x), this.coordinate(mu, y)], across: [width, lean], up: [0, height] };
  }
}

/**
 * @param {Float32Array} a
 * @param {ArrayLike<number>} b at least as long
 */
function dot(a, b) {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

/**
 * How much a dimension carries of an image: nats, or of an autoencoder's code, which has no KL, how far it spreads.
 *
 * @param {Dimension} dim
 */
const weight = ({ kl, sd }) => kl || sd;

/** @param {Dimension} dim */
function describeWeight({ kl, sd }) {
  if (kl) return gettext("carries {kl} nats a test image (KL)", { kl: kl.toFixed(2) });
  if (!sd) return gettext("without images it is not known what it carries");
  return gettext("spreads by {sd} (standard deviation)", { sd: sd.toFixed(2) });
}

/**
 * @param {Dimension} dim
 * @param {number} limit
 * @param {number} strongest the weight whose bar is full
 * @returns {SliderRow}
 */
function dimensionRow(dim, limit, strongest) {
  const { index, active, mean, sd } = dim;
  const share = weight(dim) / strongest;
  const title = describeWeight(dim);
  return { index, name: `z${index}`, label: `z${index}`, title, share, active, mean, sd, limit, step: STEP };
}

/**
 * @param {number} index
 * @param {number} sd of the posterior means along it
 * @param {number} explained its share of their variance
 * @param {number} reach how far its slider goes at least
 * @param {number} most the share whose bar is full
 * @returns {SliderRow}
 */
function directionRow(index, sd, explained, reach, most) {
  const step = 10 ** Math.max(-FINEST, Math.floor(Math.log10(reach)) - 2);
  const limit = Number((Math.ceil(reach / step) * step).toFixed(FINEST));
  const name = gettext("direction {number}", { number: index + 1 });
  return {
    index,
    name,
    label: `${name} (${percent(explained)} %)`,
    title: gettext("explains {share} % of the variance of the posterior means (standard deviation {sd})", {
      share: percent(explained),
      sd: sd.toFixed(2),
    }),
    share: explained / most,
    active: true,
    mean: 0,
    sd,
    limit,
    step,
  };
}

/** @param {number} share */
function percent(share) {
  const value = 100 * share;
  return value < 0.1 ? "< 0.1" : value.toFixed(value < 9.95 ? 1 : 0);
}

/**
 * A value as far as the slider of its coordinate goes.
 *
 * @param {SliderRow} row
 * @param {number} value
 */
export const within = ({ limit }, value) => clamp(value, -limit, limit);
