/**
 * The explorer's canvases. Every function draws all of its picture anew, in
 * CSS pixels.
 */
import { indexAt, inside, offset } from "./layout.js";

/** Numbers in a 64-byte cache line of float32, and so cells in a row. */
export const PER_LINE = 16;
/** Cache lines in the close view of memory. */
export const ROWS = 16;
/** Squares in a row of the whole memory, and rows at most. */
const MAP = { columns: 64, rows: 16 };

/**
 * @typedef {object} Look
 * @property {boolean} dark
 * @property {string} ink  text
 * @property {string} accent  what is touched
 *
 * @param {Element} element @returns {Look} the colours that the page has now
 */
export function look(element) {
  const style = getComputedStyle(element);
  return {
    dark: document.body.dataset.mdColorScheme === "slate",
    ink: style.color,
    accent: style.getPropertyValue("--md-accent-fg-color"),
  };
}

/** @returns {string} the colour of a place along an axis; grey for padding */
function colour(place, size, dark, faded) {
  const share = size > 1 ? place / (size - 1) : 0;
  const light = dark ? 0.36 + 0.2 * share : 0.9 - 0.22 * share;
  const chroma = place < size ? (faded ? 0.05 : 0.1) : 0;
  return `oklch(${light} ${chroma} ${260 - 230 * share})`;
}

/** Fit the canvas to its box and `height`; returns a cleared context. */
function sheet(canvas, height) {
  const width = canvas.clientWidth;
  const scale = devicePixelRatio || 1;
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.height = `${height}px`;
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width };
}

const box = (pen, colour, x, y, w, h, thick = 2) => {
  pen.strokeStyle = colour;
  pen.lineWidth = thick;
  pen.strokeRect(x + thick / 2, y + thick / 2, w - thick, h - thick);
};

const GUTTER = 46;

/**
 * Where a pointer is in the close view of memory.
 * @param {HTMLCanvasElement} canvas
 * @param {number} x @param {number} y  CSS pixels in the canvas
 * @param {number} top  the first line in view
 * @returns {number | null} an offset, or null left of the cells
 */
export function cellAt(canvas, x, y, top) {
  const side = (canvas.clientWidth - GUTTER) / PER_LINE;
  const column = Math.floor((x - GUTTER) / side);
  const row = Math.floor(y / side);
  if (column < 0 || column >= PER_LINE || row < 0 || row >= ROWS) return null;
  return (top + row) * PER_LINE + column;
}

/**
 * Memory close to: a row for each cache line, a cell for each number.
 * @param {HTMLCanvasElement} canvas
 * @param {object} scene  dims, sizes, by, volume, offset, top, touched (a Set
 *   of offsets), touchedLines
 * @param {Look} look
 */
export function drawMemory(canvas, scene, look) {
  const side = (canvas.clientWidth - GUTTER) / PER_LINE;
  const { pen } = sheet(canvas, side * ROWS);
  const { dims, sizes, by, touched, touchedLines } = scene;
  pen.textBaseline = "middle";
  for (let row = 0; row < ROWS; row++) {
    const line = scene.top + row;
    if (line * PER_LINE >= scene.volume) break;
    const y = row * side;
    const hit = touchedLines.has(line);
    pen.textAlign = "right";
    pen.font = `${hit ? "bold " : ""}11px ui-monospace, monospace`;
    pen.fillStyle = hit ? look.accent : look.ink;
    pen.fillText(line, GUTTER - 8, y + side / 2);
    if (hit) pen.fillRect(GUTTER - 5, y + 1, 3, side - 2);
    pen.textAlign = "center";
    pen.font = `${Math.min(11, side * 0.48)}px ui-monospace, monospace`;
    for (let column = 0; column < PER_LINE; column++) {
      const at = line * PER_LINE + column;
      if (at >= scene.volume) break;
      const x = GUTTER + column * side;
      const index = indexAt(dims, at);
      const real = inside(index, sizes);
      const on = touched.has(at);
      pen.fillStyle = colour(
        real ? index[by] : Infinity, sizes[by], look.dark, touched.size && !on
      );
      pen.fillRect(x, y, side - 1, side - 1);
      pen.fillStyle = look.dark ? "#fff" : "#111";
      pen.fillText(real ? index[by] : "·", x + side / 2, y + side / 2);
      if (on) box(pen, look.accent, x, y, side - 1, side - 1);
    }
  }
  const place = scene.offset - scene.top * PER_LINE;
  const x = GUTTER + (place % PER_LINE) * side;
  const y = Math.floor(place / PER_LINE) * side;
  box(pen, look.ink, x - 1, y - 1, side + 1, side + 1, 3);
}

