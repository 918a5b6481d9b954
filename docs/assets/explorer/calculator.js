/**
 * <layout-calculator>: strides, bytes, permutations and one line of code for
 * each framework, for any shape and two layouts.
 */
import { ARRAYS } from "./frameworks.js";
import { conversion, dims, parse, volume } from "./layout.js";

const number = new Intl.NumberFormat("en").format;
const TYPES = { float32: 4, float64: 8, float16: 2, bfloat16: 2, uint8: 1 };

/**
 * The line that moves `x` from one layout to another, for each framework.
 * @param {string} from @param {string} to  layouts
 * @param {import("./layout.js").Sizes} sizes
 * @returns {Object<string, string>} framework's folder → code; `x` is the
 *   array in `from` and `y` becomes a row-major array in `to`. One that keeps
 *   the batch in front, and cannot here, is left out.
 */
export function lines(from, to, sizes) {
  const { shape, cut, axes, join } = conversion(from, to, sizes);
  const cuts = cut.join() !== shape.join();
  const joins = axes.map((i) => cut[i]).join() !== join.join();
  const tuple = (list) => `(${list.join(", ")}${list.length === 1 ? "," : ""})`;
  // x.reshape(…).transpose(…).reshape(…), as methods and as functions.
  const chain = (permute, a, b, c) =>
    "x" +
    (cuts ? `.reshape${tuple(b)}` : "") +
    `.${permute}${tuple(a)}` +
    (joins ? `.reshape${tuple(c)}` : "");
  const nested = (module, a, b, c) => {
    const inner = cuts ? `${module}.reshape(x, ${tuple(b)})` : "x";
    const turned = `${module}.transpose(${inner}, ${tuple(a)})`;
    return joins ? `${module}.reshape(${turned}, ${tuple(c)})` : turned;
  };
  const parsed = [parse(from), parse(to)];
  const batched = parsed[0].order.includes("N");
  const inFront = parsed.every(({ order, blocks }) =>
    order[0] === "N" && !blocks.some(({ axis }) => axis === "N"));
  /** @type {Object<string, string>} */
  const found = {};
  for (const { name, module, method, whole, batchFirst } of ARRAYS) {
    if (batchFirst && batched && !inFront) continue;
    const rest = batchFirst && batched
      ? [axes.slice(1).map((i) => i - 1), cut.slice(1), join.slice(1)]
      : [axes, cut, join];
    const line = method ? chain(method, ...rest) : nested(module, ...rest);
    found[name] = `y = ${whole.replace("{}", line)}`;
  }
  return found;
}

/**
 * The lines that move the memory alone, and leave the shape as it is.
 * @param {string} from @param {string} to  layouts
 * @returns {Object<string, string>} framework's folder → code
 */
export function sameShape(from, to) {
  const pair = `${from} ${to}`.toUpperCase();
  return Object.fromEntries(
    ARRAYS.filter((arrays) => pair in arrays.sameShape)
      .map((arrays) => [arrays.name, `y = ${arrays.sameShape[pair]}`])
  );
}

/**
 * The sizes in a shape, as a framework prints it: `torch.Size([2, 3])`,
 * `(2, 3)`, `TensorShape([2, 3])`, `float32[2,3]`, `2×3`, `2 3`.
 * @param {string} text
 * @returns {number[]}
 * @throws {Error} that says what is wrong
 */
export function sizesIn(text) {
  const inner = /[([{]+([^()[\]{}]*)[)\]}]/.exec(text);
  const words = (inner ? inner[1] : text.trim())
    .split(/\s*[,;]\s*|\s*[x×*]\s*|\s+/i).filter(Boolean);
  const open = words.find((word) => /^(none|\?|-1)$/i.test(word));
  if (open)
    throw new Error(`“${open}” is left open: put a number, such as 1`);
  const wrong = words.find((word) => !/^\d+$/.test(word));
  if (wrong) throw new Error(`“${wrong}” is no size`);
  return words.map(Number);
}

/**
 * @param {string} from @param {string} to  layouts
 * @param {number[]} shape  of the array in `from`, its blocks not cut yet: a
 *   size for each letter
 * @returns {import("./layout.js").Sizes}
 * @throws {Error} that says what is wrong
 */
export function sizesFor(from, to, shape) {
  const { order } = parse(from);
  const other = parse(to).order;
  if ([...order].sort().join() !== [...other].sort().join())
    throw new Error(`${from} and ${to} do not name the same axes`);
  if (shape.length !== order.length)
    throw new Error(
      `${from} has ${order.length} axes and the shape ${shape.length}`
    );
  if (!shape.every((n) => Number.isInteger(n) && n > 0))
    throw new Error("a size is a whole number from 1 on");
  const sizes = Object.fromEntries(order.map((axis, i) => [axis, shape[i]]));
  const most = Math.max(...[from, to].map((l) => volume(dims(l, sizes))));
  if (most > Number.MAX_SAFE_INTEGER / 8) // bytes, at most, of a number
    throw new Error("too large: beyond 2⁵³ this page cannot count exactly");
  return sizes;
}

/**
 * @param {string} name  a layout @param {import("./layout.js").Sizes} sizes
 * @returns {boolean} whether a block does not divide its axis
 */
