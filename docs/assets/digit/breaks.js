// The mistakes of this site, made on purpose: each changes the weights, the
// image or what comes out, as a wrong port would.
import { forward, softmax } from "./network.js";

/** @typedef {import("./network.js").Weights} Weights */

/**
 * @typedef {object} Break
 * @property {(w: Weights) => Weights} [weights]
 * @property {(image: Float32Array) => Float32Array} [image]
 * @property {(p: Float32Array) => Float32Array} [after]  of softmax
 * @property {string} [error]  what a framework says where it refuses
 */

/**
 * The kernel's numbers in another order of axes.
 * @param {Float32Array} x
 * @param {number[]} sizes
 * @param {number[]} axes  as transpose() takes them
 */
export function transposed(x, sizes, axes) {
  const steps = sizes.map((_, n) =>
    sizes.slice(n + 1).reduce((a, b) => a * b, 1));
  const y = new Float32Array(x.length);
  const at = axes.map(() => 0);
  for (let n = 0; n < y.length; n++) {
    y[n] = x[at.reduce((sum, i, axis) => sum + i * steps[axes[axis]], 0)];
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      if (++at[axis] < sizes[axes[axis]]) break;
      at[axis] = 0;
    }
  }
  return y;
}

/** @type {{[name: string]: Break}} */
export const BREAKS = {
  none: {},
  // PyTorch's rows are in the order channel, height, width; here they meet
  // height, width, channel.
  flatten: {
    weights: (w) => ({
      ...w,
      "dense.kernel": transposed(
        w["dense.kernel"], [7, 7, 64, 10], [2, 0, 1, 3]),
    }),
  },
  // The bytes of O×I×H×W, read as H×W×I×O: the shapes fit, nothing else.
  bytes: {
    weights: (w) => ({
      ...w,
      "conv1.kernel": transposed(
        w["conv1.kernel"], [3, 3, 1, 32], [3, 2, 0, 1]),
      "conv2.kernel": transposed(
        w["conv2.kernel"], [3, 3, 32, 64], [3, 2, 0, 1]),
    }),
  },
  swapped: { image: (image) => transposed(image, [28, 28], [1, 0]) },
  pixels: { image: (image) => image.map((value) => 255 * value) },
  // 28 → 27 → 26: 26 · 26 · 64 numbers come out of the second pool.
  stride: {
    error: "It does not run: flatten gives 43,264 numbers, and the dense "
      + "layer has rows for 3,136.",
  },
  twice: { after: softmax },
};

/**
 * Every layer, and the ten probabilities, with a mistake.
 * @param {Weights} w  as the mistake has changed them
 * @param {Float32Array} image
 * @param {Break} mistake
 */
export function run(w, image, mistake) {
  const layers = forward(w, mistake.image?.(image) ?? image);
  const once = softmax(layers.logits);
  return { layers, probabilities: mistake.after?.(once) ?? once };
}
