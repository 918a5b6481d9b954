/**
 * Layout arithmetic: plain numbers in, plain numbers out, no page.
 *
 * A layout is written as oneDNN writes it: the axes from the slowest to the
 * fastest, then blocks. In nChw8c the channels are cut into blocks of 8, and
 * the place in the block is the fastest of all. Offsets and strides count
 * elements, not bytes.
 *
 * @typedef {Object<string, number>} Sizes  an axis' letter → its size, or,
 *   as an index, a place along it
 * @typedef {{axis: string, size: number, stride: number, block: number}} Dim
 *   one dimension of memory: `size` steps of `stride` elements, and a step is
 *   `block` places along the axis
 * @typedef {{shape: number[], strides: number[]}} View
 */

/**
 * @param {string} layout  such as "NCHW" or "nChw8c"
 * @returns {{order: string[], blocks: {axis: string, size: number}[]}}
 * @throws {Error} that says what is wrong with it
 */
export function parse(layout) {
  const match = /^([a-z]+)((?:\d+[a-z])*)$/i.exec(layout.trim());
  if (!match)
    throw new Error(`“${layout}”: letters, then blocks such as 8c`);
  const order = [...match[1].toUpperCase()];
  if (new Set(order).size < order.length)
    throw new Error(`“${layout}” names an axis twice`);
  const blocks = [...match[2].matchAll(/(\d+)([a-z])/gi)].map(
    ([, size, axis]) => ({ axis: axis.toUpperCase(), size: Number(size) })
  );
  for (const { axis, size } of blocks)
    if (!order.includes(axis) || size < 1)
      throw new Error(`“${layout}”: the block ${size}${axis} has no axis`);
  return { order, blocks };
}

/**
 * The dimensions of memory, slowest first.
 * @param {string} layout
 * @param {Sizes} sizes
 * @returns {Dim[]}  padded where a block does not divide its axis
 */
export function dims(layout, sizes) {
  const { order, blocks } = parse(layout);
  /** @type {any[]} */
  const found = [...order.map((axis) => ({ axis })), ...blocks];
  const inner = {};
  let stride = 1;
  for (const dim of found.toReversed()) {
    dim.block = inner[dim.axis] ?? 1;
    dim.size ??= Math.ceil(sizes[dim.axis] / dim.block);
    dim.stride = stride;
    inner[dim.axis] = dim.block * dim.size;
    stride *= dim.size;
  }
  return found;
}

/** @param {Dim[]} dims @returns {number} elements in memory, padding too */
export const volume = (dims) => dims[0].size * dims[0].stride;

/**
 * @param {Dim[]} dims
 * @param {Sizes} index
 * @returns {number} the element's offset
 */
export const offset = (dims, index) =>
  dims.reduce(
    (sum, { axis, size, stride, block }) =>
      sum + (Math.floor(index[axis] / block) % size) * stride,
    0
  );

/**
 * @param {Dim[]} dims
 * @param {number} offset
 * @returns {Sizes} the index there; beyond an axis' size in padding
 */
export function indexAt(dims, offset) {
  /** @type {Sizes} */
  const index = {};
  for (const { axis, size, stride, block } of dims)
    index[axis] =
      (index[axis] ?? 0) + (Math.floor(offset / stride) % size) * block;
  return index;
}

/** @param {Sizes} index @param {Sizes} sizes @returns {boolean} */
export const inside = (index, sizes) =>
  Object.keys(sizes).every((axis) => index[axis] < sizes[axis]);

/**
 * What a window reads for one output position.
 * @param {{size: number, stride: number, pad: number, all: boolean}} window
 *   `all`: every channel, as a convolution; else the index' own, as a pooling
 * @param {Sizes} sizes  of the tensor that is read: N, C, H, W
 * @param {Sizes} index  the output position is that of its H and W
 * @returns {Sizes[]}  row by row, channels innermost, padding left out
 */
export function reads(window, sizes, index) {
  const { size, stride, pad, all } = window;
  const top = Math.floor(index.H / stride) * stride - pad;
  const left = Math.floor(index.W / stride) * stride - pad;
  const found = [];
  for (let H = top; H < top + size; H++)
    for (let W = left; W < left + size; W++)
      if (H >= 0 && W >= 0 && H < sizes.H && W < sizes.W)
        for (let C = all ? 0 : index.C; C < (all ? sizes.C : index.C + 1); C++)
          found.push({ N: index.N, C, H, W });
  return found;
}

/**
 * @param {Dim[]} dims
 * @param {Sizes[]} indices
 * @param {number} perLine  elements in a cache line
 * @returns {Set<number>} the cache lines that hold them
 */
export const lines = (dims, indices, perLine) =>
  new Set(indices.map((index) => Math.floor(offset(dims, index) / perLine)));

/** @param {number[]} shape @returns {number[]} row-major strides */
export const rowMajor = (shape) =>
  shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));

