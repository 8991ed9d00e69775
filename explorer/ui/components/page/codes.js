// Codes of the test images, and what lies near a code.

/** @import { Content } from "./content.js" */

/**
 * The posterior mean of one image, [K].
 *
 * @param {Content} content
 * @param {number} index
 */
export function muOf({ mu, header }, index) {
  return mu.subarray(index * header.latent, (index + 1) * header.latent);
}

/**
 * The decoder's input for z: of a class-conditional model with its class behind it, one-hot.
 *
 * @param {Content} content
 * @param {ArrayLike<number>} z [K]
 * @param {number} label of models with classes
 */
export function codeOf({ header }, z, label) {
  const code = new Float32Array(header.latent + header.conditional);
  code.set(z);
  if (header.conditional) code[header.latent + label] = 1;
  return code;
}

/**
 * The decoder's input for the posterior mean of an image, in its own class.
 *
 * @param {Content} content
 * @param {number} index
 */
export function codeOfImage(content, index) {
  const label = content.labels?.[index] ?? 0;
  return codeOf(content, muOf(content, index), label < content.header.conditional ? label : 0);
}

/**
 * The images whose posterior means are nearest to z, and how far they are, by growing distance.
 *
 * @param {Content} content
 * @param {ArrayLike<number>} z whose first K numbers count
 * @param {number} k
 */
export function nearest({ mu, header }, z, k) {
  /** @type {{ index: number, distance: number }[]} */
  const found = [];
  for (let index = 0; index < header.n; index++) {
    let squared = 0;
    for (let i = 0; i < header.latent; i++) squared += (mu[index * header.latent + i] - z[i]) ** 2;
    const distance = Math.sqrt(squared);
    if (found.length === k && distance >= found[k - 1].distance) continue;
    const place = found.findIndex((other) => other.distance > distance);
    found.splice(place < 0 ? found.length : place, 0, { index, distance });
    found.length = Math.min(found.length, k);
  }
  return found;
}

/**
 * What an image is called: its class and its number.
 *
 * @param {Content} content
 * @param {number} index
 */
export function nameOf({ labels, header }, index) {
  const name = labels && header.classes[labels[index]];
  const image = `image ${index.toLocaleString("en")}`;
  return name === undefined || name === null ? image : `${name} · ${image}`;
}
