/**
 * This network's tensors, and the layouts in which to see them.
 *
 * @typedef {object} Tensor
 * @property {string} title
 * @property {Object<string, number>} sizes  each axis but N, which the reader
 *   chooses
 * @property {string[]} layouts  see layout.js; the first is shown at first
 * @property {string[]} plane  the two axes of the picture of indices
 * @property {string} by  the axis that colours it at first
 * @property {object} [window]  what slides over it: see `reads` in layout.js
 * @property {boolean} [flat]  all but N are one axis to the frameworks
 */
import { ORDERS } from "./frameworks.js";

// What to compare, and whatever else a framework has.
const IMAGES = union(
  ["NCHW", "NHWC", "HWCN", "nChw8c", "nChw16c"], ORDERS.image
);
const KERNELS = union(
  ["OIHW", "HWIO", "OHWI", "OIhw8i8o", "OIhw16i16o"], ORDERS.kernel
);
// An output's weights side by side or apart, and within them C or H W first.
const DENSE = union(["OCHW", "HWCO", "OHWC", "CHWO"], ORDERS.dense);
const CONVOLUTION =
  { name: "3×3 convolution", size: 3, stride: 1, pad: 1, all: true };
const POOLING =
  { name: "2×2 pooling", size: 2, stride: 2, pad: 0, all: false };

const image = (title, C, side, window) => ({
  title,
  sizes: { N: 1, C, H: side, W: side },
  layouts: IMAGES,
  plane: ["H", "W"],
  by: "C",
  window,
});

const kernel = (title, O, I) => ({
  title,
  sizes: { O, I, H: 3, W: 3 },
  layouts: KERNELS,
  plane: ["I", "O"],
  by: "O",
});

/** @type {Object<string, Tensor>} */
export const TENSORS = {
  input: image("input", 1, 28, CONVOLUTION),
  conv1: image("after conv1", 32, 28, POOLING),
  pool1: image("after pool1", 32, 14, CONVOLUTION),
  conv2: image("after conv2", 64, 14, POOLING),
  pool2: image("after pool2", 64, 7),
  flat: {
    ...image("flattened", 64, 7),
    layouts: ["NCHW", "NHWC"],
    flat: true,
  },
  kernel1: kernel("kernel of conv1", 32, 1),
  kernel2: kernel("kernel of conv2", 64, 32),
  dense: {
    title: "kernel of dense",
    sizes: { O: 10, C: 64, H: 7, W: 7 },
    layouts: DENSE,
    plane: ["H", "W"],
    by: "C",
  },
};

export const BATCHES = [1, 2, 6, 32, 128];

/** @param {string[]} a @param {string[]} b @returns {string[]} each once */
function union(a, b) {
  return [...new Set([...a, ...b])];
}
