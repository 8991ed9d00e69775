// Plays the part of Python for the map: gives it points, codes, facts and images, and answers its clicks.

import { fromHalves } from "../decoder/program.js";
import { fillImage } from "../live/pixels.js";
import map from "../map/map.js";
import { context2d, find, make } from "../shared/dom.js";
import { joinedFloats } from "../shared/joined.js";
import { codeOfImage, muOf, nearest } from "./codes.js";
import { offer } from "./resources.js";

/** @import { MapData } from "../map/types.js" */
/** @import { Content } from "./content.js" */
/** @import { Decoder } from "./decoder.js" */
/** @import { PageMap } from "./types.js" */

const STEPS = 65_535; // of a coordinate
const NEIGHBOURS = 10;
const NONE = 65_535; // the code of an image without a class

export class MapHost {
  /** @type {number | null} */
  marked = null;

  /**
   * @param {HTMLElement} root that holds the map's HTML
   * @param {Content} content
   * @param {Decoder} decoder
   * @param {(index: number) => void} onGo an image is clicked
   */
  constructor(root, content, decoder, onGo) {
    this.root = root;
    this.content = content;
    this.decoder = decoder;
    this.onGo = onGo;
    this.method = find(document, "#method", HTMLSelectElement);
    const { maps } = content.header;
    this.method.replaceChildren(...maps.map(({ title }, i) => new Option(title, String(i))));
    this.method.disabled = maps.length < 2;
    this.method.addEventListener("change", () => this.show());
    offer("facts", async () => new Blob([this.facts()]));
    offer("codes", async () => new Blob([Uint16Array.from(this.codes())]));
    offer("images", (number) => this.sheet(number));
    for (const one of maps) offer(one.method, async () => new Blob([this.points(one)]));
    this.show();
  }

  show() {
    const { maps } = this.content.header;
    const one = maps[Number(this.method.value)];
    find(document, "#map-said", HTMLElement).textContent =
      `The posterior means of the test images. ${one.title}: ${one.note}.`;
    const data = this.data(one);
    const setTriggerValue = /** @type {(name: string, value: { index?: number | null }) => void} */ (
      (name, { index }) => name === "clicked" && this.choose(index ?? null)
    );
    const component = { parentElement: this.root, data, setTriggerValue };
    map(/** @type {Parameters<typeof map>[0]} */ (/** @type {unknown} */ (component)));
  }

  /** @param {number | null} index */
  choose(index) {
    this.marked = index;
    this.show();
    if (index !== null) this.onGo(index);
  }

  /**
   * @param {PageMap} one
   * @returns {MapData}
   */
  data(one) {
    const { header, labels } = this.content;
    const { n, classes, class_order, colours, marks, thumbnail_size, sheet_columns } = header;
    const named = labels !== null && classes.length > 0;
    const around = this.marked === null ? [] : nearest(this.content, muOf(this.content, this.marked), NEIGHBOURS + 1);
    return {
      plotly: "",
      facts: "facts",
      points: { url: one.method, n, method: one.method, axes: one.axes, labelled: one.labelled },
      sheets: {
        url: "images",
        count: Math.ceil(n / sheet_columns ** 2),
        columns: sheet_columns,
        width: thumbnail_size[0],
        height: thumbnail_size[1],
        source: header.thumbnails ? "original" : "decoded",
      },
      colour: {
        key: "class",
        url: "codes",
        title: named ? "class" : "",
        palette: colours,
        names: named ? classes : ["test images"],
        marks: named ? marks : ["circle"],
        order: named ? class_order : [0],
        ticks: [],
        note: "none",
      },
      classes,
      marked: this.marked,
      neighbours: { of: this.marked, indices: around.map(({ index }) => index).filter((i) => i !== this.marked) },
      selection: null,
      out_of_sample: null,
      stamp: 0,
      alt: `Map of ${n.toLocaleString("en")} test images; arrow keys go from image to image`,
    };
  }

  /** All x, then all y. @param {PageMap} one */
  points({ method, range }) {
    const steps = new Uint16Array(/** @type {Uint8Array<ArrayBuffer>} */ (this.content.blob(`map-${method}`)).buffer);
    const { n } = this.content.header;
    const points = new Float32Array(2 * n);
    for (let i = 0; i < n; i++) {
      points[i] = range.x[0] + (steps[2 * i] / STEPS) * (range.x[1] - range.x[0]);
      points[n + i] = range.y[0] + (steps[2 * i + 1] / STEPS) * (range.y[1] - range.y[0]);
    }
    return points;
  }

  codes() {
    const { labels, header } = this.content;
    return labels && header.classes.length ? labels : new Uint16Array(header.n);
  }

  /** Five columns of n numbers, as docs/map.md describes. */
  facts() {
    const { header, labels, blob } = this.content;
    const { n } = header;
    const bytes = new ArrayBuffer(20 * n);
    const [norm, kl, mse] = [0, 1, 2].map((column) => new Float32Array(bytes, 4 * n * column, n));
    const [label, number] = [3, 4].map((column) => new Int32Array(bytes, 4 * n * column, n));
    const [kls, errors] = ["kl", "mse"].map((name) => {
      const halves = /** @type {Uint8Array<ArrayBuffer>} */ (blob(name));
      return fromHalves(new Uint16Array(halves.buffer));
    });
    kl.set(kls);
    mse.set(errors);
    for (let i = 0; i < n; i++) {
      norm[i] = Math.hypot(...muOf(this.content, i));
      label[i] = !labels || labels[i] === NONE ? -1 : labels[i];
      number[i] = i;
    }
    return bytes;
  }

  /**
   * A sheet of images as a PNG: thumbnails where the page has them, else what is decoded from mu.
   *
   * @param {number} number
   * @returns {Promise<Blob>}
   */
  async sheet(number) {
    const { header, blob } = this.content;
    const kept = blob(`sheet${number}`);
    if (kept) return new Blob([kept], { type: "image/png" });
    const [channels, height, width] = header.shape;
    const [small, low] = header.thumbnail_size;
    const columns = header.sheet_columns;
    const first = number * columns ** 2;
    const count = Math.min(columns ** 2, header.n - first);
    const codes = Array.from({ length: count }, (_, i) => codeOfImage(this.content, first + i));
    const pixels = await this.decoder.decode(joinedFloats(codes));
    const tile = make("canvas", { width, height });
    const sheet = make("canvas", { width: columns * small, height: Math.ceil(count / columns) * low });
    const [from, to] = [context2d(tile), context2d(sheet)];
    const image = new ImageData(width, height);
    const planes = channels * height * width;
    for (let i = 0; i < count; i++) {
      from.putImageData(fillImage(image, pixels.subarray(i * planes, (i + 1) * planes), channels), 0, 0);
      to.drawImage(tile, (i % columns) * small, Math.floor(i / columns) * low, small, low);
    }
    return new Promise((resolve, reject) => {
      sheet.toBlob((made) => (made ? resolve(made) : reject(new Error("The browser makes no PNG"))));
    });
  }
}
