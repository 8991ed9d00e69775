// The live decoder: pad, sliders and picture around one z.

import { Pad } from "./pad.js";
import { PATHS, normal } from "./paths.js";
import { fill } from "./picture.js";
import { Classes } from "./classes.js";
import { Pins } from "./pins.js";
import { Sliders } from "./sliders.js";
import { mountable } from "../shared/mount.js";
import { requestRerun } from "../shared/rerun.js";
import { FragmentTransport, Pump, SocketTransport } from "./transport.js";

const MAX_UNDO = 100;
const SETTLE_MS = 100;
const DECIMALS = 4; // of z, everywhere: what a link says is what was seen
const text = (z) => Array.from(z, (value) => value.toFixed(DECIMALS)).join(",");

/** The payload: uint32 length, JSON of that length, then blobs named in it. */
function unpack(bytes) {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  const blob = (name) => {
    const place = header.blobs[name];
    return place ? bytes.slice(4 + size + place[0], 4 + size + place[0] + place[1]) : null;
  };
  return { header, blob };
}

class Live {
  constructor(root) {
    this.root = root;
    this.locked = new Set();
    this.history = { past: [], future: [] };
    this.paints = [];
    this.canvas = root.querySelector(".picture");
    this.pump = new Pump((pixels, z, since) => this.paint(pixels, z, since));
    const onRelease = () => this.commit();
    this.pad = new Pad(root.querySelector(".pad"), {
      onMove: (zx, zy) => this.movePad(zx, zy),
      onRelease,
      onView: (view) => this.setState("view", view),
    });
    this.sliders = new Sliders(root.querySelector(".sliders"), {
      onMove: (dim, value) => this.move((z) => void (z[dim] = value)),
      onRelease,
      onLock: (dim, on) => (on ? this.locked.add(dim) : this.locked.delete(dim)),
    });
    this.pins = new Pins(root.querySelector(".pins"), {
      onGo: (z) => {
        this.move((target) => target.set(z));
        this.commit();
      },
      onChange: (count) => {
        root.querySelector(".pin").disabled = this.pins?.full ?? false;
        root.querySelector(".path option[value=line]").disabled = count < 2;
      },
    });
    this.classes = new Classes(root.querySelector(".class-picker"), (label) => {
      this.settle();
      this.move((z) => this.classes.write(z, label));
      this.commit();
    });
    this.wireTools();
    this.timer = setInterval(() => this.showRate(), 500);
  }

  /** New data from Python. */
  update({ data, setStateValue }) {
    this.setState = setStateValue;
    const { header, blob } = unpack(data);
    const first = !this.header;
    const changedHandle = header.handle !== this.header?.handle || header.force !== this.header?.force;
    this.header = header;
    if (first) this.start();
    this.showPad(blob);
    this.classes.show(blob("classes"));
    if (first || header.stamp !== this.stamp) {
      this.stamp = header.stamp;
      this.jump(header.z);
    }
    if (changedHandle) this.connect();
    const frame = blob("frame");
    if (frame && this.pump.transport instanceof FragmentTransport) this.pump.transport.receive(header.seq, frame);
  }

  start() {
    const [channels, height, width] = this.header.shape;
    Object.assign(this.canvas, { width, height });
    this.image = new ImageData(width, height);
    this.channels = channels;
    this.free = () => Array.from(this.z, (_, i) => i < this.header.dims.length && !this.locked.has(i));
    this.classes.build(this.header.classes, this.header.dims.length, this.header.shape);
    this.sliders.build(this.header.dims, this.header.limit, this.locked);
    for (const name of ["x", "y"]) {
      const select = this.root.querySelector(`.view-${name}`);
      select.replaceChildren(...this.header.dims.map(({ index }) => new Option(`z${index}`, index)));
      select.disabled = this.header.dims.length < 2;
    }
    this.pins.restore(`latent-explorer-pins-${this.header.run}-${this.header.version}`, this.header.shape);
  }

  showPad(blob) {
    const { view, colours, ellipse } = this.header;
    const points = blob("points");
    this.pad.show({
      view,
      colours,
      ellipse,
      points: points && new Float32Array(points.buffer),
      labels: blob("labels"),
      showPoints: this.root.querySelector(".points").checked,
    });
    const select = (name, value) => (this.root.querySelector(`.view-${name}`).value = value);
    for (const name of ["x", "y", "scale", "size"]) select(name, view[name]);
    const png = blob("background");
    if (png) this.loadBackground(png, view);
  }

