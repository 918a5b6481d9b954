/**
 * <layout-calculator>: strides, bytes, permutations and one line of code for
 * each framework, for any shape and two layouts.
 */
import { conversion, dims, parse, volume } from "./layout.js";

const number = new Intl.NumberFormat("en").format;
const TYPES = { float32: 4, float64: 8, float16: 2, bfloat16: 2, uint8: 1 };

/**
 * The line that moves `x` from one layout to another, for each framework.
 * @param {string} from @param {string} to  layouts
 * @param {import("./layout.js").Sizes} sizes
 * @returns {Object<string, string>} framework → code; `x` is the array in
 *   `from` and `y` becomes a row-major array in `to`
 */
export function lines(from, to, sizes) {
  const { shape, cut, axes, join } = conversion(from, to, sizes);
  const cuts = cut.join() !== shape.join();
  const joins = axes.map((i) => cut[i]).join() !== join.join();
  const tuple = (list) => `(${list.join(", ")}${list.length === 1 ? "," : ""})`;
  // x.reshape(…).transpose(…).reshape(…), as methods and as functions.
  const chain = (permute) =>
    "x" +
    (cuts ? `.reshape${tuple(cut)}` : "") +
    `.${permute}${tuple(axes)}` +
    (joins ? `.reshape${tuple(join)}` : "");
  const nested = (module, a = axes, b = cut, c = join) => {
    const inner = cuts ? `${module}.reshape(x, ${tuple(b)})` : "x";
    const turned = `${module}.transpose(${inner}, ${tuple(a)})`;
    return joins ? `${module}.reshape(${turned}, ${tuple(c)})` : turned;
  };
  const found = {
    NumPy: `y = np.ascontiguousarray(${chain("transpose")})`,
    PyTorch: `y = ${chain("permute")}.contiguous()`,
    TensorFlow: `y = ${nested("tf")}`,
    Keras: `y = ${nested("keras.ops")}`,
    JAX: `y = ${nested("jnp")}`,
  };
  // To CNTK the batch is no axis that can be moved.
  const [a, b] = [parse(from), parse(to)];
  const batched = a.order[0] === "N" && b.order[0] === "N" &&
    ![...a.blocks, ...b.blocks].some(({ axis }) => axis === "N");
  if (!a.order.includes("N")) found.CNTK = `y = ${nested("C")}`;
  else if (batched) {
    const rest = axes.slice(1).map((i) => i - 1);
    found.CNTK = `y = ${nested("C", rest, cut.slice(1), join.slice(1))}`;
  }
  return found;
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
  return Object.fromEntries(order.map((axis, i) => [axis, shape[i]]));
}

const TEMPLATE = `
<form class="lx-row" spellcheck="false" autocomplete="off">
  <label>From <input name="from" size="9"></label>
  <label>Sizes of its axes <input name="shape" size="14"></label>
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
      const sizes = shape.value.trim().replace(/\D+/g, ".");
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
      const numbers = shape.value.trim().split(/[^\d.-]+/).map(Number);
      const sizes = sizesFor(a, b, numbers);
      this.table([a, b], sizes, TYPES[type.value]);
      const { axes, back } = conversion(a, b, sizes);
      this.querySelector("[data-is=axes]").textContent =
        `Axes from ${a} to ${b}: ${axes.join(", ")}. ` +
        `And back: ${back.join(", ")}.`;
      this.code(a, b, sizes);
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
    found.CNTK ??= "CNTK keeps the batch in front: move it before, in NumPy.";
    const plain = `${from} ${to}`.toUpperCase();
    if (plain === "NCHW NHWC" || plain === "OIHW OHWI")
      found["PyTorch, same shape"] =
        "y = x.to(memory_format=torch.channels_last)";
    const list = this.querySelector(".lx-code");
    list.replaceChildren(...Object.entries(found).flatMap(([name, line]) => {
      const term = document.createElement("dt");
      term.textContent = name;
      const said = document.createElement("dd");
      if (line.startsWith("y =")) {
        const code = said.appendChild(document.createElement("code"));
        code.textContent = line;
        code.tabIndex = 0;
      } else said.textContent = line;
      return [term, said];
    }));
  }
}

customElements.define("layout-calculator", LayoutCalculator);
