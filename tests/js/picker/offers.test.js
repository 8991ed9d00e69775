import assert from "node:assert/strict";
import { test } from "node:test";
import { matching, moved } from "../../../explorer/ui/components/picker/offers.js";

const MODELS = [
  { name: "mnist-2d", line: "mnist, vae, 2 dimensions", picture: "/a" },
  { name: "Faces", line: "celeba, beta-tcvae, 10 dimensions", picture: "/b" },
];

/** @param {string} text */
const found = (text) => matching(MODELS, text).map(({ name }) => name);

test("a text finds the models whose name or line hold all of its words", () => {
  assert.deepEqual(found(""), ["mnist-2d", "Faces"]);
  assert.deepEqual(found("  FACES "), ["Faces"]);
  assert.deepEqual(found("vae 2d"), ["mnist-2d"]);
  assert.deepEqual(found("celeba dimensions"), ["Faces"]);
  assert.deepEqual(found("celeba mnist"), []);
});

test("arrows go round, pages stop at the ends", () => {
  assert.equal(moved("ArrowDown", 0, 3), 1);
  assert.equal(moved("ArrowDown", 2, 3), 0);
  assert.equal(moved("ArrowUp", 0, 3), 2);
  assert.equal(moved("PageDown", 0, 3), 2);
  assert.equal(moved("PageUp", 9, 20), 2);
  assert.equal(moved("PageUp", 2, 20), 0);
});

test("other keys do not move, and nothing is to be reached in an empty list", () => {
  assert.equal(moved("a", 0, 3), null);
  assert.equal(moved("Home", 0, 3), null);
  assert.equal(moved("ArrowDown", -1, 0), -1);
});
