// One number of a layer, taken apart: what is multiplied with what.

/** @typedef {import("./network.js").Weights} Weights */
/** @typedef {{ x: number, k?: number }} Term  a number, and its weight */
/** @typedef {{ label: string, terms: Term[] }} Group */
/** @typedef {{ name: string, h: number, w: number, c: number }} Place */

/** Of each layer: the one before, sides, channels. */
export const LAYERS = {
  image: { side: 28, channels: 1 },
  conv1: { from: "image", side: 28, channels: 32 },
  pool1: { from: "conv1", side: 14, channels: 32 },
  conv2: { from: "pool1", side: 14, channels: 64 },
  pool2: { from: "conv2", side: 7, channels: 64 },
  logits: { from: "pool2", side: 1, channels: 10 },
};

/**
 * The terms whose sum, with the bias, is the number before ReLU; of a pool
 * the four numbers of which the largest is taken.
 * @param {Weights} weights
 * @param {{ [name: string]: Float32Array }} layers
 * @param {Place} place
 * @returns {{ groups: Group[], bias: number | null, value: number }}
 */
export function explain(weights, layers, { name, h, w, c }) {
  const { from, side, channels } = /** @type {any} */ (LAYERS)[name];
  const value = layers[name][(h * side + w) * channels + c];
  if (!from) return { groups: [], bias: null, value };
  const before = /** @type {any} */ (LAYERS)[from], x = layers[from];
  /** @type {(row: number, column: number, channel: number) => number} */
  const at = (row, column, channel) =>
    row < 0 || column < 0 || row >= before.side || column >= before.side ? 0
    : x[(row * before.side + column) * before.channels + channel];

  if (name.startsWith("pool")) {
    const terms = [0, 1, 2, 3].map((n) =>
      ({ x: at(2 * h + (n >> 1), 2 * w + (n & 1), c) }));
    return { groups: [{ label: `map ${c}`, terms }], bias: null, value };
  }
  const layer = name === "logits" ? "dense" : name;
  const kernel = weights[`${layer}.kernel`];
  const size = name === "logits" ? before.side : 3;
  const edge = name === "logits" ? 0 : 1;
  const groups = Array.from({ length: before.channels }, (_, channel) => ({
    label: before.channels === 1 ? "image" : `map ${channel}`,
    terms: Array.from({ length: size * size }, (_, n) => {
      const i = Math.floor(n / size), j = n % size;
      return {
        x: at(h + i - edge, w + j - edge, channel),
        k: kernel[(n * before.channels + channel) * channels + c],
      };
    }),
  }));
  return { groups, bias: weights[`${layer}.bias`][c], value };
}

/** @param {Term[]} terms */
export const sum = (terms) =>
  terms.reduce((total, { x, k = 1 }) => total + x * k, 0);
