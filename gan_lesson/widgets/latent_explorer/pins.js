// Two pictures that are kept to compare them.

import { button, element } from "../shared/elements.js";
import { drawImages } from "../shared/pictures.js";
import { nextFrame } from "../shared/puller.js";
import { pixelsOf } from "./artist.js";
import { norm } from "./latent.js";
import { scoreText } from "./screen.js";

/** @typedef {"a" | "b"} PinName */
/** @typedef {import("./artist.js").View} View */

/**
 * @param {import("./trip.js").Trip} trip
 * @param {import("./artist.js").Artist} artist
 * @param {{ placed: () => void, pinned: (name: PinName) => void }} told `placed` when a pin has its picture, `pinned` when
 *   it was put there by hand
 */
export function pinBoard(trip, artist, { placed, pinned }) {
  const { scored, shape } = artist;
  const [height, width] = shape.slice(-2);
  const views = { a: pinView("a"), b: pinView("b") };

  /** @param {PinName} name */
  function pinView(name) {
    const letter = name.toUpperCase();
    const about = { class: "gl-images gl-pin", role: "img", "aria-label": `Pin ${letter}: empty` };
    const picture = element("canvas", { ...about, width, height });
    const score = element("span", { class: "gl-note", text: "empty" });
    const press = button(`Pin as ${letter}`, () => pin(name));
    return { letter, picture, score, root: element("div", { class: "gl-pinned" }, picture, score, press) };
  }

  /** @param {PinName} name */
  async function pin(name) {
    const what = trip.shown;
    while (trip.awaited && what === trip.shown && !trip.gone) await nextFrame(); // the picture is on its way
    if (trip.gone || what.image === null) return;
    place(name, what);
    pinned(name);
    trip.settle(`Pinned as ${views[name].letter}.`);
  }

  /**
   * @param {PinName} name
   * @param {View} what
   */
  function place(name, what) {
    trip.pins[name] = what;
    const { letter, picture, score } = views[name];
    const told = scored && what.score !== null ? `score ${scoreText(what.score)}, ` : "";
    if (what.image) drawImages(picture, pixelsOf(what.image), 1, shape);
    score.textContent = `${told}norm ${norm(what.z).toFixed(1)}`;
    picture.setAttribute("aria-label", `Pin ${letter}: ${score.textContent}`);
    if (trip.pins.a && trip.pins.b) placed();
  }

  return { roots: [views.a.root, views.b.root], place };
}
