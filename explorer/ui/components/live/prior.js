// The prior of z: N(0, I), or a mixture of normal distributions that the model has learned.

const STAY_S = 3; // how long a walk stays with a component on average

/** A draw from the standard normal. */
export const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

/**
 * One component: its mean and standard deviation in each dimension.
 *
 * @typedef {{ mean: ArrayLike<number>, sd: ArrayLike<number> }} Component
 */

export class Prior {
  /**
   * @param {number} latent K
   * @param {Uint8Array<ArrayBuffer> | null} [table] float32 [P, 2 K]: mean and sd of each component; none for N(0, I)
   */
  constructor(latent, table = null) {
    this.latent = latent;
    const values = table && new Float32Array(table.buffer);
    this.isNormal = !values;
    /** @type {Component[]} */
    this.components = values
      ? Array.from({ length: values.length / (2 * latent) }, (_, p) => ({
          mean: values.subarray(2 * p * latent, (2 * p + 1) * latent),
          sd: values.subarray((2 * p + 1) * latent, (2 * p + 2) * latent),
        }))
      : [{ mean: new Float32Array(latent), sd: new Float32Array(latent).fill(1) }];
  }

  /** One component, all equally probable. */
  component() {
    return this.components[Math.floor(Math.random() * this.components.length)];
  }

  /**
   * The component of a walk after so many seconds with this one.
   *
   * @param {Component} held
   * @param {number} seconds
   */
  after(held, seconds) {
    return Math.random() < Math.exp(-seconds / STAY_S) ? held : this.component();
  }

  /** A draw as the mean of its component and how far it lies away from it; z is their sum. */
  draw() {
    const { mean, sd } = this.component();
    return { mean, away: Float32Array.from(sd, (value) => value * normal()) };
  }

  /** A draw, [K]. */
  sample() {
    const { mean, away } = this.draw();
    return away.map((value, i) => mean[i] + value);
  }

  /**
   * log p(z), nats.
   *
   * @param {ArrayLike<number>} z whose first K numbers count
   */
  logDensity(z) {
    const each = this.components.map(({ mean, sd }) => {
      let sum = this.latent * Math.log(2 * Math.PI);
      for (let i = 0; i < this.latent; i++) sum += ((z[i] - mean[i]) / sd[i]) ** 2 + 2 * Math.log(sd[i]);
      return -0.5 * sum;
    });
    const most = Math.max(...each);
    return most + Math.log(each.reduce((sum, value) => sum + Math.exp(value - most), 0) / each.length);
  }
}
