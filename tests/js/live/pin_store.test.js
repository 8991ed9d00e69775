import assert from "node:assert/strict";
import { test } from "node:test";
import { PinStore } from "../../../explorer/ui/components/live/pin_store.js";

/** @param {Record<string, string>} kept */
const storage = (kept = {}) => ({
  kept,
  getItem: (/** @type {string} */ key) => kept[key] ?? null,
  setItem: (/** @type {string} */ key, /** @type {string} */ value) => {
    kept[key] = value;
  },
});

test("pins are taken up where the tab left them", () => {
  const tab = storage();
  const store = new PinStore(tab, "a");
  store.add(Float32Array.of(0.5, -1), Uint8Array.of(0, 255));
  store.add(Float32Array.of(2, 3), Uint8Array.of(1, 2));
  const again = new PinStore(tab, "a");
  assert.deepEqual(again.pins, [
    { z: [0.5, -1], pixels: [0, 255] },
    { z: [2, 3], pixels: [1, 2] },
  ]);
  again.remove(again.pins[0]);
  assert.deepEqual(new PinStore(tab, "a").pins, [{ z: [2, 3], pixels: [1, 2] }]);
  assert.deepEqual(new PinStore(tab, "b").pins, []);
});

test("there are eight at most", () => {
  const store = new PinStore(storage(), "a");
  for (let i = 0; i < 10; i++) {
    assert.equal(store.full, i >= 8);
    store.add([i], Uint8Array.of(0));
  }
  assert.deepEqual(
    store.pins.map(({ z }) => z[0]),
    [0, 1, 2, 3, 4, 5, 6, 7],
  );
});

test("a storage that is broken, full or forbidden leaves the pins on the page", () => {
  assert.deepEqual(new PinStore(storage({ a: "not JSON" }), "a").pins, []);
  const refuse = () => {
    throw new DOMException("no", "QuotaExceededError");
  };
  const store = new PinStore({ getItem: refuse, setItem: refuse }, "a");
  store.add([1], Uint8Array.of(2));
  assert.deepEqual(store.pins, [{ z: [1], pixels: [2] }]);
});
