// The live decoder: pad, sliders and decoded image around one z.

import { find } from "../shared/dom.js";
import { mountable } from "../shared/mount.js";
import { clamp } from "../shared/numbers.js";
import { ClassPicker } from "./classes.js";
import { Connection } from "./connection.js";
import { DecodedImage } from "./decoded_image.js";
import { History } from "./history.js";
import { Pad } from "./pad.js";
import { normal, PATHS } from "./paths.js";
import { Payload } from "./payload.js";
import { Pins } from "./pins.js";
import { Playback } from "./playback.js";
import { RequestQueue } from "./request_queue.js";
import { Sliders } from "./sliders.js";
import { formatZ, parseZ, roundZ } from "./z.js";

/** @import { FrontendRendererArgs } from "@streamlit/component-v2-lib" */
/** @import { LiveState, View } from "./types.js" */

const SETTLE_MS = 100;
const VIEW_FIELDS = /** @type {const} */ (["x", "y", "scale", "size"]);

class LiveDecoder {
  /** @type {number | null} the animation frame that is asked for */
  frame = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  commitTimer;
  /** @type {number | null} of the z that Python last set */
  stamp = null;
  /** @type {string | null} the transport's settings */
  connected = null;

  /**
   * @param {HTMLElement} root
   * @param {Uint8Array} data the first payload
   */
  constructor(root, data) {
    const { header } = new Payload(data);
    this.root = root;
    this.header = header;
    this.z = Float32Array.from(header.z);
    this.history = new History(formatZ(this.z));
    this.image = new DecodedImage(root, header.shape);
    this.queue = new RequestQueue((pixels, z, since) => this.image.paint(pixels, z, since));
    this.connection = this.makeConnection();
    this.pad = this.makePad();
    this.sliders = this.makeSliders();
    this.classes = this.makeClassPicker();
    this.pins = this.makePins();
    this.playback = this.makePlayback();
    this.viewSelects = this.makeViewSelects();
    this.fillViewSelects();
    this.pointsBox = find(root, ".points", HTMLInputElement);
    this.listen();
  }

  /**
   * New data from Python, or another theme.
   *
   * @param {FrontendRendererArgs<LiveState, Uint8Array>} args
   */
  update({ data, setStateValue }) {
    this.setStateValue = setStateValue;
    const payload = new Payload(data);
    const { header } = payload;
    const outdated = header.version !== this.header.version;
    this.header = header;
    if (outdated) this.rebuild();
    this.showPad(payload);
    this.classes.show(payload.blob("classes"));
    if (header.stamp !== this.stamp) {
      this.stamp = header.stamp;
      this.jump(header.z);
    }
    const connected = JSON.stringify([header.handle, header.force]);
    if (connected !== this.connected) {
      this.connected = connected;
      this.connection.open(header);
    }
    this.connection.receiveFrame(header.seq, payload.blob("frame"));
  }

  // ---- parts

  /** For new weights: dimensions carry something else, pins show what no decoder makes any more. Sizes are the same. */
  rebuild() {
    this.sliders = this.makeSliders();
    this.pins = this.makePins();
    this.fillViewSelects();
    this.move(() => {}, null);
  }

  makeConnection() {
    const notice = find(this.root, ".notice", HTMLElement);
    return new Connection(this.queue, {
      onReady: (name) => {
        this.root.dataset.transport = name;
      },
      onNotice: (text) => {
        notice.textContent = text;
      },
      onAsk: (request) => this.setStateValue?.("ask", request),
    });
  }

  makePad() {
    return new Pad(find(this.root, ".pad", HTMLElement), this.header.view, this.z, {
      onMove: (zx, zy) => this.movePad(zx, zy),
      onRelease: () => this.commit(),
      onView: (view) => this.setStateValue?.("view", view),
    });
  }

  makeSliders() {
    const { dims, limit } = this.header;
    return new Sliders(find(this.root, ".sliders", HTMLElement), dims, limit, {
      onMove: (dim, value) =>
        this.move((z) => {
          z[dim] = value;
        }),
      onRelease: () => this.commit(),
    });
  }

  makeClassPicker() {
    return new ClassPicker(find(this.root, ".class-picker", HTMLElement), this.header, (label) => {
      this.commitNow();
      this.move((z) => this.classes.write(z, label));
      this.commit();
    });
  }

  makePins() {
    const { run, version, shape } = this.header;
    const add = find(this.root, ".pin", HTMLButtonElement);
    const line = find(this.root, ".path", HTMLSelectElement);
    line.replaceChildren(...Object.entries(PATHS).map(([name, { title }]) => new Option(title, name)));
    const key = `latent-explorer-pins-${run}-${version}`;
    return new Pins(find(this.root, ".pins", HTMLElement), key, shape, {
      onGo: (z) => {
        this.move((target) => target.set(z));
        this.commit();
      },
      onChange: ({ full, pins }) => {
        add.disabled = full;
        find(line, "[value=line]", HTMLOptionElement).disabled = pins.length < 2;
      },
    });
  }

  makePlayback() {
    return new Playback(this.root, {
      makePath: (kind) => {
        const { x, y } = this.pad.view;
        return PATHS[kind].make({ z: Array.from(this.z), x, y, free: this.free(), pins: this.pins.store.pins });
      },
      onMove: (z) => this.move((target) => target.set(z)),
      onStop: () => this.commit(),
    });
  }

  makeViewSelects() {
    return VIEW_FIELDS.map((field) => {
      const select = find(this.root, `.view-${field}`, HTMLSelectElement);
      select.addEventListener("change", () => {
        this.pad.changeView({ [field]: field === "scale" ? select.value : Number(select.value) });
      });
      return { field, select };
    });
  }

