// The browser asks, the kernel answers; and what is shown when it doesn't.

import { element, freshId, problemLine } from "./elements.js";

/**
 * What anywidget gives a widget, or a page in its place (page.js).
 *
 * @typedef {{ get(name: string): any, set(name: string, value: any): void, save_changes(): void,
 *   on(name: string, listener: (...values: any[]) => void): void,
 *   off(name: string, listener: (...values: any[]) => void): void,
 *   send(content: any): void, noKernel?: string }} Model
 */
/** @typedef {ReturnType<typeof connect>} Kernel */
/** @typedef {(Float32Array | Int32Array | Uint8Array) & { shape: number[] }} Shaped */

export const PATIENCE = 5000; // milliseconds
export const QUIET = 500; // milliseconds without a question, until the picture in the notebook is made anew
export const SILENT =
  "The kernel has not answered for five seconds: it is busy with something else, or gone. The widget is still waiting. " +
  "If no answer comes, restart the kernel and run this cell again.";
export const NOT_CONNECTED = "No kernel is connected to this widget: run this cell again.";

/**
 * The way to the kernel. `root` is the line that says when no answer comes; it goes away when one does.
 *
 * @param {Model} model
 */
export function connect(model) {
  const root = element("p", { class: "gl-problem gl-silent", role: "status", text: SILENT, hidden: true });
  const overdue = new Set();
  const open = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let quiet;
  const kernel = {
    root,
    /** What else happens when an answer is overdue: nothing plays on while nobody answers. */
    onSilence() {},
    /**
     * Something else is seen now: once all is quiet, the kernel lets the picture show it that stays in the notebook.
     * Nobody waits for that.
     */
    changed() {
      clearTimeout(quiet);
      quiet = setTimeout(() => {
        if (!isConnected(model) || open.size) return;
        try {
          model.send({ id: freshId(), ask: "keep", about: {} });
        } catch {
          // the kernel is gone: the picture stays as it is
        }
      }, QUIET);
    },
    /**
     * ask("slice", { milliseconds: 50 }): the promise of what the Python method of that name answers. Arrays in the
     * answer are typed arrays. Rejected with what the method raised, or when there is no kernel to ask.
     *
     * @param {string} question
     * @param {Record<string, any>} about
     * @returns {Promise<any>}
     */
    ask(question, about = {}) {
      const id = freshId();
      return new Promise((resolve, reject) => {
        if (!isConnected(model)) throw new Error(model.noKernel ?? NOT_CONNECTED);
        open.add(id);
        const timer = setTimeout(() => {
          overdue.add(id);
          root.hidden = false;
          kernel.onSilence();
        }, PATIENCE);
        const over = () => {
          clearTimeout(timer);
          model.off("msg:custom", listen);
          overdue.delete(id);
          open.delete(id);
          root.hidden = !overdue.size;
          kernel.changed();
        };
        /** @type {(content: any, buffers: any[]) => void} */
        const listen = (content, buffers) => {
          if (content.id !== id) return;
          over();
          if (content.error === undefined) resolve(unpack(content.reply, buffers));
          else reject(new Error(content.error));
        };
        model.on("msg:custom", listen);
        try {
          model.send({ id, ask: question, about });
        } catch {
          over();
          reject(new Error(NOT_CONNECTED));
        }
      });
    },
  };
  return kernel;
}

/**
 * A widget that JupyterLab restored from a saved notebook has no live connection, and what it sends is dropped without
 * a word. Its layout tells: anywidget hands on the model's traits, but not whether it is live.
 *
 * @param {Model} model
 */
function isConnected(model) {
  return model.noKernel === undefined && model.get("layout")?.comm_live !== false;
}

/**
 * The answer to a question, used; or what went wrong, shown. The widget goes on either way.
 *
 * @template Answer
 * @param {import("./elements.js").ProblemLine} problem
 * @param {Promise<Answer>} promise
 * @param {(answer: Answer) => void} use
 */
export async function attempt(problem, promise, use) {
  try {
    const answer = await promise;
    problem.clear();
    use(answer);
  } catch (error) {
    problem.show(error);
  }
}

/**
 * The `render` of a widget that shows content: it is given the content as soon as that is there. What is too large to be
 * stored with a notebook is asked for.
 *
 * @template Content
 * @param {(place: { model: Model, el: HTMLElement, kernel: Kernel, content: Content }) => () => void} render
 */
export function withContent(render) {
  /** @param {{ model: Model, el: HTMLElement }} place */
  return async ({ model, el }) => {
    const kernel = connect(model);
    const packed = model.get("content");
    if (Object.keys(packed).length) return render({ model, el, kernel, content: unpack(packed) });
    const problem = problemLine();
    const waiting = element("div", { class: "gl" }, problem.root, kernel.root);
    el.append(waiting);
    try {
      const content = await kernel.ask("whole");
      waiting.remove();
      return render({ model, el, kernel, content });
    } catch (error) {
      problem.show(error);
    }
  };
}

/** @type {Record<string, any>} */
const ARRAYS = { uint8: Uint8Array, int32: Int32Array, float32: Float32Array };

/**
 * Nested values as base.py packs them; each description of bytes becomes a typed array with a `shape`.
 *
 * @param {any} value
 * @param {any[]} buffers
 * @returns {any}
 */
export function unpack(value, buffers = []) {
  if (Array.isArray(value)) return value.map((item) => unpack(item, buffers));
  if (value === null || typeof value !== "object") return value;
  if (Object.keys(value).join() === "float")
    return value.float === "nan" ? NaN : value.float === "inf" ? Infinity : -Infinity;
  if ("dtype" in value && "shape" in value) {
    const view = "buffer" in value ? buffers[value.buffer] : value.bytes;
    const bytes = new Uint8Array(view.buffer ?? view, view.byteOffset ?? 0, view.byteLength);
    const array = new ARRAYS[value.dtype](bytes.slice().buffer); // a copy: the bytes may lie at an odd address
    array.shape = value.shape;
    return array;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item, buffers)]));
}
