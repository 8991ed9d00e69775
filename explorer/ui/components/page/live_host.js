// Plays the part of Python for the live component: tells it of the model, and answers what it sends.

import { frameOf } from "../live/frame.js";
import live from "../live/live.js";
import { EMBEDDED } from "./content.js";
import { pack } from "./packing.js";

/** @import { Frame, Header, LiveState, View } from "../live/types.js" */
/** @import { Content } from "./content.js" */

const WIDEST = 125; // of the pad's range, in units of z

export class LiveHost {
  stamp = 1;

  /**
   * @param {HTMLElement} root that holds the component's HTML
   * @param {Content} content
   * @param {Float32Array} z where to begin
   * @param {(z: Float32Array) => void} onZ the hand has let go
   */
  constructor(root, content, z, onZ) {
    this.root = root;
    this.content = content;
    this.z = z;
    this.onZ = onZ;
    const { views } = content.header;
    this.view = views.directions ?? views.dimensions;
    this.show();
  }

  /** Give the component what it shows. */
  show() {
    const basis = this.content.blob("basis");
    const { labels } = this.content;
    const header = this.header();
    const bytes = pack(header, {
      basis: this.view.basis === "directions" ? basis : null,
      prior: this.content.blob("prior"),
      points: this.points(frameOf(/** @type {Header} */ (header), basis)),
      labels: labels && Uint8Array.from(labels, (label) => label % this.content.header.colours.length),
    });
    const setStateValue = /** @type {(name: keyof LiveState, value: LiveState[keyof LiveState]) => void} */ (
      (name, value) => this.take(name, value)
    );
    live(/** @type {Parameters<typeof live>[0]} */ ({ parentElement: this.root, data: bytes, setStateValue }));
  }

  /** @returns {Omit<Header, "blobs">} */
  header() {
    const { header } = this.content;
    const { run, version, shape, dims, limit, directions, colours } = header;
    const home = header.views[this.view.basis] ?? header.views.dimensions;
    const conditional = header.conditional > 0;
    return {
      ...{ run, version, shape, dims, limit, directions, colours, home },
      handle: null,
      socket: "",
      force: "browser",
      decoder: EMBEDDED,
      z: Array.from(this.z),
      classes: conditional ? header.classes : [],
      class_order: conditional ? header.class_order : [],
      stamp: this.stamp,
      near: "", // the page's numbers say it
      view: this.view,
      traversals: header.traversals[this.view.basis] ?? header.traversals.dimensions,
      ellipse: null,
    };
  }

  /**
   * The posterior means in the pad's coordinates, [n, 2].
   *
   * @param {Frame} frame
   */
  points(frame) {
    const { mu, header } = this.content;
    const points = new Float32Array(2 * header.n);
    for (let i = 0; i < header.n; i++) {
      const at = frame.coordinates(mu.subarray(i * header.latent, (i + 1) * header.latent));
      points[2 * i] = at[this.view.x];
      points[2 * i + 1] = at[this.view.y];
    }
    return points;
  }

  /**
   * Stand somewhere else.
   *
   * @param {Float32Array} z
   */
  jump(z) {
    this.z = z;
    this.stamp += 1;
    this.show();
    this.onZ(z);
  }

  /**
   * @param {keyof LiveState} name
   * @param {LiveState[keyof LiveState]} value
   */
  take(name, value) {
    if (name === "z") {
      this.z = Float32Array.from(/** @type {LiveState["z"]} */ (value).z);
      this.onZ(this.z);
    }
    if (name === "view") {
      this.view = this.viewOf(/** @type {Partial<View>} */ (value));
      this.show();
    }
  }

  /**
   * The view that is asked for; of another basis, and where it is too wide, the one to begin with.
   *
   * @param {Partial<View>} asked
   * @returns {View}
   */
  viewOf(asked) {
    const { views } = this.content.header;
    const basis = asked.basis ?? this.view.basis;
    const home = views[basis] ?? views.dimensions;
    if (home.basis !== this.view.basis) return { ...home, size: this.view.size };
    const view = { ...this.view, ...asked };
    const wide = Math.max(view.hi_x - view.lo_x, view.hi_y - view.lo_y);
    return wide > WIDEST * this.unit(view) ? { ...home, size: view.size } : view;
  }

  /** How far a unit of the pad goes, in units of z. @param {View} view */
  unit(view) {
    const { directions } = this.content.header;
    return view.basis === "directions" && directions
      ? Math.max(directions.reach[view.x], directions.reach[view.y], 1)
      : 1;
  }
}
