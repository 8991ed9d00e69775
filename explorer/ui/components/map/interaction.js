// Pointer, keys and toolbar of the map.

import { find } from "../shared/dom.js";
import { DIRECTIONS, nearestInDirection, nearestToCentre } from "./neighbour_step.js";
import { placeWords } from "./place_words.js";
import { Lasso } from "./selection.js";

/** @import { LatentMap } from "./map.js" */
/** @import { Point } from "./types.js" */

/** @typedef {"pan" | "lasso" | "box"} ToolName */

const HOVER_RADIUS = 10; // pixels
const CLICK_RADIUS = 14;
const CLICK_SLOP = 4; // pixels that the pointer may move within a click
const SETTLE_MS = 150; // after which an arrow key's last point is sent to Python
const ZOOM = 0.6; // of what is in view, a step

export class Interaction {
  /** @type {ToolName} */
  tool = "pan";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  settleTimer;

  /** @param {LatentMap} map */
  constructor(map) {
    this.map = map;
    this.lasso = new Lasso(
      () => map.draw(),
      (outline) => map.selectInside(outline),
    );
    this.tools = /** @type {HTMLButtonElement[]} */ ([...map.root.querySelectorAll("button[data-tool]")]);
    this.useTool("pan");
    this.listenToToolbar();
    this.listenToStage();
  }

  /** Whether the tool in use draws around points. */
  get selecting() {
    return this.tool !== "pan";
  }

  /** @param {ToolName} tool */
  useTool(tool) {
    this.tool = tool;
    this.map.stage.dataset.tool = tool;
    for (const button of this.tools) button.ariaPressed = String(toolOf(button) === tool);
  }

  listenToToolbar() {
    const { map, tools } = this;
    const { chart, root } = map;
    for (const button of tools) button.addEventListener("click", () => this.useTool(toolOf(button)));
    const actions = {
      ".zoom-in": () => chart.zoom(ZOOM),
      ".zoom-out": () => chart.zoom(1 / ZOOM),
      ".fit": () => chart.fit(),
      ".clear": () => map.clearSelection(),
    };
    for (const [selector, act] of Object.entries(actions)) {
      find(root, selector, HTMLButtonElement).addEventListener("click", act);
    }
    map.thumbsBox.addEventListener("change", () => map.draw());
  }

  listenToStage() {
    const { map } = this;
    const { stage } = map;
    stage.addEventListener("pointermove", (event) => this.onHover(event));
    // The tooltip of a tap stays.
    stage.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && map.leave());
    stage.addEventListener("pointerdown", (event) => event.button === 0 && this.onPress(event));
    for (const type of ["mousedown", "touchstart"]) {
      const hold = (/** @type {Event} */ event) => this.selecting && event.stopPropagation(); // or plotly would pan
      stage.addEventListener(type, hold, { capture: true });
    }
    stage.addEventListener("dblclick", () => map.chart.fit());
    stage.addEventListener("keydown", (event) => this.onKeyDown(event));
  }

  /**
   * Where an event is, in pixels of the stage.
   *
   * @param {MouseEvent} event
   * @returns {Point}
   */
  positionOf(event) {
    const box = this.map.stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** @param {PointerEvent} event */
  onHover(event) {
    const { map } = this;
    if (!map.loaded) return;
    const position = this.positionOf(event);
    const index = event.buttons ? null : map.pointAt(position, HOVER_RADIUS);
    map.stage.classList.toggle("over-point", index !== null && this.tool === "pan");
    if (index === null) map.leave();
    else map.hover(index, position);
  }

  /**
   * A press is a click, a move of the map (plotly's), or the beginning of a lasso.
   *
   * @param {PointerEvent} event
   */
  onPress(event) {
    if (!this.map.chart.ready) return;
    const start = this.positionOf(event);
    const { tool } = this;
    if (tool !== "pan") {
      event.preventDefault();
      this.map.stage.focus({ preventScroll: true });
      this.lasso.start(tool, start);
    }
    const listening = new AbortController();
    const { signal } = listening;
    /** @param {PointerEvent} released */
    const end = (released) => {
      listening.abort();
      if (tool === "pan") this.onRelease(released, start);
      else this.lasso.end();
    };
    window.addEventListener("pointerup", end, { signal });
    window.addEventListener("pointercancel", end, { signal });
    if (tool !== "pan") {
      window.addEventListener("pointermove", (moved) => this.lasso.extend(this.positionOf(moved)), { signal });
    }
  }

  /**
   * The end of a press; a click where the pointer has hardly moved.
   *
   * @param {PointerEvent} event
   * @param {Point} start
   */
  onRelease(event, [left, top]) {
    const { map } = this;
    const position = this.positionOf(event);
    const still = Math.hypot(position[0] - left, position[1] - top) < CLICK_SLOP;
    if (!still || event.type !== "pointerup") return;
    map.choose(map.pointAt(position, CLICK_RADIUS));
    this.onHover(event);
  }

  /** @param {KeyboardEvent} event */
  onKeyDown(event) {
    const { map } = this;
    if (event.ctrlKey || event.metaKey || event.altKey || !map.loaded) return;
    /** @type {Record<string, () => void>} */
    const actions = {
      "+": () => map.chart.zoom(ZOOM),
      "-": () => map.chart.zoom(1 / ZOOM),
      0: () => map.chart.fit(),
      Escape: () => map.clearSelection(),
    };
    const direction = DIRECTIONS[event.key];
    const act = direction ? () => this.step(direction) : actions[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /**
   * To the nearest point that lies in a direction; it is sent to Python when the keys rest.
   *
   * @param {Point} direction
   */
  step(direction) {
    const { map } = this;
    const { grid, chart, shown, marked } = map;
    const next =
      marked === null ? nearestToCentre(chart, grid, shown) : nearestInDirection(chart, grid, shown, marked, direction);
    if (next === null) return;
    map.mark(next);
    chart.reveal(grid.x[next], grid.y[next]);
    map.status.textContent = `${map.facts.name(next)}, ${placeWords(grid.bounds, grid.x[next], grid.y[next])}`;
    clearTimeout(this.settleTimer);
    this.settleTimer = setTimeout(() => map.reportMarked(), SETTLE_MS);
  }

  close() {
    clearTimeout(this.settleTimer);
  }
}

/** @param {HTMLButtonElement} button */
const toolOf = (button) => /** @type {ToolName} */ (button.dataset.tool);