  /** The dimensions to choose from for the pad's axes, in the order of the sliders. */
  fillViewSelects() {
    const { dims } = this.header;
    for (const { field, select } of this.viewSelects) {
      if (field !== "x" && field !== "y") continue;
      select.replaceChildren(...dims.map(({ index }) => new Option(`z${index}`, String(index))));
      select.disabled = dims.length < 2;
    }
  }

  // ---- the pad's content

  /** @param {Payload} payload */
  showPad(payload) {
    const { view, colours, ellipse } = payload.header;
    const points = payload.blob("points");
    const labels = payload.blob("labels");
    this.pad.showPoints = this.pointsBox.checked;
    this.pad.show(view, points && { points: new Float32Array(points.buffer), labels, colours }, ellipse);
    for (const { field, select } of this.viewSelects) select.value = String(view[field]);
    const png = payload.blob("background");
    if (png) this.loadPicture(png, view);
  }

  /**
   * @param {BlobPart} png
   * @param {View} view
   */
  async loadPicture(png, view) {
    this.pad.showPicture(await createImageBitmap(new Blob([png], { type: "image/png" })), view);
  }

  // ---- moving

  /**
   * Change z and ask for its image.
   *
   * @param {(z: Float32Array) => void} change
   * @param {number | null} since the time of the input, null where there was none
   */
  move(change, since = performance.now()) {
    const z = this.z.slice();
    change(z);
    this.z = roundZ(z);
    this.pad.z = this.z; // keys step from here, also twice within a frame
    this.root.dataset.targetZ = formatZ(this.z);
    this.queue.request(this.z, since);
    this.frame ??= requestAnimationFrame(() => this.showZ());
  }

  /** Handle and sliders, once a frame however often z changes. */
  showZ() {
    this.frame = null;
    this.pad.moveTo(this.z);
    this.sliders.moveTo(this.z);
    this.classes.moveTo(this.z);
  }

  /**
   * @param {number} zx
   * @param {number | null} zy
   */
  movePad(zx, zy) {
    const { x, y } = this.pad.view;
    const { limit } = this.header;
    this.move((z) => {
      if (zy !== null) z[y] = clamp(zy, -limit, limit);
      z[x] = clamp(zx, -limit, limit);
    });
  }

  /**
   * Stand somewhere else at once, without sending it to Python, where it comes from.
   *
   * @param {number[]} z
   */
  jump(z) {
    this.z = Float32Array.from(z);
    this.history.present = formatZ(this.z);
    this.move(() => {}, null);
  }

  /** A drag or a key has ended. Held keys end many times a second, so only the last one counts. */
  commit() {
    clearTimeout(this.commitTimer);
    this.commitTimer = setTimeout(() => this.commitNow(), SETTLE_MS);
  }

  /** Remember where z stands, and send it to Python once. */
  commitNow() {
    clearTimeout(this.commitTimer);
    if (this.history.commit(formatZ(this.z))) this.report();
  }

  report() {
    if (this.stamp !== null) this.setStateValue?.("z", { z: parseZ(this.history.present), stamp: this.stamp });
  }

  /** @param {"undo" | "redo"} way */
  travel(way) {
    this.commitNow();
    const text = this.history[way]();
    if (text === null) return;
    this.move((z) => z.set(parseZ(text)));
    this.report();
  }

  /** Which numbers of z random, reset and walks may change: neither a locked dimension nor the class. */
  free() {
    return Array.from(this.z, (_, i) => i < this.header.dims.length && !this.sliders.locked.has(i));
  }

  /** @param {() => number} value of each dimension that is free */
  setFree(value) {
    this.commitNow();
    const free = this.free();
    this.move((z) => {
      free.forEach((on, i) => {
        if (on) z[i] = value();
      });
    });
    this.commit();
  }

  // ---- tools

  listen() {
    const { root, pad, image } = this;
    const random = () => this.setFree(normal);
    const reset = () => this.setFree(() => 0);
    const undo = () => this.travel("undo");
    const tools = {
      random,
      reset,
      undo,
      redo: () => this.travel("redo"),
      pin: () => image.painted && this.pins.add(image.painted.z, image.painted.pixels),
      save: () => image.save(`${this.header.run}-decoded.png`),
      "zoom-reset": () => pad.changeView(this.header.home),
    };
    for (const [name, act] of Object.entries(tools)) {
      find(root, `.${name}`, HTMLButtonElement).addEventListener("click", act);
    }
    root.addEventListener("keydown", (event) => this.onKeyDown(event, { r: random, 0: reset, u: undo }));
    const hover = find(root, ".hover", HTMLInputElement);
    hover.addEventListener("change", () => {
      pad.hover = hover.checked;
    });
    pad.root.addEventListener("pointerleave", () => pad.hover && this.commit());
    this.pointsBox.addEventListener("change", () => {
      pad.showPoints = this.pointsBox.checked;
      pad.draw();
    });
  }

  /**
   * @param {KeyboardEvent} event
   * @param {Record<string, () => void>} actions
   */
  onKeyDown(event, actions) {
    const typing = event.target instanceof Element && event.target.matches(".value, select");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    actions[event.key]?.();
  }

  destroy() {
    clearTimeout(this.commitTimer);
    cancelAnimationFrame(this.frame ?? 0);
    this.playback.cancel();
    this.connection.close();
    this.pad.destroy();
    this.image.destroy();
  }
}

export default mountable(".live-decoder", LiveDecoder);
