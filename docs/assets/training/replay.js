// A hundred recorded steps: scrub them.

/** @typedef {{ losses: {[slug: string]: number[]}, reference: string,
 *   kernel_scale: number, kernels: string, answers: string, sure: string,
 *   labels: number[] }} Record */

const place = /** @type {HTMLElement} */ (document.querySelector(".replay"));
/** @type {<T extends Element = HTMLElement>(what: string) => T} */
const $ = (what) => /** @type {any} */ (place.querySelector(what));
const form = /** @type {HTMLFormElement} */ ($("form"));
const slider = /** @type {HTMLInputElement} */ ($("input"));
const button = $("button");
const own = new URL(".", import.meta.url);

const bytes = (/** @type {string} */ text) =>
  Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** @type {Promise<Record> | null} */
let coming = null;
const fetched = () => coming ??=
  fetch(/** @type {string} */ (place.dataset.record)).then((a) => a.json());

/**
 * The kernels of a step: amber is positive, blue negative.
 * @param {Int8Array} kernels
 * @param {number} step
 */
function draw(kernels, step) {
  const canvas = /** @type {HTMLCanvasElement} */ ($("canvas"));
  const paint = /** @type {CanvasRenderingContext2D} */ (
    canvas.getContext("2d"));
  const style = getComputedStyle(document.body);
  paint.clearRect(0, 0, canvas.width, canvas.height);
  for (let n = 0; n < 288; n++) {
    const value = kernels[288 * step + n], k = n % 32, at = (n - k) / 32;
    paint.globalAlpha = Math.abs(value) / 127;
    paint.fillStyle = style.getPropertyValue(value > 0 ? "--signal" : "--minus");
    paint.fillRect(
      4 * (k % 16) + at % 3, 4 * (k >> 4) + Math.floor(at / 3), 1, 1);
  }
}

/**
 * The test digits that are read wrong, each with the answer.
 * @param {Record} record
 * @param {number} step
 */
function wrong(record, step) {
  const { labels } = record, count = labels.length;
  const [answers, sure] = [record.answers, record.sure].map((text) =>
    bytes(text).subarray(count * step, count * (step + 1)));
  const missed = labels.map((_, n) => n).filter((n) => answers[n] !== labels[n]);
  $(".wrong").textContent =
    `${count - missed.length} of ${count} test digits right. Wrong, with the `
    + "answer and how sure it is:";
  $(".digits").replaceChildren(...missed.slice(0, 60).map((n) => {
    const box = document.createElement("span");
    const picture = box.appendChild(document.createElement("i"));
    picture.style.setProperty("--x", String(n % 20));
    picture.style.setProperty("--y", String(Math.floor(n / 20)));
    box.append(`${answers[n]}, ${Math.round(sure[n] / 2.55)} %`);
    box.title = `A ${labels[n]}, read as ${answers[n]}`;
    return box;
  }), missed.length > 60 ? `and ${missed.length - 60} more` : "");
}

async function show() {
  const step = slider.valueAsNumber;
  const record = await fetched();
  if (step !== slider.valueAsNumber) return;
  for (const still of place.querySelectorAll(".kernels.still"))
    /** @type {HTMLElement} */ (still).hidden = true;
  $(".seen").hidden = false;
  draw(new Int8Array(bytes(record.kernels).buffer), step);
  wrong(record, step);
  const cursor = $(".curves .cursor");
  cursor.setAttribute("transform", `translate(${5.2 * step} 0)`);
  cursor.classList.add("on");
  const right = record.losses[record.reference][step - 1];
  let most = 0;
  for (const item of place.querySelectorAll("li[data-slug]")) {
    const slug = /** @type {HTMLElement} */ (item).dataset.slug ?? "";
    const loss = record.losses[slug][step - 1];
    most = Math.max(most, Math.abs(loss - right));
    /** @type {HTMLElement} */ (item.querySelector("output")).textContent =
      step ? loss.toFixed(6) : "";
  }
  // Said when it rests, not at every frame.
  if (!playing)
    $("form output").textContent = step
      ? `${step}: loss ${right.toFixed(4)}, no two further than `
        + `${(2 * most).toPrecision(1)} apart`
      : "0: before the first step";
}

let playing = 0;
function stop() {
  cancelAnimationFrame(playing);
  playing = 0;
  button.textContent = "Play";
  keep();
  show();
}
function keep() {
  const address = new URL(location.href);
  address.searchParams.set("step", slider.value);
  history.replaceState(history.state, "", address);
}

button.addEventListener("click", () => {
  if (playing) return stop();
  if (slider.value === slider.max) slider.value = "0";
  button.textContent = "Pause";
  let last = 0;
  const next = (/** @type {number} */ now) => {
    if (now - last > 80) {
      last = now;
      slider.stepUp();
      show();
    }
    if (slider.value === slider.max) stop();
    else playing = requestAnimationFrame(next);
  };
  playing = requestAnimationFrame(next);
});
slider.addEventListener("input", show);
slider.addEventListener("change", keep);

form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
const asked = new URLSearchParams(location.search).get("step");
if (asked && /^\d+$/.test(asked)) {
  slider.value = asked;
  show();
}
