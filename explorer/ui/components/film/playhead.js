// Where a film stands: it plays to its end, back, and so on.

export class Playhead {
  index = 0;
  step = 1;

  /** @param {number} count how many frames there are */
  constructor(count) {
    this.count = count;
  }

  /** One frame on, or back where the end or the beginning is reached; its index. */
  advance() {
    const last = this.count - 1;
    if (this.index >= last) this.step = -1;
    if (this.index <= 0) this.step = 1;
    this.index = Math.min(last, Math.max(0, this.index + this.step));
    return this.index;
  }
}
