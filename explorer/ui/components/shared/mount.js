// How a component lives on its element.

import { find } from "./dom.js";

/** @import { FrontendRendererArgs, FrontendState } from "@streamlit/component-v2-lib" */

/**
 * @template {FrontendState} State
 * @template Data
 * @typedef {{ update(args: FrontendRendererArgs<State, Data>): void, destroy(): void }} Component
 */

/**
 * The default export of a component: one instance for each element, updated with each call. The element's HTML is
 * inert until then, since it is on the page before its modules are loaded, and nothing would answer.
 *
 * Streamlit calls it again at every change of data or theme. What it returns is called when the component leaves the
 * page, but also when a newer call has overtaken an older one whose modules were still loading: only the newest call's
 * may destroy the instance, which all of them share.
 *
 * @template {FrontendState} State
 * @template Data
 * @param {string} selector of the component's root element
 * @param {new (root: HTMLElement, data: Data) => Component<State, Data>} Class
 * @returns {(args: FrontendRendererArgs<State, Data>) => () => void}
 */
export function mountable(selector, Class) {
  /** @type {WeakMap<HTMLElement, { instance: Component<State, Data>, calls: number }>} */
  const mounted = new WeakMap();
  return (args) => {
    const root = find(args.parentElement, selector, HTMLElement);
    const entry = mounted.get(root) ?? { instance: new Class(root, args.data), calls: 0 };
    mounted.set(root, entry);
    entry.calls += 1;
    const call = entry.calls;
    entry.instance.update(args);
    root.inert = false;
    return () => {
      if (call !== entry.calls || mounted.get(root) !== entry) return;
      mounted.delete(root);
      entry.instance.destroy();
    };
  };
}
