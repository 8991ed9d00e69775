// Small things that several tests need.

/**
 * Numbers that look random and are the same each time (mulberry32), from 0 to 1.
 *
 * @param {number} seed
 */
export function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Puts something in the place of a global for as long as a test runs.
 *
 * @param {import("node:test").TestContext} test
 * @param {string} name
 * @param {unknown} value
 */
export function stubGlobal(test, name, value) {
  const former = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  test.after(() => {
    if (former) Object.defineProperty(globalThis, name, former);
    else Reflect.deleteProperty(globalThis, name);
  });
}

/** Lets promises that are settled already call what waits for them. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));
