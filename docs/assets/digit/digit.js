// Draw a digit, and see every layer of the ConvNet; then break it.
import { BREAKS, run } from "./breaks.js";
import { explain, LAYERS, sum } from "./explain.js";
import { DIGEST, LABELS, SAMPLES } from "./facts.js";
import { read } from "./network.js";
import { prepare } from "./prepare.js";

/** @typedef {import("./network.js").Weights} Weights */
/** @typedef {import("./explain.js").Place} Place */

const place = /** @type {HTMLElement} */ (document.querySelector(".digit"));
/** @type {<T extends Element = HTMLElement>(what: string) => T} */
const $ = (what) => /** @type {any} */ (place.querySelector(what));
const board = /** @type {HTMLCanvasElement} */ ($("canvas.board"));
const says = $(".says"), work = $(".work"), counter = $(".counter");
const own = new URL(".", import.meta.url);

/** @type {import("./prepare.js").Stroke[]} */
let strokes = [];
/** @type {Float32Array | null} */
let image = null;
/** @type {Weights | null} */
let weights = null;
/** @type {ReturnType<typeof run> | null} */
let seen = null;
/** @type {Place | null} */
let picked = null;
let broken = "none";

const number = (/** @type {number} */ value, digits = 3) =>
  value.toFixed(digits).replace("-", "−").replace(/^−(0\.?0*)$/, "$1");
const percent = (/** @type {number} */ share) => `${number(100 * share, 1)} %`;

/**
 * The file of weights, once, if it is the very one that was trained.
 * @type {Promise<Weights> | null}
 */
let coming = null;
const fetched = () => coming ??= (async () => {
  const answer = await fetch(new URL("weights.safetensors", own));
  if (!answer.ok) throw new Error(`The weights: ${answer.status}.`);
  const file = await answer.arrayBuffer();
  // Browsers hash on https and on localhost alone.
  if (crypto.subtle) {
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", file));
    const hex = [...hash].map((b) => b.toString(16).padStart(2, "0")).join("");
    if (hex !== DIGEST)
      throw new Error("The weights are not the file that was trained.");
  }
  return read(file);
})();

/** @type {Promise<Float32Array[]> | null} */
let tests = null;
/** The 1,000 test digits, out of one picture. */
const testDigits = () => tests ??= (async () => {
  const answer = await fetch(new URL("tests.png", own));
  const picture = await createImageBitmap(
    await answer.blob(), { colorSpaceConversion: "none" });
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const paint = /** @type {OffscreenCanvasRenderingContext2D} */ (
    canvas.getContext("2d", { willReadFrequently: true }));
  paint.drawImage(picture, 0, 0);
  const across = picture.width / 28;
  return [...LABELS].map((_, n) => {
    const { data } = paint.getImageData(
      28 * (n % across), 28 * Math.floor(n / across), 28, 28);
    return Float32Array.from({ length: 784 }, (_, i) => data[4 * i] / 255);
  });
})();

/** @type {[string, string]} */
let paints = ["", ""];
function colours() {
  const style = getComputedStyle(document.body);
  paints = [
    style.getPropertyValue("--surface"), style.getPropertyValue("--signal")];
}

/**
 * A layer's maps as tiles, as bright as each number is of the largest.
 * @param {string} name
 */
function tiles(name) {
  const canvas = /** @type {HTMLCanvasElement} */ (
    $(`canvas[data-layer=${name}]`));
  const { side, channels } = /** @type {any} */ (LAYERS)[name];
  const values = seen?.layers[/** @type {"conv1"} */ (name)];
  const columns = Math.round((canvas.width + 1) / (side + 1));
  const paint = /** @type {CanvasRenderingContext2D} */ (
    canvas.getContext("2d"));
  paint.clearRect(0, 0, canvas.width, canvas.height);
  const most = values ? Math.max(...values) || 1 : 1;
  for (let c = 0; c < channels; c++) {
    const left = (c % columns) * (side + 1);
    const top = Math.floor(c / columns) * (side + 1);
    paint.globalAlpha = 1;
    paint.fillStyle = paints[0];
    paint.fillRect(left, top, side, side);
    paint.fillStyle = paints[1];
    for (let n = 0; values && n < side * side; n++) {
      const value = values[n * channels + c];
      if (value <= 0) continue;
      paint.globalAlpha = value / most;
      paint.fillRect(left + n % side, top + Math.floor(n / side), 1, 1);
    }
  }
  if (picked?.name === name) {
    const left = (picked.c % columns) * (side + 1) + picked.w;
    const top = Math.floor(picked.c / columns) * (side + 1) + picked.h;
    paint.globalAlpha = 1;
    paint.strokeStyle = getComputedStyle(document.body).color;
    paint.strokeRect(left - 0.5, top - 0.5, 2, 2);
  }
}