/** @param {number} volume @returns {number} cache lines a square stands for */
export const linesPerSquare = (volume) =>
  Math.ceil(volume / PER_LINE / (MAP.columns * MAP.rows));

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} x @param {number} y  CSS pixels in the canvas
 * @param {number} volume
 * @returns {number} the offset where the square there begins
 */
export function squareAt(canvas, x, y, volume) {
  const side = canvas.clientWidth / MAP.columns;
  const column = Math.min(MAP.columns - 1, Math.max(0, Math.floor(x / side)));
  const square = Math.max(0, Math.floor(y / side)) * MAP.columns + column;
  const at = square * linesPerSquare(volume) * PER_LINE;
  return Math.min(at, Math.floor((volume - 1) / PER_LINE) * PER_LINE);
}

const kept = new WeakMap();

/**
 * All of memory: a square for one cache line or, of a large tensor, more.
 * @param {HTMLCanvasElement} canvas
 * @param {object} scene  as drawMemory's, and `key`, which tells one tensor
 *   and layout from another
 * @param {Look} look
 */
export function drawMap(canvas, scene, look) {
  const side = canvas.clientWidth / MAP.columns;
  const per = linesPerSquare(scene.volume);
  const count = Math.ceil(scene.volume / PER_LINE / per);
  const height = Math.ceil(count / MAP.columns) * side;
  const { pen, width } = sheet(canvas, height);
  /** @returns {[number, number]} its corner */
  const square = (i) =>
    [(i % MAP.columns) * side, Math.floor(i / MAP.columns) * side];

  // The squares stay while a pointer moves: they are drawn once and kept.
  const key = [scene.key, scene.by, look.dark, canvas.width].join();
  if (kept.get(canvas)?.key !== key) {
    const sheetOf = document.createElement("canvas");
    sheetOf.width = canvas.width;
    sheetOf.height = canvas.height;
    const draft = sheetOf.getContext("2d");
    draft.scale(canvas.width / width, canvas.width / width);
    for (let i = 0; i < count; i++) {
      const index = indexAt(scene.dims, i * per * PER_LINE);
      draft.fillStyle = colour(
        index[scene.by], scene.sizes[scene.by], look.dark, false
      );
      draft.fillRect(...square(i), side - 0.5, side - 0.5);
    }
    kept.set(canvas, { key, sheetOf });
  }
  pen.drawImage(kept.get(canvas).sheetOf, 0, 0, width, height);

  pen.fillStyle = look.accent;
  for (const line of scene.touchedLines)
    pen.fillRect(...square(Math.floor(line / per)), side - 0.5, side - 0.5);
  const at = Math.floor(scene.offset / PER_LINE / per);
  const [x, y] = square(at);
  box(pen, look.ink, x - 1.5, y - 1.5, side + 3, side + 3);
}

/**
 * The two axes of `plane`, with the others as the index has them.
 * @param {HTMLCanvasElement} canvas
 * @param {object} scene  as drawMemory's, and plane, index
 * @param {Look} look
 */
export function drawPlane(canvas, scene, look) {
  const [down, across] = scene.plane;
  const { sizes, by, index, touched, dims } = scene;
  const side = Math.min(canvas.clientWidth / sizes[across], 24);
  const { pen } = sheet(canvas, side * sizes[down]);
  for (let i = 0; i < sizes[down]; i++)
    for (let j = 0; j < sizes[across]; j++) {
      const here = { ...index, [down]: i, [across]: j };
      const on = touched.has(offset(dims, here));
      pen.fillStyle = colour(here[by], sizes[by], look.dark, touched.size && !on);
      pen.fillRect(j * side, i * side, side - 1, side - 1);
      if (on) box(pen, look.accent, j * side, i * side, side - 1, side - 1);
    }
  box(
    pen, look.ink, index[across] * side - 1, index[down] * side - 1,
    side + 1, side + 1, 3
  );
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} x @param {number} y  CSS pixels in the canvas
 * @param {object} scene  as drawPlane's
 * @returns {Object<string, number>} the plane's two axes under the pointer
 */
export function planeAt(canvas, x, y, { plane: [down, across], sizes }) {
  const side = Math.min(canvas.clientWidth / sizes[across], 24);
  const clamp = (n, size) =>
    Math.max(0, Math.min(size - 1, Math.floor(n / side)));
  return { [down]: clamp(y, sizes[down]), [across]: clamp(x, sizes[across]) };
}

/**
 * A grey picture, side×side values of 0 to 255.
 * @param {HTMLCanvasElement} canvas @param {Uint8Array} values
 */
export function drawPicture(canvas, values) {
  const side = Math.sqrt(values.length);
  canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(side, side);
  values.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
  pen.putImageData(image, 0, 0);
}
