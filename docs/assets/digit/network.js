// The ConvNet in plain JavaScript: one digit forward, height × width ×
// channels, float32; and its file of weights.

/** @typedef {{ [name: string]: Float32Array }} Weights */

/**
 * The arrays of a .safetensors file, all of them float32.
 * @param {ArrayBuffer} file
 * @returns {Weights}
 */
export function read(file) {
  const size = Number(new DataView(file).getBigUint64(0, true));
  const head = JSON.parse(new TextDecoder().decode(
    new Uint8Array(file, 8, size)));
  delete head.__metadata__;
  return Object.fromEntries(Object.entries(head).map(
    ([name, { data_offsets: [from, to] }]) =>
      [name, new Float32Array(file.slice(8 + size + from, 8 + size + to))]));
}

/**
 * Every window of 3×3, zeros around: y[h, w, o] = b[o] + Σ x · k.
 * @param {Float32Array} x  side × side × cin
 * @param {Float32Array} kernel  3 × 3 × cin × cout
 * @param {Float32Array} bias
 * @param {number} side
 */
export function conv3x3(x, kernel, bias, side) {
  const cout = bias.length, cin = x.length / side / side;
  const y = new Float32Array(side * side * cout);
  for (let h = 0; h < side; h++)
    for (let w = 0; w < side; w++) {
      const out = y.subarray((h * side + w) * cout, (h * side + w + 1) * cout);
      out.set(bias);
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 3; j++) {
          const row = h + i - 1, column = w + j - 1;
          if (row < 0 || column < 0 || row >= side || column >= side) continue;
          for (let c = 0; c < cin; c++) {
            const value = x[(row * side + column) * cin + c];
            if (value === 0) continue;  // most of a digit, half a ReLU
            const from = ((i * 3 + j) * cin + c) * cout;
            for (let o = 0; o < cout; o++) out[o] += value * kernel[from + o];
          }
        }
    }
  return y;
}

/** @param {Float32Array} x */
export const relu = (x) => x.map((value) => Math.max(value, 0));

/**
 * The largest of each 2×2.
 * @param {Float32Array} x  side × side × channels
 * @param {number} side
 */
export function maxPool(x, side) {
  const channels = x.length / side / side, half = side / 2;
  const y = new Float32Array(half * half * channels);
  for (let h = 0; h < half; h++)
    for (let w = 0; w < half; w++)
      for (let c = 0; c < channels; c++) {
        const at = (2 * h * side + 2 * w) * channels + c;
        const below = at + side * channels;
        y[(h * half + w) * channels + c] = Math.max(
          x[at], x[at + channels], x[below], x[below + channels]);
      }
  return y;
}

/**
 * @param {Float32Array} x
 * @param {Float32Array} kernel  in × out
 * @param {Float32Array} bias
 */
export function dense(x, kernel, bias) {
  const y = Float32Array.from(bias), out = bias.length;
  x.forEach((value, n) => {
    for (let o = 0; o < out; o++) y[o] += value * kernel[n * out + o];
  });
  return y;
}

/** @param {Float32Array} logits */
export function softmax(logits) {
  const powers = logits.map((one) => Math.exp(one - Math.max(...logits)));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((one) => one / sum);
}

/**
 * What every layer makes of one digit.
 * @param {Weights} w
 * @param {Float32Array} image                          28×28×1, from 0 to 1
 */
export function forward(w, image) {
  const conv1 = relu(conv3x3(                           // 28×28×32
    image, w["conv1.kernel"], w["conv1.bias"], 28));
  const pool1 = maxPool(conv1, 28);                     // 14×14×32
  const conv2 = relu(conv3x3(                           // 14×14×64
    pool1, w["conv2.kernel"], w["conv2.bias"], 14));
  const pool2 = maxPool(conv2, 14);                     // 7×7×64 = 3136
  const logits = dense(                                 // 10
    pool2, w["dense.kernel"], w["dense.bias"]);
  return { image, conv1, pool1, conv2, pool2, logits };
}
