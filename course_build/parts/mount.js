const { modules, widgets } = JSON.parse(document.querySelector("#widgets").textContent);
for (const place of document.querySelectorAll(".gan-widget")) {
  const { module, state } = widgets[place.dataset.number];
  const el = document.createElement("div");
  const picture = [...place.childNodes];
  place.append(el);
  try {
    const address = URL.createObjectURL(new Blob([modules[module]], { type: "text/javascript" }));
    const { default: widget } = await import(address);
    await widget.render({ model: pageModel(withBytes(state)), el });
    picture.forEach((node) => node.remove());
  } catch (error) {
    el.remove(); // the picture stays
    console.error(error);
  }
}
