// The explorer: sliders move z, and the browser draws what the generator makes of it.

import { button, element } from "../shared/elements.js";
import { unpack, withContent } from "../shared/kernel.js";
import { artistOf } from "./artist.js";
import { gaussians, mutate } from "./latent.js";
import { neighboursPanel } from "./neighbours.js";
import { pinBoard } from "./pins.js";
import { screenOf } from "./screen.js";
import { directionPanel } from "./sliders.js";
import { startTrip } from "./trip.js";
import { walkPanel } from "./walk.js";

/**
 * @param {{ model: import("../shared/kernel.js").Model, el: HTMLElement, kernel: import("../shared/kernel.js").Kernel,
 *   content: import("./artist.js").Content }} place
 */
function render({ model, el, kernel, content }) {
  const first = unpack(model.get("start")).z;
  const draws = gaussians(content.seed);
  const artist = artistOf(content, kernel);
  const screen = screenOf(first.length, content.scored, content.shape);
  const trip = startTrip(first, artist, screen, kernel);
  trip.followers.push(() => screen.showNorm(trip.z));
  const walk = walkPanel(trip, screen, artist);
  const hint = element("p", {
    class: "gl-note",
    text: "Pin two pictures to compare them and to walk from one to the other.",
  });
  const pins = pinBoard(trip, artist, {
    placed() {
      hint.hidden = true;
      walk.show();
    },
    pinned: (name) => walk.stand(name === "a" ? 0 : 1),
  });
  const neighbours = neighboursPanel(trip, kernel);

  el.append(
    element(
      "div",
      { class: "gl gl-latent" },
      element(
        "div",
        { class: "gl-columns" },
        element(
          "div",
          { class: "gl-left" },
          screen.canvas,
          screen.numbers,
          element(
            "div",
            { class: "gl-row" },
            button("Random", () => trip.jump("A random z.", draws(first.length)), { class: "gl-button gl-main" }),
            button("Mutate", () => trip.jump("A neighbour.", mutate(trip.z, draws(first.length)))),
            button("Back", trip.back),
            button("Reset", () => trip.jump("The first z again.", first)),
          ),
          screen.status,
          screen.problem.root,
          kernel.root,
        ),
        directionPanel(trip, screen, content.directions),
      ),
      element(
        "fieldset",
        {},
        element("legend", { text: "Compare and walk" }),
        element("div", { class: "gl-row" }, ...pins.roots, hint),
        walk.root,
      ),
      ...(content.digits ? neighbours.roots : []),
    ),
  );
  trip.refresh();

  const moveTo = () => trip.go(unpack(model.get("start")).z, null);
  model.on("change:start", moveTo);

  // Another view, or the notebook opened again: the kernel knows where the explorer was.
  async function enter() {
    const before = trip.z;
    let present;
    try {
      present = await kernel.ask("present");
    } catch {
      neighbours.close();
      return;
    }
    if (trip.gone) return;
    trip.heard = true;
    if (trip.z !== before) return trip.report(); // moved already
    trip.z = present.z;
    trip.refresh();
    try {
      if (present.a) pins.place("a", await artist.view(present.a));
      if (present.b) pins.place("b", await artist.view(present.b));
    } catch (error) {
      screen.problem.show(error);
    }
  }
  enter();

  return () => {
    trip.leave();
    model.off("change:start", moveTo);
  };
}

export default { render: withContent(render) };
