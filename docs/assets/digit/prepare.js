// A drawing as MNIST's digits are: its longer side 20 of 28 pixels, grey at
// the edges, the centre of its mass in the middle.

/** @typedef {[number, number][]} Stroke  points x, y, in any unit */

const SIDE = 28, BOX = 20, FINE = 4;
// A stroke is drawn anew, as wide as MNIST's are: a pen's width is no matter.
const PEN = 2.4;

/**
 * How much ink lies on each pixel, the drawing moved by (x, y) and scaled.
 * @param {Stroke[]} strokes
 * @param {number} scale
 * @param {number} x
 * @param {number} y
 */
function ink(strokes, scale, x, y) {
  const canvas = new OffscreenCanvas(SIDE * FINE, SIDE * FINE);
  const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (
    canvas.getContext("2d", { willReadFrequently: true }));
  pen.scale(FINE, FINE);
  pen.lineWidth = PEN;
  pen.lineCap = pen.lineJoin = "round";
  for (const stroke of strokes) {
    pen.beginPath();
    for (const [left, top] of [stroke[0], ...stroke])
      pen.lineTo(left * scale + x, top * scale + y);
    pen.stroke();
  }
  const { data } = pen.getImageData(0, 0, SIDE * FINE, SIDE * FINE);
  const image = new Float32Array(SIDE * SIDE);
  for (let n = 0; n < SIDE * FINE * SIDE * FINE; n++) {
    const row = Math.floor(n / (SIDE * FINE) / FINE);
    const column = Math.floor((n % (SIDE * FINE)) / FINE);
    image[row * SIDE + column] += data[4 * n + 3] / 255 / FINE / FINE;
  }
  return image;
}

/**
 * 28×28 numbers from 0 to 1; zeros where nothing is drawn.
 * @param {Stroke[]} strokes
 */
export function prepare(strokes) {
  const points = strokes.flat();
  if (!points.length) return new Float32Array(SIDE * SIDE);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
  const scale = (BOX - PEN) / Math.max(width, height, 1e-9);
  // A dot has no size: it stays one.
  const zoom = Math.max(width, height) ? scale : 0;
  const x = SIDE / 2 - (left + width / 2) * zoom;
  const y = SIDE / 2 - (top + height / 2) * zoom;
  const first = ink(strokes, zoom, x, y);
  let mass = 0, across = 0, down = 0;
  first.forEach((value, n) => {
    mass += value;
    across += value * (n % SIDE + 0.5);
    down += value * (Math.floor(n / SIDE) + 0.5);
  });
  return ink(
    strokes, zoom, x + SIDE / 2 - across / mass, y + SIDE / 2 - down / mass);
}
