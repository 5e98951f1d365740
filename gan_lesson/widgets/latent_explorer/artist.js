// What the generator makes of z, and what the discriminator says of it: computed here, or by the kernel where a network
// has layers that the browser doesn't know.

import { sigmoid } from "../shared/numbers.js";
import { forward } from "./network.js";

/** @typedef {import("./latent.js").Vector} Vector */
/** @typedef {{ z: Vector, image: Float32Array | null, score: number | null }} View */
/**
 * @typedef {{ generator: import("./network.js").Layer[] | null, discriminator: import("./network.js").Layer[] | null,
 *   directions: Float32Array, scored: boolean, seed: number, shape: number[],
 *   digits: boolean }} Content
 */

/**
 * Values in [-1, 1] as pixels 0 to 255.
 *
 * @param {ArrayLike<number>} values
 */
export function pixelsOf(values) {
  return Uint8Array.from(values, (value) => Math.max(0, Math.min(255, Math.round((value + 1) * 127.5))));
}

/** @typedef {ReturnType<typeof artistOf>} Artist */

/**
 * @param {Content} content
 * @param {import("../shared/kernel.js").Kernel} kernel
 */
export function artistOf({ generator, discriminator, scored, shape }, kernel) {
  const artist = {
    scored,
    /** Of a picture: [height, width] in grey, [3, height, width] in colour. */
    shape,
    drawsHere: generator !== null,
    /** @type {(z: Vector) => View} what can be told of z at once */
    glance(z) {
      const image = generator && forward(generator, z);
      return { z, image, score: image && discriminator && sigmoid(forward(discriminator, image)[0]) };
    },
    /** @param {View} view */
    isComplete: (view) => view.image !== null && (!scored || view.score !== null),
    /** @type {(noise: Vector[]) => Promise<{ images: Float32Array, scores: Float32Array | null }>} */
    ask: (noise) => kernel.ask("look", { noise: noise.map((z) => [...z]) }),
    /** @type {(z: Vector) => Promise<View>} of a z that isn't on the screen */
    async view(z) {
      if (generator) return artist.glance(z);
      const { images, scores } = await artist.ask([z]);
      return { z, image: images, score: scores ? scores[0] : null };
    },
  };
  return artist;
}
