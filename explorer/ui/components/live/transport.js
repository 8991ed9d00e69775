// How z reaches a decoder and pixels come back. Every transport offers send(seq, z) and calls onImage(seq, pixels).

const UNKNOWN = 4404; // the server does not know the handle, after a restart for example
const FIRST_TRIES = 2; // a socket that never opened this often is taken as impossible here

/** Binary WebSocket: uint32 sequence + float32 z out, uint32 sequence + uint8 pixels in (docs/live.md). */
export class SocketTransport {
  name = "websocket";

  constructor({ url, onImage, onReady, onLost, onImpossible, onExpired }) {
    Object.assign(this, { url, onImage, onReady, onLost, onImpossible, onExpired });
    this.failures = 0;
    this.opened = false;
    this.closed = false;
    this.connect();
  }

  connect() {
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.opened = true;
      this.failures = 0;
      this.onReady();
    };
    socket.onmessage = ({ data }) => {
      this.onImage(new DataView(data).getUint32(0, true), new Uint8Array(data, 4));
    };
    socket.onclose = ({ code }) => this.lost(code);
    this.socket = socket;
  }

  lost(code) {
    if (this.closed) return;
    this.failures += 1;
    if (!this.opened && this.failures >= FIRST_TRIES) return this.onImpossible();
    this.onLost();
    if (code === UNKNOWN) return this.onExpired(); // trying again would not help: a new handle must come
    this.timer = setTimeout(() => this.connect(), Math.min(2000, 150 * 2 ** this.failures));
  }

  get ready() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  send(seq, z) {
    const message = new ArrayBuffer(4 + 4 * z.length);
    new DataView(message).setUint32(0, seq, true);
    new Float32Array(message, 4).set(z);
    this.socket.send(message);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket.close();
  }
}

/** Through Streamlit itself: `ask` reruns the fragment, whose next payload carries the pixels. */
export class FragmentTransport {
  name = "fragment";
  ready = true;

  constructor({ ask, onImage }) {
    this.ask = ask;
    this.onImage = onImage;
    this.seen = 0;
  }

  send(seq, z) {
    this.ask({ seq, z: Array.from(z) });
  }

  /** A payload came; take the frame when it is a new one. */
  receive(seq, pixels) {
    if (seq === this.seen) return;
    this.seen = seq;
    this.onImage(seq, pixels);
  }

  close() {}
}

/** One request in flight; while it is out, only the newest wish is kept. */
export class Pump {
  constructor(onPixels) {
    this.onPixels = onPixels;
    this.seq = Math.floor(Math.random() * 2 ** 30); // so that a kept frame of an earlier page is not taken for ours
    this.transport = null;
    this.flight = null;
    this.wish = null;
  }

  use(transport) {
    this.transport?.close();
    this.transport = transport;
    this.restart();
  }

  /** Ask for the image of `z`; `since` comes back with it. */
  request(z, since) {
    this.wish = { z: Float32Array.from(z), since };
    this.flush();
  }

  /** After a lost connection: what was in flight is wanted again unless something newer is. */
  restart() {
    this.wish ??= this.flight;
    this.flight = null;
    this.flush();
  }

  flush() {
    if (this.flight || !this.wish || !this.transport?.ready) return;
    this.flight = { ...this.wish, seq: ++this.seq };
    this.wish = null;
    this.transport.send(this.flight.seq, this.flight.z);
  }

  receive(seq, pixels) {
    if (seq !== this.flight?.seq) return;
    const { z, since } = this.flight;
    this.flight = null;
    this.onPixels(pixels, z, since);
    this.flush();
  }
}