const isPadded = (name, sizes) =>
  volume(dims(name, sizes)) > Object.values(sizes).reduce((a, b) => a * b, 1);

const TEMPLATE = `
<form class="lx-row" spellcheck="false" autocomplete="off">
  <label>From <input name="from" size="9"></label>
  <label>Sizes of its axes <input name="shape" size="28"></label>
  <label>To <input name="to" size="9"></label>
  <label>Type <select name="type">
    ${Object.keys(TYPES).map((type) => `<option>${type}`).join("")}
  </select></label>
</form>
<p class="lx-error" role="alert"></p>
<div class="lx-result">
  <div class="lx-scroll" tabindex="0" role="region" aria-label="Layouts">
    <table class="lx-table">
    <thead><tr><th>layout</th><th>shape</th><th>strides, numbers</th>
      <th>strides, bytes</th><th>memory</th></tr></thead>
    <tbody></tbody>
    </table></div>
  <p data-is="axes" class="lx-formula"></p>
  <dl class="lx-code"></dl>
</div>
`;

export class LayoutCalculator extends HTMLElement {
  connectedCallback() {
    this.innerHTML = TEMPLATE;
    const [from, shape, to, type] =
      new URLSearchParams(location.search).get("calculate")?.split("_") ?? [];
    const given = { from, shape: shape?.replaceAll(".", " "), to, type };
    const usual = {
      from: "NCHW", shape: "128 32 14 14", to: "NHWC", type: "float32",
    };
    /** @type {Object<string, any>} */
    this.fields = this.querySelector("form").elements;
    for (const [name, value] of Object.entries(usual))
      this.fields[name].value = given[name] || value;
    if (!this.fields.type.value) this.fields.type.value = "float32";
    this.addEventListener("input", () => {
      this.render();
      this.keep();
    });
    this.addEventListener("submit", (event) => event.preventDefault());
    this.render();
  }

  keep() {
    clearTimeout(this.writing);
    this.writing = setTimeout(() => {
      const { from, shape, to, type } = this.fields;
      const inner = /[([{]+([^()[\]{}]*)/.exec(shape.value);
      const sizes = (inner ? inner[1] : shape.value).trim()
        .replace(/^\D+|\D+$/g, "").replace(/\D+/g, ".");
      const own = [from.value, sizes, to.value, type.value].join("_");
      const query = new URLSearchParams(location.search);
      query.set("calculate", own);
      history.replaceState(history.state, "", `?${query}${location.hash}`);
    }, 200);
  }

  render() {
    const { from, shape, to, type } = this.fields;
    const error = this.querySelector(".lx-error");
    /** @type {HTMLElement} */
    const result = this.querySelector(".lx-result");
    try {
      const a = from.value.trim();
      const b = to.value.trim();
      const sizes = sizesFor(a, b, sizesIn(shape.value));
      this.table([a, b], sizes, TYPES[type.value]);
      const said = this.querySelector("[data-is=axes]");
      const list = this.querySelector(".lx-code");
      const padded = [a, b].filter((name) => isPadded(name, sizes));
      if (padded.length) {
        said.textContent = `${padded.join(" and ")}: padded with zeros to ` +
          "whole blocks. No permutation does that: pad the array first.";
        list.replaceChildren();
      } else {
        const { axes, back } = conversion(a, b, sizes);
        said.textContent = `Axes from ${a} to ${b}: ${axes.join(", ")}. ` +
          `And back: ${back.join(", ")}.`;
        this.code(a, b, sizes);
      }
      error.textContent = "";
      result.hidden = false;
    } catch (fault) {
      error.textContent = `${fault.message}.`;
      result.hidden = true;
    }
  }

  table(names, sizes, bytes) {
    this.querySelector("tbody").replaceChildren(...names.map((name) => {
      const found = dims(name, sizes);
      const row = document.createElement("tr");
      const strides = found.map((dim) => dim.stride);
      for (const text of [
        name,
        found.map((dim) => dim.size).join("×"),
        strides.map(number).join(" · "),
        strides.map((stride) => number(stride * bytes)).join(" · "),
        `${number(volume(found) * bytes)} bytes`,
      ])
        row.insertCell().textContent = text;
      return row;
    }));
  }

  code(from, to, sizes) {
    const found = lines(from, to, sizes);
    const kept = sameShape(from, to);
    const front = "keeps the batch in front: move it before, in NumPy.";
    const said = [
      ...ARRAYS.map(({ name, label }) =>
        [label, found[name] ?? `${label} ${front}`]),
      ...ARRAYS.filter(({ name }) => name in kept).map(({ name, label }) =>
        [`${label}, same shape`, kept[name]]),
    ];
    const list = this.querySelector(".lx-code");
    list.replaceChildren(...said.flatMap(([name, line]) => {
      const term = document.createElement("dt");
      term.textContent = name;
      const text = document.createElement("dd");
      if (line.startsWith("y =")) {
        const code = text.appendChild(document.createElement("code"));
        code.textContent = line;
        code.tabIndex = 0;
      } else text.textContent = line;
      return [term, text];
    }));
  }
}

customElements.define("layout-calculator", LayoutCalculator);
