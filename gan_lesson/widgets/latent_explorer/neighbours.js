// The real digits that are nearest to the picture. They are with the kernel: the browser has none.

import { button, element, problemLine } from "../shared/elements.js";
import { drawImages } from "../shared/pictures.js";

const PIXELS = 784;

/**
 * @param {import("./trip.js").Trip} trip
 * @param {import("../shared/kernel.js").Kernel} kernel
 */
export function neighboursPanel(trip, kernel) {
  const pictures = element("div", { class: "gl-row" });
  const found = element("p", { class: "gl-note", role: "status" });
  const problem = problemLine();
  const press = button("Nearest real digits", find);

  function forget() {
    pictures.replaceChildren(); // they were those of another z
    found.textContent = "Distance over all 784 pixels, each in [-1, 1] (Euclidean).";
  }

  /** @param {{ pixels: Uint8Array, distances: Float32Array, labels: Int32Array }} answer */
  function show({ pixels, distances, labels }) {
    pictures.replaceChildren(
      ...Array.from(distances, (distance, index) => {
        const label = `A real ${labels[index]} at distance ${distance.toFixed(1)}`;
        const picture = element("canvas", { class: "gl-images gl-pin", role: "img", "aria-label": label });
        drawImages(picture, pixels.subarray(index * PIXELS, (index + 1) * PIXELS), 1);
        const note = element("span", { class: "gl-note", text: `a ${labels[index]}, ${distance.toFixed(1)}` });
        return element("div", { class: "gl-pinned" }, picture, note);
      }),
    );
    const first = distances[0].toFixed(1);
    found.textContent = `The nearest real digits are ${[...labels].join(", ")}; the first is at distance ${first}.`;
  }

  async function find() {
    press.setAttribute("aria-busy", "true");
    found.textContent = "Comparing with 60,000 real digits …";
    const asked = trip.z;
    try {
      const answer = await kernel.ask("nearest", { noise: [...asked] });
      if (trip.gone) return;
      if (asked !== trip.z) return forget();
      problem.clear();
      show(answer);
    } catch (error) {
      found.textContent = "";
      problem.show(error);
    } finally {
      press.removeAttribute("aria-busy");
    }
  }

  forget();
  trip.movers.push(() => {
    if (pictures.firstChild) forget();
  });
  return {
    roots: [element("div", { class: "gl-row" }, press, found), problem.root, pictures],
    /** There is no kernel to ask. */
    close() {
      press.textContent = "Nearest real digits (needs a kernel)";
      press.disabled = true;
    },
  };
}
