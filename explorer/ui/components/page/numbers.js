// What is true of z where the hand has let go: its density under the prior, and the nearest test image.

import { make } from "../shared/dom.js";
import { nameOf, nearest } from "./codes.js";

/** @import { Content } from "./content.js" */

/**
 * @param {HTMLElement} root a description list
 * @param {Content} content
 * @param {Float32Array} z
 */
export function showNumbers(root, content, z) {
  const { header } = content;
  const rows = [];
  if (header.has_prior) {
    const density = content.prior.logDensity(z).toFixed(1).replace("-", "−");
    const what = content.prior.isNormal ? "a standard normal" : "a mixture that the model has learned";
    rows.push(row("log p(z)", `${density} nats`, `The prior's density at z: ${what}`));
  }
  const [first] = nearest(content, z, 1);
  if (first) {
    const about = "The nearest posterior mean of a test image, and its Euclidean distance in units of z";
    rows.push(row("nearest test image", `${nameOf(content, first.index)}, ${first.distance.toFixed(2)} away`, about));
  }
  root.replaceChildren(...rows);
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} title
 */
function row(name, value, title) {
  const element = make("div", { title });
  element.append(make("dt", { textContent: name }), make("dd", { textContent: value }));
  return element;
}
