// Runs of the whole script at a component's request. Has no face; the page mounts it once, outside every fragment.

/** @import { FrontendRendererArgs } from "@streamlit/component-v2-lib" */

/** @type {(() => void) | null} */
let request = null;

/** Ask for a run; without effect where the page has not mounted this component or is not connected. */
export function requestRerun() {
  request?.();
}

/** @param {FrontendRendererArgs<{ asked: number }>} args */
export default function ({ setTriggerValue }) {
  request = () => setTriggerValue("asked", Date.now());
}