  async loadBackground(png, view) {
    const picture = await createImageBitmap(new Blob([png], { type: "image/png" }));
    Object.assign(this.pad, { picture, pictureView: view });
    this.pad.draw();
  }

  // ---- transport

  connect() {
    clearTimeout(this.renewal);
    const { force, socket, handle } = this.header;
    const onImage = (seq, pixels) => this.pump.receive(seq, pixels);
    const fragment = () => this.useTransport(new FragmentTransport({ ask: (wish) => this.setState("ask", wish), onImage }));
    if (force === "fragment" || !handle) return fragment();
    const url = new URL(socket, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("handle", handle);
    this.useTransport(
      new SocketTransport({
        url,
        onImage,
        onReady: () => this.ready(),
        onLost: () => this.say("Reconnecting…"),
        onImpossible: () => (force === "websocket" ? this.say("The live connection cannot be opened.") : fragment()),
        onExpired: () => this.awaitHandle(),
      }),
    );
  }

  /** A whole script run brings a new handle. After a restart a fragment cannot ask for it: the new session has none. */
  awaitHandle(wait = 500) {
    clearTimeout(this.renewal);
    this.renewal = setTimeout(() => {
      requestRerun(); // lost when Streamlit itself is not back yet, so it is repeated, ever later
      this.awaitHandle(Math.min(2 * wait, 30000));
    }, wait);
  }

  useTransport(transport) {
    this.pump.use(transport);
    if (transport.ready) this.ready();
  }

  ready() {
    this.root.dataset.transport = this.pump.transport?.name ?? "websocket";
    this.say("");
    this.pump.restart();
  }

  say(message) {
    this.root.querySelector(".notice").textContent = message;
  }

  // ---- moving

  /** Change z and ask for its image; `since` is when the hand moved, null when it was not the hand. */
  move(change, since = performance.now()) {
    const z = Float32Array.from(this.z);
    change(z);
    this.z = z.map((value) => Number(value.toFixed(DECIMALS)));
    this.pad.z = this.z; // keys step from here, also twice within a frame
    this.root.dataset.targetZ = text(this.z);
    this.pump.request(this.z, since);
    this.frame ??= requestAnimationFrame(() => this.showZ());
  }

  /** Handle and sliders, once a frame however often the hand moves. */
  showZ() {
    this.frame = null;
    this.pad.moveTo(this.z);
    this.sliders.moveTo(this.z);
    this.classes.moveTo(this.z);
  }

  movePad(zx, zy) {
    const { x, y } = this.pad.view;
    const clip = (value) => Math.min(this.header.limit, Math.max(-this.header.limit, value));
    this.move((z) => {
      if (zy !== null) z[y] = clip(zy);
      z[x] = clip(zx);
    });
  }

  /** Stand somewhere else at once, without telling Python (which said so). */
  jump(z) {
    this.z = Float32Array.from(z);
    this.committed = text(this.z);
    this.move(() => {}, null);
  }

  /** The hand let go. Held keys let go many times a second, so only the last one counts. */
  commit() {
    clearTimeout(this.committing);
    this.committing = setTimeout(() => this.settle(), SETTLE_MS);
  }

  /** Remember where z stands, and tell Python once. */
  settle() {
    clearTimeout(this.committing);
    const now = text(this.z);
    if (now === this.committed) return;
    this.history.past.push(this.committed);
    this.history.past = this.history.past.slice(-MAX_UNDO);
    this.history.future = [];
    this.tell(now);
  }

  tell(now) {
    this.committed = now;
    this.setState("z", { z: now.split(",").map(Number), stamp: this.stamp });
  }

  travel(from, to) {
    this.settle();
    const back = this.history[from].pop();
    if (back === undefined) return;
    this.history[to].push(this.committed);
    const z = back.split(",").map(Number);
    this.move((target) => target.set(z));
    this.tell(back);
  }

  random() {
    this.settle();
    const free = this.free();
    this.move((z) => free.forEach((on, i) => void (on && (z[i] = normal()))));
    this.commit();
  }

  reset() {
    this.settle();
    const free = this.free();
    this.move((z) => free.forEach((on, i) => void (on && (z[i] = 0))));
    this.commit();
  }

  // ---- the picture

  paint(pixels, z, since) {
    this.canvas.getContext("2d").putImageData(fill(this.image, pixels, this.channels), 0, 0);
    this.painted = { pixels: pixels.slice(), z };
    this.root.dataset.z = text(z);
    const now = performance.now();
    if (since === null) return;
    this.latency = now - since;
    this.root.dataset.latencyMs = this.latency.toFixed(1);
    this.paints.push(now);
  }

  showRate() {
    const now = performance.now();
    this.paints = this.paints.filter((at) => now - at < 1000);
    const rate = this.root.querySelector(".rate");
    if (this.latency) rate.textContent = `${this.paints.length} images/s · ${this.latency.toFixed(0)} ms`;
  }

  save() {
    const scale = Math.max(1, Math.round(512 / this.canvas.height));
    const large = document.createElement("canvas");
    Object.assign(large, { width: this.canvas.width * scale, height: this.canvas.height * scale });
    const context = large.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(this.canvas, 0, 0, large.width, large.height);
    large.toBlob((blob) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `${this.header.run}-decoded.png`;
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }

  // ---- play

  togglePlay() {
    const button = this.root.querySelector(".play");
    if (this.playing) {
      cancelAnimationFrame(this.playing);
      this.playing = null;
      this.commit();
    } else {
      const kind = this.root.querySelector(".path").value;
      if (kind === "line" && this.pins.list.length < 2) return;
      const { x, y } = this.pad.view;
      const path = PATHS[kind].make({ z: Array.from(this.z), x, y, free: this.free(), pins: this.pins.list });
      this.playAlong(path);
    }
    button.textContent = this.playing ? "pause" : "play_arrow";
    button.ariaLabel = this.playing ? "pause" : "play";
  }

  playAlong(path) {
    let [time, last] = [0, performance.now()];
    const frame = (now) => {
      time += (Math.max(0, now - last) / 1000) * Number(this.root.querySelector(".speed").value);
      last = now;
      this.move((z) => z.set(path(time)));
      this.playing = requestAnimationFrame(frame);
    };
    this.playing = requestAnimationFrame(frame);
  }

  // ---- tools

  wireTools() {
    const tools = {
      random: () => this.random(),
      reset: () => this.reset(),
      undo: () => this.travel("past", "future"),
      redo: () => this.travel("future", "past"),
      pin: () => this.painted && this.pins.add(this.painted.z, this.painted.pixels),
      play: () => this.togglePlay(),
      save: () => this.save(),
    };
    for (const [name, act] of Object.entries(tools)) this.root.querySelector(`.${name}`).addEventListener("click", act);
    const path = this.root.querySelector(".path");
    path.replaceChildren(...Object.entries(PATHS).map(([name, { title }]) => new Option(title, name)));
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      const play = this.root.querySelector(".play");
      Object.assign(play, { disabled: true, title: "Your system asks for reduced motion" });
    }
    for (const name of ["x", "y", "scale", "size"]) {
      this.root.querySelector(`.view-${name}`).addEventListener("change", ({ target }) => {
        this.pad.changeView({ [name]: name === "scale" ? target.value : Number(target.value) });
      });
    }
    this.root.querySelector(".zoom-reset").addEventListener("click", () => this.pad.changeView(this.header.home));
    this.root.querySelector(".hover").addEventListener("change", ({ target }) => (this.pad.hover = target.checked));
    this.root.querySelector(".pad").addEventListener("pointerleave", () => this.pad.hover && this.commit());
    this.root.querySelector(".points").addEventListener("change", ({ target }) => {
      this.pad.showPoints = target.checked;
      this.pad.draw();
    });
    this.root.addEventListener("keydown", (event) => {
      if (event.target.matches(".value, select") || event.ctrlKey || event.metaKey || event.altKey) return;
      const keys = { r: tools.random, 0: tools.reset, u: tools.undo };
      if (keys[event.key]) keys[event.key]();
    });
  }

  destroy() {
    clearInterval(this.timer);
    clearTimeout(this.renewal);
    clearTimeout(this.committing);
    cancelAnimationFrame(this.frame);
    if (this.playing) cancelAnimationFrame(this.playing);
    this.pump.transport?.close();
    this.pad.destroy();
  }
}

export default mountable(".live-decoder", Live);
