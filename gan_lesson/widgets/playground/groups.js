// What can be unfolded below the game: settings, files, and what all of it means.

import { element, OWN_KEYS } from "../shared/elements.js";

const PLAYERS =
  "Loss, learning rate, updates and optimizer change the running game; a new optimizer starts from the weights as they are. Plain SGD wants a learning rate ten to a hundred times that of Adam. Layers and neurons start the game afresh.";
const NOISE =
  "Each of these starts the game afresh. With one number of noise the generator can only bend a thread; with two it can stretch a sheet. The same seed with the same settings repeats a run exactly.";
const FILES =
  "The file holds both networks, both optimizers, all settings and the curves: a loaded game goes on where it left off.";
const LOOKING_AT = [
  "Two networks play against each other. The discriminator D scores every place in the plane: how likely is it that a point here is real? The generator G turns noise into fakes and wants them to score high.",
  "Why do the fakes move? D\u2019s map is a landscape. G\u2019s loss falls where D\u2019s score rises, so each fake is pulled uphill: that is its arrow. G can only move its weights, which it shares among all fakes, so no fake is free to follow its arrow. Once they have moved, D learns to tell reals from the fakes at their new place, the hill moves, and the chase goes on until the fakes lie where the reals lie and the ground is level.",
  "The losses don\u2019t both fall: what helps one player hurts the other. Progress shows in the distance of the fakes from the reals. KL punishes places that have reals but no fakes; JS lies between 0 (the same) and 0.69 (nothing in common). Both are measured on a grid of 20 x 20 cells, and for KL a hundredth of the fakes is spread evenly, or one empty cell would make it infinite. The dotted line is what a fresh draw of reals gets: about as low as a perfect generator would get.",
];

/**
 * @param {string} title
 * @param {...HTMLElement} parts
 */
function group(title, ...parts) {
  return element("details", {}, element("summary", { text: title, ...OWN_KEYS }), ...parts);
}

/** @param {string} text */
const note = (text) => element("p", { class: "gl-note", text });

/** @param {{ players: HTMLElement[], noise: HTMLElement, files: HTMLElement }} parts */
export function foldedGroups({ players, noise, files }) {
  return [
    group("The two players: loss, learning rates, optimizers, layers", ...players, note(PLAYERS)),
    group("Noise and seed", noise, note(NOISE)),
    group("Save and load", files, note(FILES)),
    group("What am I looking at?", ...LOOKING_AT.map((text) => element("p", { text }))),
  ];
}