function bars() {
  const chances = seen?.probabilities ?? new Float32Array(10);
  const best = chances.indexOf(Math.max(...chances));
  $(".bars").querySelectorAll("button").forEach((bar, n) => {
    bar.style.setProperty("--share", String(chances[n]));
    bar.classList.toggle("best", !!seen && n === best);
    bar.setAttribute("aria-pressed", String(
      picked?.name === "logits" && picked.c === n));
    /** @type {any} */ (bar.lastElementChild).textContent =
      seen ? (100 * chances[n]).toFixed(0) : "";
  });
}

/** The still pictures give way to what is computed, in their places. */
function enliven() {
  for (const still of place.querySelectorAll("img.maps")) {
    const canvas = /** @type {HTMLElement} */ (still.nextElementSibling);
    still.remove();
    canvas.hidden = false;
  }
}

function show() {
  if (seen) enliven();
  colours();
  for (const name of Object.keys(LAYERS)) if (name !== "logits") tiles(name);
  bars();
  sentence();
  takeApart();
}

function sentence() {
  const { error } = BREAKS[broken];
  if (error) says.textContent = error;
  else if (!seen) says.textContent = "Draw, or take one of these.";
  else {
    const best = Math.max(...seen.probabilities);
    says.textContent =
      `It reads ${seen.probabilities.indexOf(best)}, ${percent(best)} sure.`;
  }
}

/** A number that was clicked, as arithmetic. */
function takeApart() {
  work.hidden = !(picked && seen && weights);
  if (!picked || !seen || !weights) return;
  const { groups, bias, value } = explain(changed(), seen.layers, picked);
  const { name, h, w, c } = picked;
  const where = name === "logits" ? `the logit of ${c}`
    : name === "image" ? `pixel (${h}, ${w})`
    : `${name}, map ${c}, row ${h}, column ${w}`;
  const title = document.createElement("p");
  title.append(`${where[0].toUpperCase()}${where.slice(1)}: `);
  title.append(Object.assign(
    document.createElement("strong"), { textContent: number(value) }));
  work.replaceChildren(title);
  if (!groups.length) return;
  const terms = groups.flatMap((group) => group.terms);
  const line = document.createElement("p");
  line.className = "sum";
  if (bias === null)
    line.textContent =
      `max(${terms.map(({ x }) => number(x)).join(", ")}) = ${number(value)}`;
  else {
    const total = sum(terms), before = total + bias;
    line.textContent =
      `${terms.length.toLocaleString("en")} products, together `
      + `${number(total)}; bias ${number(bias)}; sum ${number(before)}`
      + (name === "logits" ? "" : `; ReLU ${number(Math.max(before, 0))}`);
  }
  work.append(line);
  if (groups.length > 1) work.append(choice(groups));
  else if (bias !== null) work.append(products(groups[0]));
}

/**
 * The groups, each with its sum; the chosen one's products below.
 * @param {import("./explain.js").Group[]} groups
 */
function choice(groups) {
  const box = document.createElement("div");
  const list = box.appendChild(document.createElement("div"));
  list.className = "groups";
  const sums = groups.map((group) => sum(group.terms));
  const most = Math.max(...sums.map(Math.abs)) || 1;
  const first = sums.indexOf(
    sums.reduce((a, b) => Math.abs(b) > Math.abs(a) ? b : a));
  /** @type {(n: number) => void} */
  const choose = (n) => {
    [...list.children].forEach((button, i) =>
      button.setAttribute("aria-pressed", String(i === n)));
    box.replaceChildren(list, products(groups[n]));
  };
  groups.forEach((group, n) => {
    const button = list.appendChild(document.createElement("button"));
    button.type = "button";
    button.title = group.label;
    button.ariaLabel = `${group.label}: ${number(sums[n])}`;
    button.textContent = number(sums[n], 2);
    button.style.setProperty("--share", String(Math.abs(sums[n]) / most));
    button.classList.toggle("minus", sums[n] < 0);
    button.addEventListener("click", () => choose(n));
  });
  choose(first);
  return box;
}

