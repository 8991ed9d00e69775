// One slider for every latent dimension, ordered by how much it carries; dead ones folded away.

const STEP = 0.01;

/** What a dimension holds of an image: nats, or of an autoencoder's code, which has no KL, how far it spreads. */
function carries({ kl, sd }) {
  return kl ? `carries ${kl.toFixed(2)} nats a test image (KL)` : `spreads by ${sd.toFixed(2)} (standard deviation)`;
}

const weight = ({ kl, sd }) => kl || sd;

/** Calls onMove(dimension, value) while the hand moves and onRelease() when it lets go. */
export class Sliders {
  constructor(root, { onMove, onRelease, onLock }) {
    Object.assign(this, { root, onMove, onRelease, onLock });
    this.rows = new Map();
  }

  /** `dims`: [{index, kl, active, mean, sd}] in the order to show; `limit` bounds every track. */
  build(dims, limit, locked) {
    this.root.replaceChildren();
    this.rows.clear();
    const strongest = Math.max(...dims.map(weight), 1e-9);
    const list = this.root.appendChild(document.createElement("div"));
    for (const dim of dims.filter((dim) => dim.active)) list.append(this.row(dim, limit, strongest, locked));
    const dead = dims.filter((dim) => !dim.active);
    if (!dead.length) return;
    const fold = this.root.appendChild(document.createElement("details"));
    fold.className = "dead";
    const summary = fold.appendChild(document.createElement("summary"));
    summary.textContent = `${dead.length} dead dimension${dead.length > 1 ? "s" : ""}`;
    summary.title = "The posterior mean hardly varies over the data (variance at most 0.01): they carry nothing.";
    for (const dim of dead) fold.append(this.row(dim, limit, strongest, locked));
    fold.open = dead.length === dims.length;
  }

  row(dim, limit, strongest, locked) {
    const row = document.createElement("div");
    row.className = "slider-row";
    row.dataset.dim = dim.index;
    const name = `z${dim.index}`;
    row.innerHTML = `
      <span class="dim" title="${carries(dim)}">${name}
        <span class="effect"><span style="width:${(100 * weight(dim)) / strongest}%"></span></span></span>
      <span class="track"><span class="band two"></span><span class="band one"></span>
        <input type="range" min="${-limit}" max="${limit}" step="${STEP}" value="0" aria-label="${name}"
          title="Bands: one and two standard deviations of the posterior means. Double-click resets."></span>
      <input class="value" type="number" step="0.1" value="0" aria-label="${name}, typed">
      <button class="lock" type="button" aria-pressed="false" aria-label="lock ${name}"
        title="Locked dimensions stay on random and reset">lock_open</button>`;
    this.bands(row, dim, limit);
    this.wire(row, dim.index, limit);
    this.lock(row, locked.has(dim.index));
    this.rows.set(dim.index, row);
    return row;
  }

  bands(row, { mean, sd }, limit) {
    const share = (z) => Math.min(100, Math.max(0, ((z + limit) / (2 * limit)) * 100));
    for (const [name, radius] of [["two", 2], ["one", 1]]) {
      const band = row.querySelector(`.band.${name}`);
      band.style.left = `${share(mean - radius * sd)}%`;
      band.style.right = `${100 - share(mean + radius * sd)}%`;
    }
  }

  wire(row, index, limit) {
    const [range, value, lock] = [".track input", ".value", ".lock"].map((name) => row.querySelector(name));
    range.addEventListener("input", () => this.onMove(index, Number(range.value)));
    range.addEventListener("change", () => this.onRelease());
    range.addEventListener("dblclick", () => {
      this.onMove(index, 0);
      this.onRelease();
    });
    value.addEventListener("change", () => {
      const typed = Number(value.value);
      if (value.value === "" || !Number.isFinite(typed)) return this.set(index, Number(range.value));
      this.onMove(index, Math.min(limit, Math.max(-limit, typed)));
      this.onRelease();
    });
    lock.addEventListener("click", () => {
      this.lock(row, lock.getAttribute("aria-pressed") !== "true");
      this.onLock(index, lock.getAttribute("aria-pressed") === "true");
    });
  }

  lock(row, on) {
    const button = row.querySelector(".lock");
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "lock" : "lock_open";
  }

  /** Show z on every slider without calling back. */
  moveTo(z) {
    for (const [index] of this.rows) this.set(index, z[index]);
  }

  set(index, value) {
    const row = this.rows.get(index);
    const [range, number] = [row.querySelector(".track input"), row.querySelector(".value")];
    range.value = value;
    if (number !== document.activeElement) number.value = value.toFixed(2);
  }
}
