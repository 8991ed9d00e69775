// A decoder's worker that the test plays.

import { stubGlobal } from "../helpers.js";

/** @import { Asked, Told } from "../../../explorer/ui/components/decoder/types.js" */

export class FakeWorker {
  /** @type {any[]} */
  asked = [];
  terminated = false;
  /** @type {((event: { data: Told }) => void) | null} */
  onmessage = null;
  /** @type {((event: Event) => void) | null} */
  onerror = null;

  /**
   * The workers that are started while a test runs, in their order.
   *
   * @param {import("node:test").TestContext} t
   */
  static install(t) {
    /** @type {FakeWorker[]} */
    const started = [];
    class Installed extends FakeWorker {
      constructor() {
        super();
        started.push(this);
      }
    }
    stubGlobal(t, "Worker", Installed);
    stubGlobal(t, "document", { baseURI: "https://host:8501/base/" });
    return started;
  }

  /** @param {Asked} asked */
  postMessage(asked) {
    this.asked.push(asked);
  }

  /** @param {Told} data */
  tell(data) {
    this.onmessage?.({ data });
  }

  terminate() {
    this.terminated = true;
  }
}
