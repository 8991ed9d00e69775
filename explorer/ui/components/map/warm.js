// Fetches and compiles plotly.js while Python still gathers what the map is to show.

import { loadPlotly } from "./fetching.js";

export default function ({ data }) {
  loadPlotly(data.plotly).catch(() => null); // the map itself tries again, and says so
}
