// Fetches and compiles the map's modules and plotly.js while Python still gathers what the map is to show.

// The map's modules come first: plotly.js holds up the page while it is compiled, and by then the map's own requests are
// out.
import "./map.js";
import { loadPlotly } from "./resources.js";

/** @import { FrontendRendererArgs, FrontendState } from "@streamlit/component-v2-lib" */

/** @param {FrontendRendererArgs<FrontendState, { plotly: string }>} args */
export default function ({ data }) {
  loadPlotly(data.plotly).catch(() => null); // the map itself tries again, and says so
}
