// Where z was left before, to be undone and redone.

const MAX_UNDO = 100;

/** Values are compared as texts (z.js). */
export class History {
  /** @type {string[]} the latest last */
  past = [];
  /** @type {string[]} the next last */
  future = [];

  /** @param {string} present */
  constructor(present) {
    this.present = present;
  }

  /**
   * A new step; false where nothing has changed.
   *
   * @param {string} present
   */
  commit(present) {
    if (present === this.present) return false;
    this.past = [...this.past, this.present].slice(-MAX_UNDO);
    this.future = [];
    this.present = present;
    return true;
  }

  /** One step back, null where there is none. */
  undo() {
    return this.step(this.past, this.future);
  }

  /** One step forward again, null where there is none. */
  redo() {
    return this.step(this.future, this.past);
  }

  /**
   * @param {string[]} from
   * @param {string[]} to
   */
  step(from, to) {
    const next = from.pop();
    if (next === undefined) return null;
    to.push(this.present);
    this.present = next;
    return next;
  }
}
