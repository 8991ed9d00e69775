// Which transport is used, and a new handle where the server has forgotten the old one or the model has new weights.

import { clamp } from "../shared/numbers.js";
import { requestRerun } from "../shared/rerun.js";
import { FragmentTransport, SocketTransport } from "./transport.js";

/** @import { DecodeRequest, Header, Pixels } from "./types.js" */
/** @import { RequestQueue } from "./request_queue.js" */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/**
 * @typedef {object} ConnectionEvents
 * @property {(name: string) => void} onReady images can be asked for; `name` is the transport's
 * @property {(notice: string) => void} onNotice what is to be said of the connection
 * @property {(request: DecodeRequest) => void} onAsk the fragment transport's request
 */

export class Connection {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  renewal;
  renewalMs = FIRST_WAIT_MS;

  /**
   * @param {RequestQueue} queue
   * @param {ConnectionEvents} events
   */
  constructor(queue, events) {
    this.queue = queue;
    this.events = events;
  }

  /** @param {Pick<Header, "force" | "socket" | "handle">} header */
  open({ force, socket, handle }) {
    clearTimeout(this.renewal);
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
        else this.events.onNotice("The live connection cannot be opened.");
      },
      onExpired: () => this.awaitHandle(this.renewalMs),
      onOutdated: () => {
        this.events.onNotice("The model has new weights.");
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
    this.queue.transport?.close();
  }
}
