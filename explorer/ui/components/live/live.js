// The live decoder: pad, sliders and decoded image around one z.

import { find } from "../shared/dom.js";
import { mountable } from "../shared/mount.js";
import { BasisSwitch } from "./basis_switch.js";
import { ClassPicker } from "./classes.js";
import { Connection } from "./connection.js";
import { DecodedImage } from "./decoded_image.js";
import { EngineStatus } from "./engine_status.js";
import { frameOf, within } from "./frame.js";
import { greet } from "./greeting.js";
import { History } from "./history.js";
import { listenToKeys } from "./keys.js";
import { Pad } from "./pad.js";
import { listenToChecks } from "./pad_checks.js";
import { pathFrom } from "./paths.js";
import { Payload } from "./payload.js";
import { Pins } from "./pins.js";
import { Playback } from "./playback.js";
import { Prior } from "./prior.js";
import { RequestQueue } from "./request_queue.js";
import { Sliders } from "./sliders.js";
import { Surroundings } from "./surroundings.js";
import { Traversals } from "./traversals.js";
import { ViewSelects } from "./view_selects.js";
import { formatZ, parseZ, roundZ } from "./z.js";

/** @import { FrontendRendererArgs } from "@streamlit/component-v2-lib" */
/** @import { LiveState } from "./types.js" */

const SETTLE_MS = 100;

class LiveDecoder {
  /** @type {number | null} the animation frame that is asked for */
  repaint = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  commitTimer;
  /** @type {number | null} of the z that Python last set */
  stamp = null;
  leftOut = false; // whether Python has left out what lies around z, since the browser decodes it

  /**
   * @param {HTMLElement} root
   * @param {Uint8Array} data the first payload
   */
  constructor(root, data) {
    const payload = new Payload(data);
    const { header } = payload;
    this.root = root;
    this.header = header;
    this.frame = frameOf(header, payload.blob("basis"));
    this.prior = new Prior(header.dims.length, payload.blob("prior"));
    this.exact = Float32Array.from(header.z); // before it is rounded, so that no drag drifts off its direction
    this.z = roundZ(this.exact);
    this.history = new History(formatZ(this.z));
    this.image = new DecodedImage(root, header.shape);
    this.queue = new RequestQueue((pixels, z, since) => this.image.paint(pixels, z, since));
    this.surroundings = new Surroundings(header.shape, {
      onClass: (label, pixels) => this.classes.showOne(label, pixels),
      onTraversal: (place, pixels) => this.traversals.show(place, pixels),
      onManifold: (manifold, view) => this.pad.showPicture(manifold, view),
    });
    this.connection = this.makeConnection();
    this.pad = this.makePad();
    this.sliders = this.makeSliders();
    this.classes = this.makeClassPicker();
    this.traversals = this.makeTraversals();
    this.playback = this.makePlayback();
    this.pins = this.makePins();
    this.viewSelects = new ViewSelects(root, (change) => this.pad.changeView(change));
    this.viewSelects.offer(this.frame);
    this.basisSwitch = new BasisSwitch(root, (basis) => this.pad.leaveFor({ basis }));
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
    const [before, { header }] = [this.header, payload];
    this.header = header;
    if (header.version !== before.version || header.view.basis !== before.view.basis) this.rebuild(payload);
    this.showPad(payload);
    this.showDecoded(payload);
    if (header.stamp !== this.stamp) {
      this.stamp = header.stamp;
      this.jump(header.z);
    }
    this.image.tell(header.near);
    this.connection.follow(header);
    this.connection.receiveFrame(header.seq, payload.blob("frame"));
    this.leftOut = !payload.blob("background");
    if (this.leftOut) this.askForSurroundings();
  }

  /** Python leaves out what the browser decodes; where it does not, that is asked for. */
  askForSurroundings() {
    if (!this.surroundings.transport) this.report();
  }

  /** What Python has decoded, where the browser does not. @param {Payload} payload */
  showDecoded(payload) {
    if (this.surroundings.transport) return;
    this.classes.show(payload.blob("classes"));
    this.traversals.showAll(payload.blob("traversals"));
    const png = payload.blob("background");
    if (png) this.pad.showPng(png, payload.header.view);
  }

  // ---- parts

  /**
   * For new weights: dimensions carry something else, pins show what no decoder makes any more; sizes are the same.
   * And for another basis: sliders and pad are along other coordinates.
   *
   * @param {Payload} payload
   */
  rebuild(payload) {
    this.frame = frameOf(payload.header, payload.blob("basis"));
    this.prior = new Prior(payload.header.dims.length, payload.blob("prior"));
    this.sliders = this.makeSliders();
    this.pins = this.makePins();
    this.viewSelects.offer(this.frame);
    this.move(() => {}, null);
  }

  makeConnection() {
    const notice = find(this.root, ".notice", HTMLElement);
    return new Connection(this.queue, {
      onReady: (name) => {
        this.root.dataset.transport = name;
        this.surroundings.use(this.queue.transport);
        if (this.leftOut) this.askForSurroundings();
        this.move(() => {}, null); // all that is shown is decoded in one place
        greet(this.root, this.playback, this.z);
      },
      onNotice: (text) => {
        notice.textContent = text;
      },
      engine: new EngineStatus(this.root),
      onAsk: (request) => this.setStateValue?.("ask", request),
    });
  }

