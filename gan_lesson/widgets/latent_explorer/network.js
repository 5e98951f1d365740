// The networks in the browser: what the layers described by layers.py make of one input.

import { sigmoid } from "../shared/numbers.js";

/** @typedef {Float32Array & { shape: number[] }} Tensor */
/** @typedef {{ kind: string } & Record<string, any>} Layer as layers.py describes it */
/**
 * @typedef {{ weight: Tensor, bias: Float32Array, stride: number[], padding: number[], before: number[], after: number[] }}
 *   Convolution
 */

/** @type {Record<string, (layer: any, values: Float32Array) => Float32Array>} */
const LAYERS = {
  linear,
  convolution,
  "transposed convolution": transposedConvolution,
  "scale and shift": scaleAndShift,
  "group norm": groupNorm,
  "leaky relu"({ slope }, values) {
    for (let at = 0; at < values.length; at += 1) if (values[at] < 0) values[at] *= slope;
    return values;
  },
  tanh: (_, values) => values.map(Math.tanh),
  sigmoid: (_, values) => values.map(sigmoid),
};

/**
 * What the layers make of one input: an image, or logits.
 *
 * @param {Layer[]} layers
 * @param {ArrayLike<number>} input
 */
export function forward(layers, input) {
  let values = Float32Array.from(input); // a copy: activations work in place
  for (const layer of layers) values = /** @type {any} */ (LAYERS[layer.kind](layer, values));
  return values;
}

/**
 * Eight sums side by side, since one sum would have to wait for itself at every addition.
 *
 * @param {{ weight: Tensor, bias: Float32Array }} layer
 * @param {Float32Array} values
 */
function linear({ weight, bias }, values) {
  const outputs = bias.length;
  const inputs = values.length;
  const whole = inputs - (inputs % 8);
  const result = new Float32Array(outputs);
  let at = 0;
  for (let row = 0; row < outputs; row += 1) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let e = 0;
    let f = 0;
    let g = 0;
    let h = 0;
    let column = 0;
    for (; column < whole; column += 8) {
      a += weight[at] * values[column];
      b += weight[at + 1] * values[column + 1];
      c += weight[at + 2] * values[column + 2];
      d += weight[at + 3] * values[column + 3];
      e += weight[at + 4] * values[column + 4];
      f += weight[at + 5] * values[column + 5];
      g += weight[at + 6] * values[column + 6];
      h += weight[at + 7] * values[column + 7];
      at += 8;
    }
    for (; column < inputs; column += 1, at += 1) a += weight[at] * values[column];
    result[row] = bias[row] + (a + b + (c + d)) + (e + f + (g + h));
  }
  return result;
}

/**
 * @param {Convolution} layer
 * @param {Float32Array} values
 */
function convolution({ weight, bias, stride, padding, before, after }, values) {
  const [channels, height, width] = before;
  const [filters, rows, columns] = after;
  const [, , tall, wide] = weight.shape;
  const result = new Float32Array(filters * rows * columns);
  for (let filter = 0, out = 0; filter < filters; filter += 1) {
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1, out += 1) {
        let sum = bias[filter];
        for (let channel = 0; channel < channels; channel += 1) {
          for (let dy = 0; dy < tall; dy += 1) {
            const y = row * stride[0] + dy - padding[0];
            if (y < 0 || y >= height) continue;
            for (let dx = 0; dx < wide; dx += 1) {
              const x = column * stride[1] + dx - padding[1];
              if (x < 0 || x >= width) continue;
              sum +=
                weight[((filter * channels + channel) * tall + dy) * wide + dx] *
                values[(channel * height + y) * width + x];
            }
          }
        }
        result[out] = sum;
      }
    }
  }
  return result;
}

/**
 * Each input value paints its filter, scaled, onto the output.
 *
 * @param {Convolution} layer
 * @param {Float32Array} values
 */
function transposedConvolution({ weight, bias, stride, padding, before, after }, values) {
  const [channels, height, width] = before;
  const [filters, rows, columns] = after;
  const [, , tall, wide] = weight.shape;
  const result = new Float32Array(filters * rows * columns);
  for (let filter = 0; filter < filters; filter += 1)
    result.fill(bias[filter], filter * rows * columns, (filter + 1) * rows * columns);
  for (let channel = 0, at = 0; channel < channels; channel += 1) {
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1, at += 1) {
        const value = values[at];
        if (value === 0) continue; // half of them, after a ReLU
        for (let filter = 0; filter < filters; filter += 1) {
          for (let dy = 0; dy < tall; dy += 1) {
            const row = y * stride[0] + dy - padding[0];
            if (row < 0 || row >= rows) continue;
            for (let dx = 0; dx < wide; dx += 1) {
              const column = x * stride[1] + dx - padding[1];
              if (column < 0 || column >= columns) continue;
              result[(filter * rows + row) * columns + column] +=
                value * weight[((channel * filters + filter) * tall + dy) * wide + dx];
            }
          }
        }
      }
    }
  }
  return result;
}

/**
 * @param {{ groups: number, eps: number, scale: Float32Array, shift: Float32Array }} layer
 * @param {Float32Array} values
 */
function groupNorm({ groups, eps, scale, shift }, values) {
  const size = values.length / groups;
  for (let start = 0; start < values.length; start += size) {
    let mean = 0;
    for (let at = start; at < start + size; at += 1) mean += values[at] / size;
    let variance = 0;
    for (let at = start; at < start + size; at += 1) variance += (values[at] - mean) ** 2 / size;
    const spreadOf = Math.sqrt(variance + eps);
    for (let at = start; at < start + size; at += 1) values[at] = (values[at] - mean) / spreadOf;
  }
  return scaleAndShift({ scale, shift }, values);
}

/**
 * One scale and one shift a channel.
 *
 * @param {{ scale: Float32Array, shift: Float32Array }} layer
 * @param {Float32Array} values
 */
function scaleAndShift({ scale, shift }, values) {
  const size = values.length / scale.length;
  for (let channel = 0; channel < scale.length; channel += 1) {
    for (let at = channel * size; at < (channel + 1) * size; at += 1) {
      values[at] = values[at] * scale[channel] + shift[channel];
    }
  }
  return values;
}
