// Brings the widgets of a page to life, each in the place of its picture. On a page page.js stands before it.

/** @typedef {{ modules: Record<string, string>, widgets: Record<string, { module: string, state: any }> }} About */

async function mount() {
  /** @type {About} */
  const { modules, widgets } = JSON.parse(document.querySelector("#widgets")?.textContent ?? "");
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".gan-widget"))) {
    const { module, state } = widgets[place.dataset.number ?? ""];
    const el = document.createElement("div");
    const picture = [...place.childNodes];
    place.append(el);
    try {
      const address = URL.createObjectURL(new Blob([modules[module]], { type: "text/javascript" }));
      const { default: widget } = await import(address);
      await widget.render({ model: pageModel(withBytes(state)), el });
      for (const node of picture) node.remove();
    } catch (error) {
      el.remove(); // the picture stays
      console.error(error);
    }
  }
}

mount();
