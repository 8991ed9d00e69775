// Fetches and compiles the map's modules and plotly.js while Python still gathers what the map is to show.

import "./map.js"; // first, since plotly.js holds up the page while it is compiled: the map's own requests are out by then
import { loadPlotly } from "./resources.js";

/** @import { FrontendRendererArgs, FrontendState } from "@streamlit/component-v2-lib" */

/** @param {FrontendRendererArgs<FrontendState, { plotly: string }>} args */
export default function ({ data }) {
  loadPlotly(data.plotly).catch(() => null); // the map itself tries again, and says so
}
