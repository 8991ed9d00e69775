// The pad: two latent dimensions as a plane with the decoded manifold behind, the data's points, and a handle.

import { axis, ticks } from "./scale.js";

// Browsers hold pointer moves back until the next frame; where raw ones are offered (Chromium, secure pages) they come
// at once, and the image is decoded in time for that frame.
const MOVE = "onpointerrawupdate" in window ? "pointerrawupdate" : "pointermove";
const SPAN = { min: 0.1, max: 120 }; // of the visible range, in units of z

/** Calls onMove(zx, zy) while the hand moves, onRelease() when it lets go, onView(view) after zooming. */
export class Pad {
  constructor(root, { onMove, onRelease, onView }) {
    Object.assign(this, { root, onMove, onRelease, onView });
    this.back = root.querySelector(".pad-back");
    this.front = root.querySelector(".pad-front");
    this.handle = root.querySelector(".pad-handle");
    this.hover = false;
    this.pointers = new Map();
    this.listen();
    this.resizer = new ResizeObserver(() => this.draw());
    this.resizer.observe(root);
  }

  /** New content: view {x, y, lo_x, hi_x, lo_y, hi_y, scale}, picture, points, labels, colours, ellipse. */
  show(content) {
    Object.assign(this, content);
    this.setAxes();
    this.draw();
    this.place();
  }

  setAxes() {
    const { lo_x, hi_x, lo_y, hi_y, scale } = this.view;
    this.axisX = axis(lo_x, hi_x, scale);
    this.axisY = axis(lo_y, hi_y, scale);
  }

  /** Move the handle to z (all dimensions). */
  moveTo(z) {
    this.z = z;
    this.place();
  }

  place() {
    if (!this.z || !this.view) return;
    const [u, v] = [this.axisX.share(this.z[this.view.x]), this.vertical(this.z)];
    const outside = u < 0 || u > 1 || v < 0 || v > 1;
    this.handle.style.left = `${Math.min(1, Math.max(0, u)) * 100}%`;
    this.handle.style.top = `${(1 - Math.min(1, Math.max(0, v))) * 100}%`;
    this.handle.classList.toggle("outside", outside);
    this.root.setAttribute(
      "aria-valuetext",
      `z${this.view.x} ${this.z[this.view.x].toFixed(2)}, z${this.view.y} ${this.z[this.view.y].toFixed(2)}`,
    );
  }

  vertical(z) {
    return this.view.y === this.view.x ? 0.5 : this.axisY.share(z[this.view.y]);
  }

  draw() {
    const side = this.root.clientWidth;
    if (!side || !this.view) return;
    const ratio = window.devicePixelRatio || 1;
    for (const canvas of [this.back, this.front]) canvas.width = canvas.height = Math.round(side * ratio);
    const back = this.back.getContext("2d");
    back.imageSmoothingEnabled = false;
    if (this.picture && this.sameView(this.pictureView)) back.drawImage(this.picture, 0, 0, this.back.width, this.back.height);
    const front = this.front.getContext("2d");
    front.scale(ratio, ratio);
    this.drawPoints(front, side);
    if (this.ellipse) this.drawEllipse(front, side);
    this.drawTicks(front, side);
  }

  /** The picture belongs to one range; while a new one is on its way nothing false is shown. */
  sameView(other) {
    const keys = ["x", "y", "lo_x", "hi_x", "lo_y", "hi_y", "scale"];
    return other && keys.every((key) => other[key] === this.view[key]);
  }

  drawPoints(context, side) {
    if (!this.points || !this.showPoints) return;
    const size = this.points.length > 4000 ? 1.5 : 2.5;
    context.globalAlpha = 0.55;
    for (let i = 0; i < this.points.length / 2; i++) {
      const u = this.axisX.share(this.points[2 * i]);
      const v = this.view.y === this.view.x ? (i * 0.618) % 1 : this.axisY.share(this.points[2 * i + 1]);
      if (u < 0 || u > 1 || v < 0 || v > 1) continue;
      context.fillStyle = this.labels ? this.colours[this.labels[i] % this.colours.length] : this.colours[0];
      context.fillRect(u * side - size / 2, (1 - v) * side - size / 2, size, size);
    }
    context.globalAlpha = 1;
  }

