// Keys of the whole component; those of pad and sliders are their own.

/**
 * Call what belongs to a key, unless something is typed.
 *
 * @param {HTMLElement} root
 * @param {Record<string, () => void>} actions by the key
 */
export function listenToKeys(root, actions) {
  root.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.matches(".value, select");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    actions[event.key]?.();
  });
}
