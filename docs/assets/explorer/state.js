/**
 * What the explorer shows, as a value; the address that carries it; and what
 * its operations make of an array. No page.
 */
import { DIGIT } from "./digit.js";
import * as layouts from "./layout.js";
import { BATCHES, TENSORS } from "./tensors.js";

/**
 * @typedef {object} State
 * @property {string} tensor  a key of TENSORS
 * @property {string} layout
 * @property {number} batch
 * @property {Object<string, number>} index
 * @property {string} by  the axis that colours
 * @property {boolean} window  whether the window's reads are shown
 * @property {string[]} ops  such as "permute 0 3 1 2"
 * @property {string} to  the layout that the classic bug aims at
 */

/** @param {string} tensor @param {number} batch @returns {layouts.Sizes} */
export function sizesOf(tensor, batch) {
  const { sizes } = TENSORS[tensor];
  return "N" in sizes ? { ...sizes, N: batch } : sizes;
}

/**
 * @param {string} search  an address' query
 * @returns {State} with defaults for what it lacks or has wrong
 */
export function read(search) {
  const query = new URLSearchParams(search);
  const one = (name, among, otherwise) =>
    among.includes(query.get(name)) ? query.get(name) : otherwise;
  const tensor = one("tensor", Object.keys(TENSORS), "pool1");
  const known = TENSORS[tensor];
  const layout = one("layout", known.layouts, known.layouts[0]);
  const batch = Number(one("batch", BATCHES.map(String), "1"));
  const sizes = sizesOf(tensor, batch);
  const places = (query.get("at") ?? "").split(".").map(Number);
  /** @type {layouts.Sizes} */
  const index = {};
  Object.entries(sizes).forEach(([axis, size], i) => {
    const middle = axis === "N" ? 0 : Math.floor(size / 2);
    const given = places[i] >= 0 && places[i] < size;
    index[axis] = given ? Math.floor(places[i]) : middle;
  });
  return {
    tensor,
    layout,
    batch,
    index,
    by: one("by", Object.keys(sizes), known.by),
    window: query.get("window") !== "off",
    ops: (query.get("ops") ?? "").split(",").filter(Boolean)
      .map((op) => op.replaceAll(".", " ")),
    to: one("to", known.layouts, known.layouts.find((l) => l !== layout)),
  };
}

/** @param {State} state @returns {string} the query that `read` reads */
export function write({ tensor, layout, batch, index, by, window, ops, to }) {
  const at = Object.values(index).join(".");
  const pairs = { tensor, layout, batch, at, by, to };
  if (!window) pairs.window = "off";
  if (ops.length) pairs.ops = ops.map((op) => op.replaceAll(" ", ".")).join();
  return Object.entries(pairs).map((pair) => pair.join("=")).join("&");
}

/**
 * @param {layouts.View} view
 * @param {string} op  "permute 0 2 3 1", "contiguous", "reshape 128 -1",
 *   "flatten 1"
 * @returns {{view: layouts.View, copied: boolean}}
 */
export function apply(view, op) {
  const [name, ...words] = op.trim().split(/[\s,]+/);
  const numbers = words.map(Number);
  if (!numbers.every(Number.isInteger))
    throw new Error(`“${words.join(" ")}” are not whole numbers`);
  switch (name) {
    case "permute":
      return { view: layouts.permute(view, numbers), copied: false };
    case "contiguous":
      return layouts.contiguous(view);
    case "reshape":
      return layouts.reshape(view, numbers);
    case "flatten":
      if (numbers[0] < 0 || numbers[0] >= view.shape.length)
        throw new Error(`there is no axis ${numbers[0]}`);
      return layouts.flatten(view, numbers[0]);
  }
  throw new Error(`“${name}” is no operation`);
}

/**
 * The digit as the network would pool it, each channel darker than the last.
 * @param {layouts.Sizes} sizes  C, H, W
 * @returns {function(layouts.Sizes): number} index → grey value, 0 to 255
 */
export function digitIn({ C, H, W }) {
  const step = 28 / H;
  const small = new Uint8Array(H * W);
  DIGIT.forEach((value, i) => {
    const at = Math.floor(i / 28 / step) * W + Math.floor((i % 28) / step);
    small[at] = Math.max(small[at], value);
  });
  return (at) => Math.round(small[at.H * W + at.W] * (1 - at.C / (2 * C)));
}

/**
 * The picture at an index after a `reshape` stood for a permutation.
 * @param {string} from @param {string} to  layouts
 * @param {layouts.Sizes} sizes @param {layouts.Sizes} index
 * @returns {{right: Uint8Array, wrong: ?Uint8Array}} H×W grey values each;
 *   nothing is wrong where padding makes the reshape impossible
 */
export function scramble(from, to, sizes, index) {
  const value = digitIn(sizes);
  const [a, b] = [layouts.dims(from, sizes), layouts.dims(to, sizes)];
  const right = new Uint8Array(sizes.H * sizes.W);
  const fits = layouts.volume(a) === layouts.volume(b);
  const wrong = fits ? new Uint8Array(sizes.H * sizes.W) : null;
  for (let H = 0; H < sizes.H; H++)
    for (let W = 0; W < sizes.W; W++) {
      const here = { ...index, H, W };
      right[H * sizes.W + W] = value(here);
      if (!fits) continue;
      const found = layouts.indexAt(a, layouts.offset(b, here));
      wrong[H * sizes.W + W] = layouts.inside(found, sizes) ? value(found) : 0;
    }
  return { right, wrong };
}
