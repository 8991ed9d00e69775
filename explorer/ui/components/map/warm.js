// Fetches and compiles plotly.js, and the map's modules, while Python still gathers what the map is to show.

import { loadPlotly } from "./resources.js";

/** @import { FrontendRendererArgs, FrontendState } from "@streamlit/component-v2-lib" */

/** @param {FrontendRendererArgs<FrontendState, { plotly: string }>} args */
export default function ({ data }) {
  loadPlotly(data.plotly).catch(() => null); // the map itself tries again, and says so
}