/**
 * A window: each number, its weight, their product.
 * @param {import("./explain.js").Group} group
 */
function products({ label, terms }) {
  const table = document.createElement("table");
  const side = Math.round(Math.sqrt(terms.length));
  const caption = table.createCaption();
  caption.textContent = `${label}, number × weight: ${number(sum(terms))}`;
  for (let i = 0; i < side; i++) {
    const row = table.insertRow();
    for (const { x, k = 1 } of terms.slice(i * side, (i + 1) * side)) {
      const cell = row.insertCell();
      cell.classList.toggle("zero", x === 0);
      const text = side > 3 ? number(x * k, 2)
        : `${number(x, 2)} × ${number(k, 2)}`;
      cell.textContent = text;
    }
  }
  table.className = side > 3 ? "window many" : "window";
  return table;
}

const changed = () =>
  BREAKS[broken].weights?.(/** @type {Weights} */ (weights))
  ?? /** @type {Weights} */ (weights);

/** Runs the network on what is there. */
async function compute() {
  if (!image) return;
  try {
    weights ??= await fetched();
  } catch (error) {
    coming = null;
    says.textContent = /** @type {Error} */ (error).message;
    return;
  }
  if (!image) return;
  seen = BREAKS[broken].error ? null
    : run(changed(), image, BREAKS[broken]);
  show();
}

function redraw() {
  const pen = /** @type {CanvasRenderingContext2D} */ (board.getContext("2d"));
  pen.clearRect(0, 0, board.width, board.height);
  pen.lineWidth = board.width / 14;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = getComputedStyle(document.body).color;
  for (const stroke of strokes) {
    pen.beginPath();
    for (const [x, y] of [stroke[0], ...stroke])
      pen.lineTo(x * board.width, y * board.height);
    pen.stroke();
  }
  if (cursor) {
    pen.lineWidth = 2;
    pen.strokeStyle = getComputedStyle(document.body)
      .getPropertyValue("--signal");
    pen.beginPath();
    pen.arc(cursor[0] * board.width, cursor[1] * board.height, 10, 0, 7);
    pen.stroke();
  }
}

/** A stroke more, or fewer. */
function drawn() {
  redraw();
  image = strokes.length ? prepare(strokes) : null;
  if (!image) {
    seen = picked = null;
    show();
  }
  return compute();
}

/** @param {PointerEvent} event @returns {[number, number]} */
const point = (event) => {
  const box = board.getBoundingClientRect();
  return [
    (event.clientX - box.left) / box.width,
    (event.clientY - box.top) / box.height,
  ];
};
board.addEventListener("pointerdown", (event) => {
  board.setPointerCapture(event.pointerId);
  cursor = null;
  if (image && !strokes.length) image = null;
  strokes.push([point(event)]);
  drawn();
});
board.addEventListener("pointermove", (event) => {
  if (!board.hasPointerCapture(event.pointerId)) return;
  strokes[strokes.length - 1].push(point(event));
  drawn();
});

// By keyboard: arrows move the pen, Space puts it down and lifts it.
/** @type {[number, number] | null} */
let cursor = null;
let down = false;
/** @type {{[key: string]: [number, number]}} */
const MOVES = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};
board.addEventListener("keydown", (event) => {
  const move = MOVES[event.key];
  if (!move && event.key !== " ") return;
  event.preventDefault();
  cursor ??= [0.5, 0.3];
  if (move) {
    const at = cursor.map((value, n) =>
      Math.min(0.95, Math.max(0.05, value + move[n] * 0.05)));
    cursor = [at[0], at[1]];
    if (down) strokes[strokes.length - 1].push([...cursor]);
  } else {
    down = !down;
    if (down) strokes.push([[...cursor]]);
  }
  drawn();
});
board.addEventListener("blur", () => {
  cursor = null;
  down = false;
  redraw();
});

$(".undo").addEventListener("click", () => {
  strokes.pop();
  drawn();
});
$(".clear").addEventListener("click", () => {
  strokes = [];
  down = false;
  drawn();
});

