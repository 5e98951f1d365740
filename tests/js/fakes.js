// As much of a page, and of a widget's model, as the functions under test touch.

/** A document that makes elements without a page, and hears events. */
export function fakeDocument() {
  const document = /** @type {any} */ (new EventTarget());
  document.createElement = () => ({
    textContent: "",
    className: "",
    hidden: false,
    append() {},
    remove() {},
    addEventListener() {},
    setAttribute(name, value) {
      this[name] = value === "" ? true : value;
    },
  });
  return document;
}

/** A model whose questions are kept, to be answered by `answer(at, reply)` or refused by `refuse(at, error)`. */
export function fakeModel(traits = {}) {
  const listeners = new Set();
  const asked = [];
  const tell = (content, buffers = []) => {
    for (const listener of [...listeners]) listener(content, buffers);
  };
  return {
    asked,
    listeners,
    get: (name) => traits[name],
    set() {},
    save_changes() {},
    on: (_, listener) => listeners.add(listener),
    off: (_, listener) => listeners.delete(listener),
    send: (content) => asked.push(content),
    answer: (at, reply, buffers) => tell({ id: asked[at].id, reply }, buffers),
    refuse: (at, error) => tell({ id: asked[at].id, error }),
  };
}

/** Lets everything happen that waits for nothing but promises. */
export async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
