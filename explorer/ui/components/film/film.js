// Pictures along a way: one large, some of them in a strip, a slider over all, and a button that plays them there and
// back.

import { mountable } from "../shared/mount.js";

const STILL = "(prefers-reduced-motion: reduce)";

function tag(name, className, parent) {
  const element = document.createElement(name);
  element.className = className;
  parent.append(element);
  return element;
}

class Film {
  constructor(root) {
    this.root = root;
    this.image = root.querySelector(".film-large img");
    this.caption = root.querySelector("figcaption");
    this.rows = root.querySelector(".film-rows");
    this.slider = root.querySelector("input");
    this.button = root.querySelector(".film-play");
    this.slider.oninput = () => {
      this.halt();
      this.show(Number(this.slider.value));
    };
    this.button.onclick = () => this.press();
    this.motion = window.matchMedia(STILL);
    this.motion.onchange = () => this.halt();
  }

  update({ data }) {
    if (data.stamp === this.data?.stamp) return;
    this.halt();
    this.data = data;
    this.step = 1;
    this.slider.max = data.frames.length - 1;
    this.slider.setAttribute("aria-label", data.slider);
    this.image.className = data.crisp ? "crisp" : "";
    [this.image.width, this.image.height] = data.size;
    this.lay();
    this.face();
    this.show(data.start);
  }

  /** The rows of the strip: pictures above, the frames themselves as buttons with their labels, pictures below. */
  lay() {
    const { columns, above, below } = this.data;
    this.rows.replaceChildren();
    this.rows.style.setProperty("--columns", columns.length);
    above.forEach((row) => this.layRow(row));
    tag("div", "film-heading", this.rows).textContent = "decoded";
    this.cells = columns.map((frame) => {
      const cell = tag("button", "", this.rows);
      cell.type = "button";
      cell.onclick = () => {
        this.halt();
        this.show(frame);
      };
      this.picture(cell, this.data.frames[frame], `decoded, ${this.data.labels[frame]}`);
      return cell;
    });
    tag("div", "", this.rows);
    columns.forEach((frame) => {
      tag("div", "film-label", this.rows).textContent = this.data.labels[frame];
    });
    below.forEach((row) => this.layRow(row));
  }

  layRow({ title, cells }) {
    const heading = tag("div", "film-heading", this.rows);
    heading.textContent = heading.title = title;
    cells.forEach((cell) => {
      const place = tag("div", "", this.rows);
      if (cell) this.picture(place, cell.src, cell.alt);
    });
  }

  picture(parent, src, alt) {
    const image = tag("img", this.data.crisp ? "crisp" : "", parent);
    [image.width, image.height] = this.data.size;
    image.src = src;
    image.alt = image.title = alt;
  }

  show(index) {
    const { frames, labels, columns, words } = this.data;
    this.index = index;
    this.image.src = frames[index];
    this.image.alt = `decoded, ${words.replace("{}", labels[index])}`;
    this.caption.textContent = this.image.alt;
    this.slider.value = index;
    this.slider.setAttribute("aria-valuetext", labels[index]);
    this.root.dataset.frame = index;
    columns.forEach((frame, i) => this.cells[i].setAttribute("aria-current", String(frame === index)));
  }

  /** Play or halt; where motion is not wanted a press shows the next picture of the strip. */
  press() {
    if (this.motion.matches) {
      const { columns } = this.data;
      this.show(columns.find((frame) => frame > this.index) ?? columns[0]);
    } else if (this.timer) {
      this.halt();
    } else {
      this.timer = setInterval(() => this.advance(), this.data.frame_ms);
      this.face();
    }
  }

  advance() {
    const last = this.data.frames.length - 1;
    if (this.index >= last) this.step = -1;
    if (this.index <= 0) this.step = 1;
    this.show(Math.min(last, Math.max(0, this.index + this.step)));
  }

  halt() {
    clearInterval(this.timer);
    this.timer = null;
    this.face();
  }

  face() {
    const [icon, label] = this.motion.matches
      ? ["skip_next", "Next picture"]
      : this.timer
        ? ["pause", "Halt"]
        : ["play_arrow", "Play there and back"];
    this.button.textContent = icon;
    this.button.title = label;
    this.button.setAttribute("aria-label", label);
  }

  destroy() {
    this.halt();
    this.motion.onchange = null;
  }
}

export default mountable(".film", Film);