  /** The posterior at one and two standard deviations, drawn through the axes so that it is true on any scale. */
  drawEllipse(context, side) {
    const { x, y } = this.view;
    const { mu, sigma } = this.ellipse;
    context.strokeStyle = getComputedStyle(this.handle).borderTopColor;
    context.lineWidth = 1.5;
    for (const radius of [1, 2]) {
      context.beginPath();
      for (let step = 0; step <= 64; step++) {
        const angle = (step / 64) * 2 * Math.PI;
        const u = this.axisX.share(mu[x] + radius * sigma[x] * Math.cos(angle));
        const v = this.axisY.share(mu[y] + radius * sigma[y] * Math.sin(angle));
        context.lineTo(u * side, (1 - v) * side);
      }
      context.stroke();
    }
  }

  drawTicks(context, side) {
    context.font = "11px sans-serif";
    context.textAlign = "center";
    const style = getComputedStyle(this.root);
    const label = (text, x, y) => {
      const width = context.measureText(text).width + 6;
      context.fillStyle = style.getPropertyValue("--pad-label");
      context.fillRect(x - width / 2, y - 8, width, 14);
      context.fillStyle = style.color;
      context.fillText(text, x, y + 3);
    };
    for (const value of ticks(this.axisX)) {
      const u = this.axisX.share(value);
      if (u > 0.06 && u < 0.97) label(String(value), u * side, side - 9);
    }
    if (this.view.y === this.view.x) return;
    for (const value of ticks(this.axisY)) {
      const v = this.axisY.share(value);
      if (v > 0.06 && v < 0.97) label(String(value), 12, (1 - v) * side);
    }
  }

  listen() {
    const { root } = this;
    root.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      root.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, event);
      this.pinch = this.pointers.size === 2 ? this.gap() : null;
      if (!this.pinch) this.follow(event);
    });
    root.addEventListener(MOVE, (event) => {
      if (this.pointers.has(event.pointerId)) this.pointers.set(event.pointerId, event);
      if (this.pinch) return this.pinched(event);
      if (this.pointers.size === 1 || this.hover) this.follow(event);
    });
    for (const type of ["pointerup", "pointercancel"]) {
      root.addEventListener(type, (event) => {
        if (!this.pointers.delete(event.pointerId)) return;
        if (this.pinch) return void (this.pinch = this.pointers.size ? this.pinch : null);
        this.onRelease();
      });
    }
    root.addEventListener("wheel", (event) => {
      event.preventDefault();
      const at = this.at(event);
      this.zoom(Math.exp(Math.sign(event.deltaY) * 0.15), at.u, at.v);
    }, { passive: false });
    root.addEventListener("keydown", (event) => this.key(event));
    root.addEventListener("keyup", (event) => event.key.startsWith("Arrow") && this.onRelease());
  }

  /** Where an event is, as shares of the pad, up and right growing. */
  at(event) {
    const box = this.root.getBoundingClientRect();
    const clip = (share) => Math.min(1, Math.max(0, share));
    return { u: clip((event.clientX - box.left) / box.width), v: clip(1 - (event.clientY - box.top) / box.height) };
  }

  follow(event) {
    const { u, v } = this.at(event);
    this.onMove(this.axisX.value(u), this.view.y === this.view.x ? null : this.axisY.value(v));
  }

  key(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const size = event.shiftKey ? 0.25 : 0.05;
    const zx = this.z[this.view.x] + step[0] * size;
    this.onMove(zx, this.view.y === this.view.x ? null : this.z[this.view.y] + step[1] * size);
  }

  gap() {
    const [a, b] = [...this.pointers.values()];
    return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  }

  pinched(event) {
    if (this.pointers.size < 2) return;
    const gap = this.gap();
    const at = this.at(event);
    this.zoom(this.pinch / Math.max(gap, 1), at.u, at.v);
    this.pinch = gap;
  }

  /** Widen (factor > 1) or narrow the range around a point of the pad. */
  zoom(factor, u, v) {
    const around = (range, share) => {
      const value = range.value(share);
      const span = (range.hi - range.lo) * factor;
      if (span < SPAN.min || span > SPAN.max) return [range.lo, range.hi];
      const round = (edge) => Number(edge.toFixed(4));
      return [round(value - (value - range.lo) * factor), round(value + (range.hi - value) * factor)];
    };
    const [lo_x, hi_x] = around(this.axisX, u);
    const [lo_y, hi_y] = around(this.axisY, v);
    this.changeView({ lo_x, hi_x, lo_y, hi_y });
  }

  /** A new range or scale: redrawn at once without its picture, which follows when the wish has settled. */
  changeView(changes) {
    this.view = { ...this.view, ...changes };
    this.setAxes();
    this.draw();
    this.place();
    clearTimeout(this.viewTimer);
    this.viewTimer = setTimeout(() => this.onView(this.view), 200);
  }

  destroy() {
    clearTimeout(this.viewTimer);
    this.resizer.disconnect();
  }
}
