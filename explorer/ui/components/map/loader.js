// From what Python gives to what the map shows: addresses are fetched, and tried again where that fails.

import { requestRerun } from "../shared/rerun.js";
import { gettext } from "../shared/words.js";
import { GoneError, loadPlotly, PartCache } from "./resources.js";

/** @import { Plotly } from "./plotly.js" */
/** @import { MapData } from "./types.js" */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** @typedef {{ plotly: Plotly, points: Float32Array, codes: Uint16Array, facts: ArrayBuffer }} Loaded */

/**
 * @typedef {object} LoaderEvents
 * @property {(data: MapData) => void} onStart
 * @property {(data: MapData, loaded: Loaded) => Promise<void>} onLoad
 * @property {(notice: string) => void} onNotice
 */

export class MapLoader {
  parts = new PartCache();
  closed = false;
  /** @type {MapData | null} the newest */
  wanted = null;
  /** @type {Promise<void>} what is under way */
  work = Promise.resolve();
  waitMs = FIRST_WAIT_MS;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  retryTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  renewalTimer;

  /** @param {LoaderEvents} events */
  constructor(events) {
    this.events = events;
  }

  /**
   * New data; what is under way is finished first, and only the newest is loaded.
   *
   * @param {MapData} data
   */
  load(data) {
    this.wanted = data;
    this.work = this.work.then(async () => {
      if (data === this.wanted) await this.tryToLoad(data);
    });
  }

  /** @param {MapData} data */
  async tryToLoad(data) {
    try {
      this.events.onStart(data);
      const loaded = await this.fetchAll(data);
      if (this.closed) return;
      await this.events.onLoad(data, loaded);
      this.waitMs = FIRST_WAIT_MS;
      this.events.onNotice("");
    } catch (error) {
      this.onFailure(error);
    }
  }

  /**
   * @param {MapData} data
   * @returns {Promise<Loaded>}
   */
  async fetchAll(data) {
    const [plotly, points, codes, facts] = await Promise.all([
      loadPlotly(data.plotly),
      this.parts.get(data.points.url),
      this.parts.get(data.colour.url),
      this.parts.get(data.facts),
    ]);
    return { plotly, points: new Float32Array(points), codes: new Uint16Array(codes), facts };
  }

  /**
   * A handle that the server does not know needs a run of the whole script; anything else is tried again.
   *
   * @param {unknown} error
   */
  onFailure(error) {
    if (this.closed) return;
    this.events.onNotice(gettext("The map could not be loaded. Trying again…"));
    this.retryTimer = setTimeout(() => {
      if (error instanceof GoneError) requestRerun();
      if (this.wanted) this.load(this.wanted);
    }, this.waitMs);
    this.waitMs = Math.min(2 * this.waitMs, LONGEST_WAIT_MS);
  }

  /**
   * After a restart of the server a run of the whole script brings handles that it knows. The request is lost when
   * Streamlit itself is not back yet, so it is repeated, ever later, until the thumbnails have another address.
   *
   * @param {string} url of the thumbnails
   * @param {number} [waitMs]
   */
  renewHandles(url, waitMs = FIRST_WAIT_MS) {
    clearTimeout(this.renewalTimer);
    this.renewalTimer = setTimeout(() => {
      if (this.wanted?.sheets.url !== url) return;
      requestRerun();
      this.renewHandles(url, Math.min(2 * waitMs, LONGEST_WAIT_MS));
    }, waitMs);
  }

  close() {
    this.closed = true;
    clearTimeout(this.retryTimer);
    clearTimeout(this.renewalTimer);
  }
}
