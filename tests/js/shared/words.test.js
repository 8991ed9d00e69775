import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { gettext, setWords } from "../../../explorer/ui/components/shared/words.js";

afterEach(() => setWords({}));

test("a text is that of the language, and English where it has none", () => {
  setWords({ "lock {name}": "锁定 {name}" });
  assert.equal(gettext("lock {name}", { name: "z1" }), "锁定 z1");
  assert.equal(gettext("pin {n}", { n: 0 }), "pin 0");
});

test("braces without a value stay", () => {
  assert.equal(gettext("{a} of {b}", { a: 1 }), "1 of {b}");
});