let taking = 0;
$(".samples").querySelectorAll("button").forEach((button, n) =>
  button.addEventListener("click", async () => {
    strokes = [];
    const turn = ++taking;
    const digits = await testDigits();
    // Meanwhile another was taken, or a stroke drawn.
    if (turn !== taking || strokes.length) return;
    redraw();
    image = digits[SAMPLES[n]];
    const pen = /** @type {CanvasRenderingContext2D} */ (
      board.getContext("2d"));
    pen.fillStyle = getComputedStyle(document.body).color;
    const pixel = board.width / 28;
    image.forEach((value, i) => {
      pen.globalAlpha = value;
      pen.fillRect((i % 28) * pixel, Math.floor(i / 28) * pixel, pixel, pixel);
    });
    pen.globalAlpha = 1;
    compute();
  }));

/** @param {Place} next */
function pick(next) {
  picked = next;
  show();
}
for (const canvas of place.querySelectorAll("canvas[data-layer]")) {
  const sheet = /** @type {HTMLCanvasElement} */ (canvas);
  const name = /** @type {string} */ (sheet.dataset.layer);
  const { side, channels } = /** @type {any} */ (LAYERS)[name];
  const columns = Math.round((sheet.width + 1) / (side + 1));
  sheet.addEventListener("click", (event) => {
    const box = sheet.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * sheet.width;
    const y = (event.clientY - box.top) / box.height * sheet.height;
    const c = Math.floor(y / (side + 1)) * columns + Math.floor(x / (side + 1));
    const inside = (/** @type {number} */ at) =>
      Math.min(side - 1, Math.floor(at % (side + 1)));
    if (seen && c < channels) pick({ name, h: inside(y), w: inside(x), c });
  });
  // Arrows move the number that is taken apart, Page Up and Down the map.
  sheet.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    const map = { PageUp: -1, PageDown: 1 }[event.key] ?? 0;
    if (!seen || !(move || map || event.key === "Enter")) return;
    event.preventDefault();
    const now = picked?.name === name ? picked
      : { name, h: side >> 1, w: side >> 1, c: 0 };
    const wrap = (/** @type {number} */ n, /** @type {number} */ of) =>
      (n + of) % of;
    pick({
      name,
      h: wrap(now.h + (move?.[1] ?? 0), side),
      w: wrap(now.w + (move?.[0] ?? 0), side),
      c: wrap(now.c + map, channels),
    });
  });
}
$(".bars").querySelectorAll("button").forEach((bar, c) =>
  bar.addEventListener("click", () =>
    seen && pick({ name: "logits", h: 0, w: 0, c })));

// The count over the test digits: at once from its record, then computed
// here, some digits at a time.
let counting = 0;
async function count() {
  const turn = ++counting;
  const mistake = BREAKS[broken];
  const chosen = /** @type {HTMLInputElement} */ ($("input:checked"));
  counter.textContent = `Recorded: ${chosen.dataset.record}.`;
  if (mistake.error) return;
  const [w, digits] = await Promise.all([fetched(), testDigits()]);
  weights ??= w;
  const wrong = changed();
  let right = 0, sure = 0;
  for (let n = 0; n < digits.length; n++) {
    if (turn !== counting) return;
    const { probabilities } = run(wrong, digits[n], mistake);
    const best = Math.max(...probabilities);
    right += Number(probabilities.indexOf(best) === Number(LABELS[n]));
    sure += best;
    if (n % 5 === 4) {
      counter.textContent = `${right} of ${n + 1} test digits right, on the `
        + `average ${percent(sure / (n + 1))} sure`
        + (n + 1 < digits.length ? " …" : ", computed here.");
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
}
$(".breaks").addEventListener("change", (event) => {
  broken = /** @type {HTMLInputElement} */ (event.target).value;
  compute();
  sentence();
  count();
});

place.classList.add("live");
colours();
const start = /** @type {HTMLButtonElement} */ ($(".samples button.still"));
new MutationObserver(() => {
  redraw();
  show();
}).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
// What the still picture showed is computed when the reader comes near.
place.addEventListener("pointerenter", () => seen || start.click(),
  { once: true });
place.addEventListener("focusin", () => seen || image || start.click(),
  { once: true });
