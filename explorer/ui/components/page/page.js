// An exported page: the live decoder, samples and the map of one model, without a server.

import { formatZ, parseZ } from "../live/z.js";
import { find } from "../shared/dom.js";
import { codeOf, codeOfImage, nameOf } from "./codes.js";
import { readContent } from "./content.js";
import { Decoder } from "./decoder.js";
import { LiveHost } from "./live_host.js";
import { MapHost } from "./map_host.js";
import { showNumbers } from "./numbers.js";
import { Samples } from "./samples.js";

/** @import { Content } from "./content.js" */

const FARTHEST = 1000; // of a number of z in a link

/**
 * Where a link says to begin (`#z=0.1,0.2`), else the prior's mean.
 *
 * @param {Content} content
 */
function beginning(content) {
  const z = parseZ(/^#z=([-\d.,]+)$/.exec(location.hash)?.[1] ?? "");
  const home = codeOf(content, new Float32Array(content.header.latent), 0);
  const fits = z.length === home.length && z.every((value) => Number.isFinite(value) && Math.abs(value) <= FARTHEST);
  return fits ? Float32Array.from(z) : home;
}

/** @param {Float32Array} z */
function writeLink(z) {
  try {
    history.replaceState(null, "", `#z=${formatZ(z)}`);
  } catch {
    // a frame may not change its address: the link then stays as it is
  }
}

async function start() {
  const content = await readContent();
  const numbers = find(document, "#numbers", HTMLElement);
  const explore = find(document, "#explore", HTMLElement);
  const begin = beginning(content);
  const host = new LiveHost(explore, content, begin, (z) => {
    showNumbers(numbers, content, z);
    writeLink(z);
  });
  showNumbers(numbers, content, begin);
  const decoder = new Decoder();
  new Samples(content, decoder, (code) => {
    host.jump(code);
    explore.scrollIntoView({ block: "start" });
  });
  const map = document.querySelector("section#map");
  if (map instanceof HTMLElement) showMap(map, content, decoder, host);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => host.show());
}

/**
 * @param {HTMLElement} root
 * @param {Content} content
 * @param {Decoder} decoder
 * @param {LiveHost} host
 */
function showMap(root, content, decoder, host) {
  const link = find(root, "#to-explore", HTMLAnchorElement);
  const map = new MapHost(root, content, decoder, (index) => {
    host.jump(codeOfImage(content, index));
    link.hidden = false;
    link.textContent = `Explore ${nameOf(content, index)}`;
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => map.show());
}

start().catch((error) => {
  const failure = find(document, "#failure", HTMLElement);
  failure.hidden = false;
  failure.textContent = `This browser cannot show the page: ${error instanceof Error ? error.message : error}`;
});
