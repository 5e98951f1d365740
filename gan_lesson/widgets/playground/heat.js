// The heat map: D's score of every place.

import { element } from "../shared/elements.js";
import { brush, tint } from "../shared/pictures.js";

/** @typedef {[number, number, number]} Colour red, green and blue, 0 to 255 */

/**
 * The colours of scores 0 to 255: from that of fakes over that of the paper to that of reals.
 *
 * @param {Colour} fake
 * @param {Colour} paper
 * @param {Colour} real
 * @returns {Colour[]}
 */
export function shadesOf(fake, paper, real) {
  return Array.from({ length: 256 }, (_, score) => {
    const [from, to, share] = score < 128 ? [fake, paper, score / 127.5] : [paper, real, score / 127.5 - 1];
    /** @param {number} at */
    const mixed = (at) => from[at] + share * (to[at] - from[at]);
    // part of the way to the paper, so that dots and crosses stand out
    return /** @type {Colour} */ ([0, 1, 2].map((at) => paper[at] + 0.6 * (mixed(at) - paper[at])));
  });
}

/**
 * @param {import("../shared/pictures.js").Sheet} sheet
 * @param {number} side of the picture of the plane, in CSS pixels
 */
export function heatMap({ canvas, context }, side) {
  const small = element("canvas");
  const pencil = brush(small, { willReadFrequently: true });
  const shades = { of: "", table: /** @type {Colour[]} */ ([]) };

  function table() {
    const names = ["fake", "paper", "real"].map((name) => tint(canvas, name));
    if (shades.of === names.join()) return shades.table;
    small.width = small.height = 1;
    const [fake, paper, real] = names.map((colour) => {
      pencil.fillStyle = colour;
      pencil.fillRect(0, 0, 1, 1);
      const [red, green, blue] = pencil.getImageData(0, 0, 1, 1).data;
      return /** @type {Colour} */ ([red, green, blue]);
    });
    shades.of = names.join();
    shades.table = shadesOf(fake, paper, real);
    return shades.table;
  }

  return {
    /** @param {import("../shared/kernel.js").Shaped} map scores 0 to 255, row 0 at the bottom */
    draw(map) {
      const [rows, columns] = map.shape;
      const colours = table();
      small.width = columns;
      small.height = rows;
      const sheet = pencil.createImageData(columns, rows);
      for (let row = 0; row < rows; row += 1) {
        for (let column = 0; column < columns; column += 1) {
          const at = ((rows - 1 - row) * columns + column) * 4;
          const colour = colours[map[row * columns + column]];
          sheet.data[at] = colour[0];
          sheet.data[at + 1] = colour[1];
          sheet.data[at + 2] = colour[2];
          sheet.data[at + 3] = 255;
        }
      }
      pencil.putImageData(sheet, 0, 0);
      const cell = side / (columns - 1); // the scores at the edges belong onto the edges
      context.drawImage(small, -cell / 2, -cell / 2, side + cell, side + cell);
    },
  };
}