  makePad() {
    const coordinates = this.frame.coordinates(this.exact);
    return new Pad(find(this.root, ".pad", HTMLElement), this.header.view, this.frame, coordinates, {
      onMove: (x, y) => this.movePad(x, y),
      onRelease: () => this.commit(),
      onSeen: () => this.showSurroundings(),
      onView: (view) => this.setStateValue?.("view", view),
    });
  }

  makeSliders() {
    return new Sliders(find(this.root, ".sliders", HTMLElement), this.frame, {
      onMove: (i, value) => this.move((z) => this.frame.set(z, i, value)),
      onRelease: () => this.commit(),
    });
  }

  makeClassPicker() {
    return new ClassPicker(find(this.root, ".class-picker", HTMLElement), this.header, (label) => {
      this.goTo((z) => this.classes.write(z, label));
    });
  }

  makeTraversals() {
    return new Traversals(this.root, this.header.shape, {
      onGo: (i, value) => this.goTo((z) => this.frame.set(z, i, value)),
      onOpen: () => {
        this.showZ();
        this.setStateValue?.("traversals", true);
      },
    });
  }

  makePins() {
    return new Pins(this.root, this.header, (z) => this.goTo((target) => target.set(z)));
  }

  makePlayback() {
    return new Playback(this.root, {
      makePath: (kind) => {
        const { prior, sliders, pins } = this;
        const start = { ...this.pad.view, free: this.free(), locked: sliders.locked, pins: pins.store.pins, prior };
        return pathFrom(kind, this.frame, this.exact, start);
      },
      onMove: (z) => this.move((target) => target.set(z)),
      onStop: () => this.commit(),
    });
  }

  /** @param {Payload} payload */
  showPad(payload) {
    const { view, colours, ellipse } = payload.header;
    const points = payload.blob("points");
    const labels = payload.blob("labels");
    this.pad.show(this.frame, view, points && { points: new Float32Array(points.buffer), labels, colours }, ellipse);
    this.viewSelects.show(view);
    this.basisSwitch.show(payload.header);
    this.traversals.offer(payload.header.traversals, this.frame);
    this.showSurroundings();
  }

  // ---- moving

  /**
   * Change z and ask for its image.
   *
   * @param {(z: Float32Array) => void} change
   * @param {number | null} since the time of the input, null where there was none
   */
  move(change, since = performance.now()) {
    this.exact = this.exact.slice();
    change(this.exact);
    this.z = roundZ(this.exact);
    this.pad.coordinates = this.frame.coordinates(this.exact); // keys step from here, also twice within a frame
    this.root.dataset.targetZ = formatZ(this.z);
    this.queue.request(this.z, since);
    this.repaint ??= requestAnimationFrame(() => this.showZ());
  }

  /** Handle and sliders, once a frame however often z changes. */
  showZ() {
    this.repaint = null;
    const coordinates = this.frame.coordinates(this.exact);
    this.pad.moveTo(coordinates);
    this.sliders.moveTo(coordinates);
    this.classes.moveTo(this.z);
    this.traversals.moveTo(coordinates);
    this.showSurroundings();
  }

  /** The manifold under the pad and z in every class, where the browser decodes. */
  showSurroundings() {
    const { frame, z, header, traversals } = this;
    const classes = header.classes.length;
    this.surroundings.want({ frame, view: this.pad.view, z, classes, traversals: traversals.wanted });
  }

  /**
   * @param {number} x
   * @param {number | null} y
   */
  movePad(x, y) {
    const { view, frame } = this.pad;
    this.move((z) => {
      if (y !== null) frame.set(z, view.y, within(frame.row(view.y), y));
      frame.set(z, view.x, within(frame.row(view.x), x));
    });
  }

  /** A single step, which can be undone. @param {(z: Float32Array) => void} change */
  goTo(change) {
    this.commitNow();
    this.move(change);
    this.commit();
  }

  /**
   * Stand somewhere else at once, without sending it to Python, where it comes from.
   *
   * @param {number[]} z
   */
  jump(z) {
    this.exact = Float32Array.from(z);
    this.history.present = formatZ(roundZ(this.exact));
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
    const browser = this.surroundings.transport !== null;
    if (this.stamp !== null) this.setStateValue?.("z", { z: parseZ(this.history.present), stamp: this.stamp, browser });
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
    const free = this.frame.free(this.sliders.locked);
    return Array.from(this.z, (_, i) => free[i] ?? false);
  }

  /** @param {ArrayLike<number>} values of the dimensions, taken where these are free */
  setFree(values) {
    this.commitNow();
    const [free, before] = [this.free(), this.exact];
    this.move((z) => {
      z.set(z.map((own, i) => (free[i] ? values[i] : own)));
      this.frame.hold(z, before, this.sliders.locked);
    });
    this.commit();
  }

  listen() {
    const { root, pad, image } = this;
    const random = () => this.setFree(this.prior.sample());
    const reset = () => this.setFree(new Float32Array(this.z.length));
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
    listenToKeys(root, { r: random, 0: reset, u: undo });
    listenToChecks(root, pad, () => this.commit());
  }

  destroy() {
    clearTimeout(this.commitTimer);
    cancelAnimationFrame(this.repaint ?? 0);
    this.playback.cancel();
    this.connection.close();
    this.pad.destroy();
    this.image.destroy();
  }
}

export default mountable(".live-decoder", LiveDecoder);
