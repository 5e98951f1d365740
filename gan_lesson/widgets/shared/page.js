// Stands in for Jupyter on a page: gives a widget its saved state, and its questions to `kernel` where there is one.
// kernel(content) promises [content, buffers]; without a kernel a question fails at once, and the widget says so.
function pageModel(state, kernel = null) {
  const listeners = {};
  const tell = (name, ...values) => [...(listeners[name] ?? [])].forEach((listener) => listener(...values));
  return {
    get: (name) => state[name],
    set(name, value) {
      state[name] = value;
      tell(`change:${name}`);
    },
    save_changes() {},
    on(name, listener) {
      (listeners[name] ??= new Set()).add(listener);
    },
    off(name, listener) {
      listeners[name]?.delete(listener);
    },
    send(content) {
      if (!kernel) throw new Error("This page has no kernel. Open the lesson in JupyterLab or Colab for that.");
      kernel(content).then(([reply, buffers]) => tell("msg:custom", reply, buffers));
    },
  };
}

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return new DataView(bytes.buffer);
}

// Saved state holds {"base64": "..."} where a widget expects bytes, or {"asset": "..."}, the name of bytes that a script
// loaded before.
function withBytes(value) {
  if (Array.isArray(value)) return value.map(withBytes);
  if (value === null || typeof value !== "object") return value;
  if ("base64" in value) return bytesOf(value.base64);
  if ("asset" in value) return bytesOf(globalThis.ganLessonBytes[value.asset]);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withBytes(item)]));
}
