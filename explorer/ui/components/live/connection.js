// Which transport is used, and a new handle where the server has forgotten the old one or the model has new weights.

import { clamp } from "../shared/numbers.js";
import { requestRerun } from "../shared/rerun.js";
import { gettext } from "../shared/words.js";
import { BrowserTransport } from "./browser_engine.js";
import { FragmentTransport, SocketTransport } from "./transport.js";

/** @import { DecodeRequest, Header, Pixels } from "./types.js" */
/** @import { EngineStatus } from "./engine_status.js" */
/** @import { RequestQueue } from "./request_queue.js" */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/**
 * @typedef {object} ConnectionEvents
 * @property {(name: string) => void} onReady images can be asked for; `name` is the transport's
 * @property {(notice: string) => void} onNotice what is to be said of the connection
 * @property {(request: DecodeRequest) => void} onAsk the fragment transport's request
 * @property {Pick<EngineStatus, "onProgress" | "onPlace">} engine what is to be said of the decoder in the browser
 */

export class Connection {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  renewal;
  renewalMs = FIRST_WAIT_MS;
  /** @type {BrowserTransport | null} the decoder in this browser, once it is asked for */
  browser = null;
  /** @type {string | null} what the header said of connections when they were opened */
  said = null;

  /**
   * @param {RequestQueue} queue
   * @param {ConnectionEvents} events
   */
  constructor(queue, events) {
    this.queue = queue;
    this.events = events;
  }

  /**
   * Open anew where the header says something else than before.
   *
   * @param {Pick<Header, "force" | "socket" | "handle" | "decoder">} header
   */
  follow(header) {
    const said = JSON.stringify([header.handle, header.force, header.decoder]);
    if (said === this.said) return;
    this.said = said;
    this.open(header);
  }

  /**
   * The server decodes first. A browser that has the decoder of these weights needs no connection.
   *
   * @param {Pick<Header, "force" | "socket" | "handle" | "decoder">} header
   */
  open(header) {
    clearTimeout(this.renewal);
    const { force, decoder } = header;
    const here = force === "websocket" || force === "fragment" ? null : decoder;
    if (this.browser?.url === here && this.queue.transport === this.browser) return;
    this.connect(header);
    if (this.browser?.url !== here) this.startBrowser(here, header);
  }

  /**
   * Once it is ready and quick enough, the browser decodes; until then, and where it is not, the server does.
   *
   * @param {string | null} url of the decoder
   * @param {Pick<Header, "force" | "socket" | "handle">} header
   */
  startBrowser(url, header) {
    this.browser?.close();
    this.browser = null;
    if (!url) return;
    if (typeof Worker === "undefined") return this.onUnfit(gettext("This browser has no workers."), header);
    this.browser = new BrowserTransport(url, header.force === "browser", {
      onReady: (transport) => {
        clearTimeout(this.renewal);
        this.queue.use(transport);
        this.events.engine.onPlace("");
        this.ready("browser");
      },
      onUnfit: (reason) => this.onUnfit(reason, header),
      onProgress: (loaded, total) => this.events.engine.onProgress(loaded, total),
      onImage: (seq, pixels) => this.queue.receive(seq, pixels),
    });
  }

  /**
   * The server decodes instead; an exported page has none, and says so.
   *
   * @param {string} reason
   * @param {Pick<Header, "force" | "socket" | "handle">} header
   */
  onUnfit(reason, header) {
    this.events.engine.onPlace(reason);
    if (this.browser && this.queue.transport === this.browser) this.connect(header);
    if (header.force === "browser" && !header.handle) this.events.onNotice(reason);
  }

  /** @param {Pick<Header, "force" | "socket" | "handle">} header */
  connect({ force, socket, handle }) {
    if (force === "fragment" || !handle) return this.useFragment();
    const url = new URL(socket, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("handle", handle);
    const transport = new SocketTransport(url, {
      onImage: (seq, pixels) => {
        this.renewalMs = FIRST_WAIT_MS; // this handle is good
        this.queue.receive(seq, pixels);
      },
      onReady: () => this.ready("websocket"),
      onLost: (notice) => this.events.onNotice(notice),
      onImpossible: () => {
        if (force !== "websocket") this.useFragment();
        else this.events.onNotice(gettext("The live connection cannot be opened."));
      },
      onExpired: () => this.awaitHandle(this.renewalMs),
      onOutdated: () => {
        this.events.onNotice(gettext("The model has new weights."));
        this.awaitHandle(0);
      },
    });
    this.queue.use(transport);
  }

  useFragment() {
    this.queue.use(new FragmentTransport(this.events.onAsk, (seq, pixels) => this.queue.receive(seq, pixels)));
    this.ready("fragment");
  }

  /** @param {string} name */
  ready(name) {
    this.events.onReady(name);
    this.events.onNotice("");
    this.queue.restart();
  }

  /**
   * Pixels that came with Python's data, for the fragment transport.
   *
   * @param {number | undefined} seq
   * @param {Pixels | null} pixels
   */
  receiveFrame(seq, pixels) {
    const { transport } = this.queue;
    if (pixels && seq !== undefined && transport instanceof FragmentTransport) transport.receive(seq, pixels);
  }

  /**
   * A run of the whole script brings a new handle; after a restart a fragment cannot, since the new session has none.
   * The request is lost when Streamlit itself is not back yet, so it is repeated, ever later; so late, too, where the
   * new handle is refused as the old one was.
   *
   * @param {number} waitMs
   */
  awaitHandle(waitMs) {
    clearTimeout(this.renewal);
    this.renewal = setTimeout(() => {
      requestRerun();
      this.renewalMs = clamp(2 * waitMs, FIRST_WAIT_MS, LONGEST_WAIT_MS);
      this.awaitHandle(this.renewalMs);
    }, waitMs);
  }

  close() {
    clearTimeout(this.renewal);
    this.browser?.close();
    this.queue.transport?.close();
  }
}
