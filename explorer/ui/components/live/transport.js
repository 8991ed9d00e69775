// How z reaches a decoder and pixels come back.

import { gettext } from "../shared/words.js";
import { meaningOf, waitMs } from "./close_codes.js";

/** @import { DecodeRequest, Pixels } from "./types.js" */

/** @typedef {(seq: number, pixels: Pixels) => void} OnImage */

const FIRST_TRIES = 2; // a socket that never opened this often is taken as impossible here
const STEADY_MS = 5000; // a socket that stays open so long was admitted, even where no image was asked for

/**
 * @typedef {object} SocketEvents
 * @property {OnImage} onImage
 * @property {() => void} onReady
 * @property {(notice: string) => void} onLost the connection is lost; `notice` is what to say of it
 * @property {() => void} onImpossible it could not be opened at all
 * @property {() => void} onExpired a new handle is needed: trying again would not help
 * @property {() => void} onOutdated images are of newer weights than the page from now on
 */

/** Binary WebSocket: uint32 sequence + float32 z out, uint32 sequence + uint8 pixels in, text for news (docs/live.md). */
export class SocketTransport {
  name = "websocket";
  failures = 0;
  opened = false;
  closed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  steady;

  /**
   * @param {URL} url
   * @param {SocketEvents} events
   */
  constructor(url, events) {
    this.url = url;
    this.events = events;
    this.socket = this.connect();
  }

  connect() {
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.opened = true;
      this.steady = setTimeout(() => this.admitted(), STEADY_MS);
      this.events.onReady();
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") return this.events.onOutdated();
      this.admitted();
      this.events.onImage(new DataView(data).getUint32(0, true), new Uint8Array(data, 4));
    };
    socket.onclose = ({ code }) => this.onClose(code);
    return socket;
  }

  /** The server serves this socket. That it opened does not say so: a refusal with a code opens it first. */
  admitted() {
    this.failures = 0;
  }

  /** @param {number} code */
  onClose(code) {
    clearTimeout(this.steady);
    if (this.closed) return;
    this.failures += 1;
    if (!this.opened && this.failures >= FIRST_TRIES) return this.events.onImpossible();
    const meaning = meaningOf(code);
    this.events.onLost(gettext(meaning.notice));
    if (meaning.action === "renew") return this.events.onExpired();
    if (meaning.action === "stop") return;
    this.timer = setTimeout(() => this.reconnect(), waitMs(meaning, this.failures));
  }

  reconnect() {
    this.socket = this.connect();
  }

  get ready() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /**
   * @param {number} seq
   * @param {Float32Array} z
   */
  send(seq, z) {
    const message = new ArrayBuffer(4 + 4 * z.length);
    new DataView(message).setUint32(0, seq, true);
    new Float32Array(message, 4).set(z);
    this.socket.send(message);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    clearTimeout(this.steady);
    this.socket.close();
  }
}

/** Through Streamlit itself: a request reruns the fragment, whose next payload carries the pixels. */
export class FragmentTransport {
  name = "fragment";
  ready = true;
  seen = 0;

  /**
   * @param {(request: DecodeRequest) => void} ask
   * @param {OnImage} onImage
   */
  constructor(ask, onImage) {
    this.ask = ask;
    this.onImage = onImage;
  }

  /**
   * @param {number} seq
   * @param {Float32Array} z
   */
  send(seq, z) {
    this.ask({ seq, z: Array.from(z) });
  }

  /**
   * A payload came with pixels, which may be those of the one before.
   *
   * @param {number} seq
   * @param {Pixels} pixels
   */
  receive(seq, pixels) {
    if (seq === this.seen) return;
    this.seen = seq;
    this.onImage(seq, pixels);
  }

  close() {}
}
