import assert from "node:assert/strict";
import { test } from "node:test";
import { mountable } from "../../../explorer/ui/components/shared/mount.js";
import { stubGlobal } from "../helpers.js";

class FakeElement {
  inert = true;
  isConnected = true;
}

/** @type {Counted[]} */
let made = [];

class Counted {
  /** @type {unknown[]} */
  updates = [];
  destroyed = 0;

  constructor() {
    made.push(this);
  }

  /** @param {{ data: unknown }} args */
  update({ data }) {
    this.updates.push(data);
  }

  destroy() {
    this.destroyed += 1;
  }
}

/** @typedef {Parameters<ReturnType<typeof mountable>>[0]} Args */

/** @param {import("node:test").TestContext} t */
function setUp(t) {
  stubGlobal(t, "HTMLElement", FakeElement);
  made = [];
  const root = new FakeElement();
  const parentElement = { querySelector: (/** @type {string} */ selector) => (selector === ".it" ? root : null) };
  const mount = mountable(".it", Counted);
  /** @type {(data: unknown) => () => void} */
  const call = (data) => mount(/** @type {Args} */ (/** @type {unknown} */ ({ parentElement, data })));
  return Object.assign(call, { root });
}

test("an element takes no input before something answers", (t) => {
  const call = setUp(t);
  assert.equal(call.root.inert, true);
  call(1);
  assert.equal(call.root.inert, false);
});

test("all calls for an element update one instance", (t) => {
  const call = setUp(t);
  call(1);
  call(2);
  assert.deepEqual(
    made.map(({ updates }) => updates),
    [[1, 2]],
  );
});

test("the end of a call destroys the instance of an element that has left the page, once", (t) => {
  const call = setUp(t);
  call(1);
  const end = call(2);
  call.root.isConnected = false;
  end();
  end();
  call.root.isConnected = true;
  call(3);
  assert.deepEqual(
    made.map(({ updates, destroyed }) => ({ updates, destroyed })),
    [
      { updates: [1, 2], destroyed: 1 },
      { updates: [3], destroyed: 0 },
    ],
  );
});

test("the end of a call that newer data overtakes destroys nothing, before the newer call and after it", (t) => {
  const call = setUp(t);
  const overtaken = call(1);
  overtaken();
  call(2);
  overtaken();
  call(3);
  assert.deepEqual(
    made.map(({ updates, destroyed }) => ({ updates, destroyed })),
    [{ updates: [1, 2, 3], destroyed: 0 }],
  );
});

test("an element that is missing is told", (t) => {
  stubGlobal(t, "HTMLElement", FakeElement);
  const mount = mountable(".other", Counted);
  const args = /** @type {Args} */ (/** @type {unknown} */ ({ parentElement: { querySelector: () => null } }));
  assert.throws(() => mount(args), /There is no FakeElement at \.other/);
});