/** @param {View} view @returns {boolean} as PyTorch's is_contiguous() */
export function isContiguous({ shape, strides }) {
  const wanted = rowMajor(shape);
  return shape.every((size, i) => size === 1 || strides[i] === wanted[i]);
}

/**
 * @param {View} view
 * @param {number[]} axes  a permutation of 0 … rank − 1
 * @returns {View} of the same memory
 */
export function permute({ shape, strides }, axes) {
  if (axes.toSorted((a, b) => a - b).join() !== [...shape.keys()].join())
    throw new Error(`permute wants each of 0 to ${shape.length - 1} once`);
  return {
    shape: axes.map((i) => shape[i]),
    strides: axes.map((i) => strides[i]),
  };
}

/**
 * @param {View} view
 * @returns {{view: View, copied: boolean}}
 */
export function contiguous(view) {
  if (isContiguous(view)) return { view, copied: false };
  const shape = view.shape;
  return { view: { shape, strides: rowMajor(shape) }, copied: true };
}

/**
 * @param {View} view
 * @param {number[]} wanted  a shape; one size may be −1
 * @returns {{view: View, copied: boolean}} a copy only where no strides do
 */
export function reshape(view, wanted) {
  const count = view.shape.reduce((a, b) => a * b, 1);
  const known = wanted.filter((n) => n !== -1).reduce((a, b) => a * b, 1);
  const shape = wanted.map((n) => (n === -1 ? count / known : n));
  if (
    !shape.length ||
    shape.some((n) => !Number.isInteger(n) || n < 1) ||
    shape.reduce((a, b) => a * b, 1) !== count
  )
    throw new Error(`${count} numbers do not fill ${wanted.join("×")}`);
  const strides = stridesOf(view, shape);
  return strides
    ? { view: { shape, strides }, copied: false }
    : { view: { shape, strides: rowMajor(shape) }, copied: true };
}

/**
 * Strides that show `view`'s memory in another shape, as PyTorch finds them:
 * axes that follow each other without a gap make a chunk, and every chunk
 * must be cut into whole new axes.
 * @returns {number[] | null}
 */
function stridesOf({ shape, strides }, wanted) {
  const found = [];
  let d = wanted.length - 1;
  let base = strides.at(-1);
  let chunk = 1;
  let cut = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    chunk *= shape[i];
    const joined = shape[i - 1] === 1 || strides[i - 1] === chunk * base;
    if (i > 0 && joined) continue;
    while (d >= 0 && (cut < chunk || wanted[d] === 1)) {
      found[d] = cut * base;
      cut *= wanted[d--];
    }
    if (cut !== chunk) return null;
    base = strides[i - 1];
    chunk = cut = 1;
  }
  return found;
}

/**
 * @param {View} view
 * @param {number} start  the first axis that is flattened
 * @returns {{view: View, copied: boolean}}
 */
export const flatten = (view, start = 1) =>
  start === view.shape.length - 1
    ? { view, copied: false }
    : reshape(view, [...view.shape.slice(0, start), -1]);

/**
 * How to move an array from one layout to another: cut its axes, permute
 * them, join them. Without blocks there is nothing to cut or to join.
 * @param {string} from
 * @param {string} to
 * @param {Sizes} sizes
 * @returns {{shape: number[], cut: number[], axes: number[], back: number[],
 *   join: number[]}} `shape` is the array's own; `back` undoes `axes`
 * @throws {Error} where a block does not divide its axis
 */
export function conversion(from, to, sizes) {
  const a = dims(from, sizes);
  const b = dims(to, sizes);
  if (a.some(({ axis }) => !b.some((dim) => dim.axis === axis)) ||
      b.some(({ axis }) => !a.some((dim) => dim.axis === axis)))
    throw new Error(`${from} and ${to} do not name the same axes`);
  // Where either layout cuts an axis, the coarsest cut first.
  const cuts = (axis) =>
    [...new Set([...a, ...b].filter((d) => d.axis === axis).map((d) => d.block))]
      .sort((x, y) => y - x);
  const parts = (dim, i, all) => {
    const outer = all.findIndex((d) => d.axis === dim.axis) === i;
    const limit = outer ? Infinity : dim.block * dim.size;
    return cuts(dim.axis)
      .filter((n) => n >= dim.block && n < limit)
      .map((n) => {
        const coarser = cuts(dim.axis).filter((m) => m > n).at(-1);
        const size = (coarser ?? sizes[dim.axis]) / n;
        if (!Number.isInteger(size))
          throw new Error(
            `${dim.axis} = ${sizes[dim.axis]} is no multiple of ${n}: pad it`
          );
        return { name: dim.axis + n, size };
      });
  };
  const before = a.flatMap(parts);
  const after = b.flatMap(parts);
  const place = (list) => (part) => list.findIndex((p) => p.name === part.name);
  return {
    shape: a.map((dim) => dim.size),
    cut: before.map((part) => part.size),
    axes: after.map(place(before)),
    back: before.map(place(after)),
    join: b.map((dim) => dim.size),
  };
}
