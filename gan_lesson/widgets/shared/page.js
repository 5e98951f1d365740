// Stands in for Jupyter on a page: gives a widget its saved state, and its questions to a kernel where there is one.
// Jupyter's own html-manager would do the first, with require.js and its own copy of each large weight on each page.

const NO_KERNEL = "This page has no kernel. Open the lesson in JupyterLab or Colab for that.";

/**
 * The model of a widget whose synced traits are `state`. `kernel(content)` promises [content, buffers]; without a kernel
 * a question fails at once, and the widget says so.
 *
 * @param {Record<string, any>} state
 * @param {((content: any) => Promise<[any, any[]]>) | null} kernel
 * @returns {import("./kernel.js").Model}
 */
export function pageModel(state, kernel = null) {
  /** @type {Record<string, Set<(...values: any[]) => void>>} */
  const listeners = {};
  /** @type {(name: string, ...values: any[]) => void} */
  const tell = (name, ...values) => {
    for (const listener of [...(listeners[name] ?? [])]) listener(...values);
  };
  return {
    noKernel: kernel ? undefined : NO_KERNEL,
    get: (name) => state[name],
    set(name, value) {
      state[name] = value;
      tell(`change:${name}`);
    },
    save_changes() {},
    on(name, listener) {
      listeners[name] ??= new Set();
      listeners[name].add(listener);
    },
    off(name, listener) {
      listeners[name]?.delete(listener);
    },
    send(content) {
      kernel?.(content).then(([reply, buffers]) => tell("msg:custom", reply, buffers));
    },
  };
}

/** @param {string} base64 */
export function bytesOf(base64) {
  return new DataView(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer);
}

/**
 * Saved state with its bytes: it holds {"base64": "..."} where a widget expects bytes, or {"asset": "..."}, the name of
 * bytes that a script loaded before.
 *
 * @param {any} value
 * @returns {any}
 */
export function withBytes(value) {
  if (Array.isArray(value)) return value.map(withBytes);
  if (value === null || typeof value !== "object") return value;
  if ("base64" in value) return bytesOf(value.base64);
  if ("asset" in value) return bytesOf(/** @type {any} */ (globalThis).ganLessonBytes[value.asset]);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withBytes(item)]));
}
