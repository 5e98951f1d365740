// Elements of a page, made in one call each.

let lastId = 0;

/** An id that nothing else on the page has. */
export function freshId() {
  lastId += 1;
  return `gl-${lastId}-${Math.random().toString(36).slice(2, 8)}`;
}

/** Without this JupyterLab takes the keys: "a" inserts a cell, and arrows never reach a slider. */
export const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

/**
 * element("p", { class: "gl-note", text: "..." }, child, ...): unknown properties become attributes, on... listeners.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} properties
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value" && "value" in node) node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/**
 * @param {string} label
 * @param {(event: Event) => void} action
 * @param {Record<string, any>} properties
 */
export function button(label, action, properties = {}) {
  return element("button", {
    type: "button",
    class: "gl-button",
    text: label,
    onclick: action,
    ...OWN_KEYS,
    ...properties,
  });
}

/** @typedef {ReturnType<typeof problemLine>} ProblemLine */

/** Where an exception is shown, and read out at once. */
export function problemLine() {
  const root = element("p", { class: "gl-problem", role: "alert", hidden: true });
  return {
    root,
    /** @param {unknown} error */
    show(error) {
      root.textContent = error instanceof Error ? error.message : String(error);
      root.hidden = false;
    },
    clear() {
      root.hidden = true;
    },
  };
}
