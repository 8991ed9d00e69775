import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { fetchPart, GoneError, PartCache } from "../../../explorer/ui/components/map/resources.js";
import { settled, stubGlobal } from "../helpers.js";

/**
 * @param {import("node:test").TestContext} t
 * @param {(url: string) => Response} reply
 */
function stubFetch(t, reply) {
  const fetched = mock.fn(async (/** @type {string} */ url) => reply(url));
  stubGlobal(t, "fetch", fetched);
  return () => fetched.mock.calls.map(({ arguments: [url] }) => url);
}

test("a handle that is not known is told apart from other failures", async (t) => {
  let status = 200;
  const urls = stubFetch(t, () => new Response("x", { status }));
  assert.equal(await (await fetchPart("/map-data/h", 3)).text(), "x");
  assert.deepEqual(urls(), ["/map-data/h/3"]);
  status = 404;
  await assert.rejects(fetchPart("/map-data/h", 3), GoneError);
  status = 500;
  await assert.rejects(fetchPart("/map-data/h", 3), (error) => error instanceof Error && !(error instanceof GoneError));
});

test("an address is fetched once while it is kept", async (t) => {
  const urls = stubFetch(t, (url) => new Response(url));
  const cache = new PartCache();
  const [first, second] = await Promise.all([cache.get("a"), cache.get("a")]);
  assert.equal(first, second);
  assert.equal(new TextDecoder().decode(first), "a/0");
  assert.deepEqual(urls(), ["a/0"]);
});

test("the twelve that were wanted last are kept", async (t) => {
  const urls = stubFetch(t, (url) => new Response(url));
  const cache = new PartCache();
  for (let i = 0; i < 12; i++) await cache.get(String(i));
  await cache.get("0"); // wanted again: 1 is now the oldest
  await cache.get("12");
  await cache.get("0");
  assert.equal(urls().length, 13);
  await cache.get("1");
  assert.equal(urls().length, 14);
});

test("what failed is fetched again", async (t) => {
  let status = 500;
  const urls = stubFetch(t, () => new Response("x", { status }));
  const cache = new PartCache();
  await assert.rejects(cache.get("a"));
  await settled();
  status = 200;
  assert.equal((await cache.get("a")).byteLength, 1);
  assert.equal(urls().length, 2);
});
