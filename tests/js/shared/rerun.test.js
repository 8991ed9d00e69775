import assert from "node:assert/strict";
import { mock, test } from "node:test";
import mount, { requestRerun } from "../../../explorer/ui/components/shared/rerun.js";

test("a run of the script is asked for once the component is mounted", () => {
  requestRerun(); // nothing to ask yet
  const setTriggerValue = mock.fn();
  mount(/** @type {Parameters<typeof mount>[0]} */ (/** @type {unknown} */ ({ setTriggerValue })));
  assert.equal(setTriggerValue.mock.callCount(), 0);
  requestRerun();
  assert.equal(setTriggerValue.mock.calls[0].arguments[0], "asked");
});
