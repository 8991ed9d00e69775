import { stubGlobal } from "../helpers.js";

/** As much of a WebSocket as the transports use, driven by a test. */
export class FakeSocket {
  static CONNECTING = 0;
  static OPEN = 1;
  readyState = 0;
  binaryType = "blob";
  /** @type {ArrayBuffer[]} */
  sent = [];
  onopen = () => {};
  /** @type {(event: { data: ArrayBufferLike | string }) => void} */
  onmessage = () => {};
  /** @type {(event: { code: number }) => void} */
  onclose = () => {};

  /** @param {URL} url */
  constructor(url) {
    this.url = url;
  }

  /**
   * Stands in for WebSocket during a test; the sockets that are made meanwhile.
   *
   * @param {import("node:test").TestContext} test
   */
  static install(test) {
    /** @type {FakeSocket[]} */
    const sockets = [];
    class Recorded extends FakeSocket {
      /** @param {URL} url */
      constructor(url) {
        super(url);
        sockets.push(this);
      }
    }
    stubGlobal(test, "WebSocket", Recorded);
    return sockets;
  }

  open() {
    this.readyState = FakeSocket.OPEN;
    this.onopen();
  }

  /** @param {Uint8Array} bytes */
  receive(bytes) {
    this.onmessage({ data: bytes.buffer });
  }

  /** @param {string} data */
  receiveText(data) {
    this.onmessage({ data });
  }

  /** @param {number} code */
  fail(code) {
    this.readyState = 3;
    this.onclose({ code });
  }

  /** @param {ArrayBuffer} message */
  send(message) {
    this.sent.push(message);
  }

  close() {
    this.fail(1000);
  }
}
