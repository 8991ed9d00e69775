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
 * Streamlit calls it again at every change of data or theme. What it returns is called when the component has left the
 * page, but also, with the element still there, when newer data came while this call's module was looked up, shortly
 * before the call for the newer data: the instance, which all calls share, stays as long as its element does.
 *
 * @template {FrontendState} State
 * @template Data
 * @param {string} selector of the component's root element
 * @param {new (root: HTMLElement, data: Data) => Component<State, Data>} Class
 * @returns {(args: FrontendRendererArgs<State, Data>) => () => void}
 */
export function mountable(selector, Class) {
  /** @type {WeakMap<HTMLElement, Component<State, Data>>} */
  const mounted = new WeakMap();
  return (args) => {
    const root = find(args.parentElement, selector, HTMLElement);
    const instance = mounted.get(root) ?? new Class(root, args.data);
    mounted.set(root, instance);
    instance.update(args);
    root.inert = false;
    return () => {
      if (root.isConnected || mounted.get(root) !== instance) return;
      mounted.delete(root);
      instance.destroy();
    };
  };
}
