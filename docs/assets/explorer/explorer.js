/**
 * <layout-explorer>: one tensor of the network, its layout and its memory.
 * What it shows follows from `state` alone, and the address carries the state.
 */
import * as draw from "./draw.js";
import { NAMES } from "./frameworks.js";
import * as layouts from "./layout.js";
import { apply, read, scramble, sizesOf, write } from "./state.js";
import { BATCHES, TENSORS } from "./tensors.js";

const number = new Intl.NumberFormat("en").format;
const BYTES = 4; // float32

const TEMPLATE = `
<form class="lx-row">
  <label>Tensor <select name="tensor"></select></label>
  <label>Layout <select name="layout"></select></label>
  <label>Batch <select name="batch"></select></label>
  <label>Colour and number by <select name="by"></select></label>
</form>
<dl class="lx-facts">
  <div><dt>Shape in memory</dt><dd data-is="shape"></dd></div>
  <div><dt>Strides, in numbers</dt><dd data-is="strides"></dd></div>
  <div><dt>Memory</dt><dd data-is="bytes"></dd></div>
  <div><dt>Whose order</dt><dd data-is="names"></dd></div>
</dl>
<div class="lx-stage">
  <div>
    <h3>Index</h3>
    <canvas class="lx-plane" aria-hidden="true"></canvas>
    <p class="lx-small" data-is="plane"></p>
    <div class="lx-sliders" role="group" aria-label="Index"></div>
  </div>
  <div>
    <h3>Memory</h3>
    <canvas class="lx-memory" tabindex="0" role="slider"
      aria-label="Memory: offset" aria-valuemin="0"></canvas>
    <p class="lx-small">A row is a cache line of 64 bytes, with its number on
      the left. A click keeps a place; arrow keys move by a number or by a
      line.</p>
  </div>
</div>
<p class="lx-formula"><output data-is="formula"></output></p>
<canvas class="lx-map" aria-hidden="true"></canvas>
<p class="lx-small" data-is="map"></p>
<section data-is="windows">
  <h3>The window</h3>
  <div class="lx-row">
    <label><input type="checkbox" name="window"> Show what it reads</label>
    <button type="button" data-do="back">Step back</button>
    <button type="button" data-do="step">Step</button>
    <button type="button" data-do="play">Play</button>
  </div>
  <p data-is="position" class="lx-small" aria-live="polite"></p>
  <div class="lx-scroll" tabindex="0" role="region" aria-label="Cache lines">
    <table class="lx-table">
    <thead><tr><th>layout</th><th>cache lines</th><th>new in this step</th>
      <th>of the bytes fetched, used</th></tr></thead>
    <tbody data-is="counts"></tbody>
    </table></div>
</section>
<section>
  <h3>View or copy</h3>
  <form class="lx-row" data-do="apply">
    <label>Operation <select name="op">
      <option>permute<option>contiguous<option>reshape<option>flatten
    </select></label>
    <label>Axes or sizes <input name="numbers" size="12"
      autocomplete="off" spellcheck="false"></label>
    <button>Apply</button>
    <button type="button" data-do="undo">Undo</button>
  </form>
  <p class="lx-error" role="alert"></p>
  <div class="lx-scroll" tabindex="0" role="region" aria-label="Operations">
    <table class="lx-table">
    <thead><tr><th>PyTorch</th><th>shape</th><th>strides</th><th>memory</th>
      </tr></thead>
    <tbody data-is="ops"></tbody>
    </table></div>
</section>
<section data-is="bug">
  <h3>Reshape for permute</h3>
  <div class="lx-row">
    <label>Wanted layout <select name="to"></select></label>
  </div>
  <div class="lx-pictures">
    <figure><canvas data-is="right" role="img"></canvas>
      <figcaption data-is="meant"></figcaption></figure>
    <figure><canvas data-is="wrong" role="img"></canvas>
      <figcaption data-is="written"></figcaption></figure>
  </div>
  <p class="lx-small" data-is="verdict" aria-live="polite"></p>
</section>
`;

export class LayoutExplorer extends HTMLElement {
  connectedCallback() {
    const start = performance.now();
    this.innerHTML = TEMPLATE;
    /** @type {Object<string, any>} */
    this.parts = {};
    for (const part of this.querySelectorAll("[data-is]"))
      this.parts[part.getAttribute("data-is")] = part;
    for (const control of this.querySelectorAll("[name]"))
      this.parts[control.getAttribute("name")] = control;
    const canvas = (name) =>
      /** @type {HTMLCanvasElement} */ (this.querySelector(`.lx-${name}`));
    this.plane = canvas("plane");
    this.memory = canvas("memory");
    this.map = canvas("map");
    this.sliders = this.querySelector(".lx-sliders");
    this.fill(
      "tensor",
      Object.entries(TENSORS).map(([key, { title }]) => [key, title])
    );
    this.fill("batch", BATCHES.map((n) => [n, n]));
    this.top = 0;
    this.set(read(location.search), false);
    this.listen();
    this.render();
    performance.measure("layout-explorer", { start });
  }

  disconnectedCallback() {
    this.stop?.abort();
    this.play(false);
  }

  fill(name, options) {
    this.parts[name].replaceChildren(
      ...options.map(([value, text]) => new Option(text, value))
    );
  }

  /** Take over a changed state; `keep` writes it to the address, too. */
  set(change, keep = true) {
    const old = this.state;
    // A whole state comes with its index; a new tensor does without.
    if (change.tensor && !change.index)
      change = read(`tensor=${change.tensor}&batch=${old.batch}`);
    const state = (this.state = { ...old, ...change });
    const known = TENSORS[state.tensor];
    const sizes = (this.sizes = sizesOf(state.tensor, state.batch));
    for (const axis of Object.keys(sizes))
      state.index[axis] = Math.min(state.index[axis], sizes[axis] - 1);
    this.dims = layouts.dims(state.layout, sizes);
    this.volume = layouts.volume(this.dims);
    if (state.tensor !== old?.tensor || state.batch !== old?.batch) {
      this.fill("layout", known.layouts.map((l) => [l, l]));
      this.fill("to", known.layouts.map((l) => [l, l]));
      this.fill("by", Object.keys(sizes).map((axis) => [axis, axis]));
      this.slide(sizes);
      this.parts.batch.disabled = !("N" in known.sizes);
      this.parts.windows.hidden = !known.window;
      this.parts.bug.hidden = !("N" in known.sizes);
    }
    for (const name of ["tensor", "layout", "batch", "by", "to"])
      this.parts[name].value = state[name];
    this.parts.window.checked = state.window;
    if (!keep) return;
    this.kept = null;
    this.ask();
    clearTimeout(this.writing);
    this.writing = setTimeout(() => {
      const query = this.query(state);
      history.replaceState(history.state, "", `?${query}${location.hash}`);
    }, 200);
  }

  /** The page's query with a state in it; another's words stay. */
  query(state) {
    const names = "tensor layout batch at by to window ops".split(" ");
    const others = [...new URLSearchParams(location.search)]
      .filter(([name]) => !names.includes(name));
    const rest = String(new URLSearchParams(others)); // encoded, as it came
    return [write(state), rest].filter(Boolean).join("&");
  }

  slide(sizes) {
    this.sliders.replaceChildren(
      ...Object.entries(sizes).map(([axis, size]) => {
        const label = document.createElement("label");
        label.innerHTML =
          `<span>${axis}</span><input type="range" min="0" max="${size - 1}"` +
          ` data-axis="${axis}"${size === 1 ? " disabled" : ""}>` +
          "<output></output>";
        return label;
      })
    );
  }

  /** Draw in the next frame, once, however many events ask. */
  ask() {
    this.asked ??= requestAnimationFrame(() => {
      this.asked = null;
      this.render();
    });
  }

  listen() {
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.addEventListener("input", (event) => {
      const target = /** @type {HTMLInputElement} */ (event.target);
      if (target.dataset.axis)
        this.move({ [target.dataset.axis]: Number(target.value) });
      else if (target.name === "window") this.set({ window: target.checked });
      else if (["tensor", "layout", "by", "to"].includes(target.name))
        this.set({ [target.name]: target.value, ...this.fresh(target) });
      else if (target.name === "batch")
        this.set({ batch: Number(target.value), ops: [] });
    });
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      if (event.target === this.querySelector("[data-do=apply]")) this.operate();
    });
    this.addEventListener("click", ({ target }) => {
      const what = /** @type {Element} */ (target).closest("button")?.dataset.do;
      if (what === "step") this.step(1);
      if (what === "back") this.step(-1);
      if (what === "play") this.play(!this.playing);
      if (what === "undo") this.set({ ops: this.state.ops.slice(0, -1) });
    });

    // Passing over shows a place; pressing keeps it, and the address has it.
    const over = (canvas, go) => {
      const point = (event) => {
        const { left, top } = canvas.getBoundingClientRect();
        this.passing = !event.buttons;
        this.kept ??= this.state.index;
        go(event.clientX - left, event.clientY - top, event);
        this.passing = false;
      };
      canvas.addEventListener("pointermove", point);
      canvas.addEventListener("pointerdown", (event) => {
        canvas.setPointerCapture(event.pointerId);
        point(event);
        this.set({});
      });
      canvas.addEventListener("pointerleave", () => this.forget());
    };
    over(this.memory, (x, y) =>
      this.go(draw.cellAt(this.memory, x, y, this.top)));
    over(this.plane, (x, y) =>
      this.move(draw.planeAt(this.plane, x, y, this.scene())));
    over(this.map, (x, y, event) => {
      if (event.buttons) this.go(draw.squareAt(this.map, x, y, this.volume));
    });
    this.memory.addEventListener("keydown", (event) => {
      const now = layouts.offset(this.dims, this.state.index);
      const to = {
        ArrowLeft: now - 1,
        ArrowRight: now + 1,
        ArrowUp: now - draw.PER_LINE,
        ArrowDown: now + draw.PER_LINE,
        PageUp: now - draw.PER_LINE * draw.ROWS,
        PageDown: now + draw.PER_LINE * draw.ROWS,
        Home: 0,
        End: this.volume - 1,
      }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      this.go(to, to < now ? -1 : 1);
    });

    const size = new ResizeObserver(() => this.ask());
    size.observe(this);
    signal.addEventListener("abort", () => size.disconnect());
    addEventListener("popstate", () => this.show(location.search), { signal });
    // A link to a moment of this page needs no new page.
    document.addEventListener("click", (event) => {
      const target = /** @type {Element} */ (event.target);
      const link = /** @type {HTMLAnchorElement} */ (
        target.closest?.('a[href^="?tensor="]')
      );
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      history.pushState(null, "", link.href);
      this.show(link.search);
      this.scrollIntoView();
    }, { signal });
    const watch = new MutationObserver(() => this.ask());
    watch.observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
    signal.addEventListener("abort", () => watch.disconnect());
  }

  show(search) {
    clearTimeout(this.writing);
    this.kept = null;
    this.set(read(search), false);
    this.ask();
  }

  /** A new layout ends the operations on the old one. */
  fresh({ name, value }) {
    if (name !== "layout") return {};
    const other = TENSORS[this.state.tensor].layouts.find((l) => l !== value);
    return { ops: [], to: this.state.to === value ? other : this.state.to };
  }

  /** Back from what the pointer passed over to what was kept. */
  forget() {
    if (!this.kept) return;
    this.set({ index: this.kept }, false);
    this.ask();
  }

  move(places) {
    const index = { ...this.state.index, ...places };
    if (Object.keys(index).every((axis) => index[axis] === this.state.index[axis]))
      return;
    this.set({ index }, !this.passing);
    this.ask();
  }

  /** To an offset; out of padding in `direction`, or not at all. */
  go(offset, direction = 0) {
    if (offset === null) return;
    let at = Math.max(0, Math.min(this.volume - 1, offset));
    while (direction && at > 0 && at < this.volume - 1 &&
      !layouts.inside(layouts.indexAt(this.dims, at), this.sizes))
      at += direction;
    const index = layouts.indexAt(this.dims, at);
    if (layouts.inside(index, this.sizes)) this.move(index);
  }

  step(by) {
    const { stride } = TENSORS[this.state.tensor].window;
    const across = Math.floor(this.sizes.W / stride);
    const count = across * Math.floor(this.sizes.H / stride);
    const { H, W } = this.state.index;
    const now = Math.floor(H / stride) * across + Math.floor(W / stride);
    const next = (now + by + count) % count;
    this.set({
      window: true,
      index: {
        ...this.state.index,
        H: Math.floor(next / across) * stride,
        W: (next % across) * stride,
      },
    });
  }

  play(on) {
    clearInterval(this.playing);
    this.playing = on ? setInterval(() => this.step(1), 300) : null;
    const button = this.querySelector("[data-do=play]");
    button.textContent = on ? "Stop" : "Play";
  }

  operate() {
    const op = this.parts.op.value;
    const numbers = op === "contiguous" ? "" : this.parts.numbers.value.trim();
    const words = `${op} ${numbers.replace(/[^-\d]+/g, " ")}`.trim();
    const error = this.querySelector(".lx-error");
    try {
      apply(this.views().at(-1).view, words);
      this.set({ ops: [...this.state.ops, words] });
      error.textContent = "";
    } catch (fault) {
      error.textContent = `${fault.message}.`;
    }
  }

  /** The array and what each operation makes of it. */
  views() {
    const shape = this.dims.map((dim) => dim.size);
    const flat = TENSORS[this.state.tensor].flat;
    const start = flat ? [shape[0], this.volume / shape[0]] : shape;
    const list = [
      { op: "x", view: { shape: start, strides: layouts.rowMajor(start) } },
    ];
    for (const op of this.state.ops)
      try {
        list.push({ op, ...apply(list.at(-1).view, op) });
      } catch {
        break; // an address typed by hand may ask for nonsense
      }
    return list;
  }

  scene() {
    const { state, dims, sizes, volume } = this;
    const known = TENSORS[state.tensor];
    const indices = known.window && state.window
      ? layouts.reads(known.window, sizes, state.index)
      : [];
    return {
      dims, sizes, volume,
      by: state.by,
      index: state.index,
      plane: known.plane,
      offset: layouts.offset(dims, state.index),
      key: [state.tensor, state.layout, state.batch].join(),
      touched: new Set(indices.map((index) => layouts.offset(dims, index))),
      touchedLines: layouts.lines(dims, indices, draw.PER_LINE),
    };
  }

  render() {
    if (!this.memory.clientWidth) return; // not laid out: a size will come
    const scene = this.scene();
    // The close view moves only when the offset would leave it.
    const line = Math.floor(scene.offset / draw.PER_LINE);
    const last = Math.max(0, Math.ceil(scene.volume / draw.PER_LINE) - draw.ROWS);
    if (line < this.top || line >= this.top + draw.ROWS || this.top > last)
      this.top = Math.max(0, Math.min(last, line - draw.ROWS / 2));
    scene.top = this.top;
    const look = draw.look(this);
    draw.drawPlane(this.plane, scene, look);
    draw.drawMemory(this.memory, scene, look);
    draw.drawMap(this.map, scene, look);
    this.say(scene);
    if (!this.parts.windows.hidden) this.count();
    this.tell();
    if (!this.parts.bug.hidden) this.scramble();
  }

  text(name, words) {
    if (this.parts[name].textContent !== words)
      this.parts[name].textContent = words;
  }

  say({ offset, volume }) {
    const { state, dims, sizes } = this;
    const known = TENSORS[state.tensor];
    const letter = (dim) => {
      if (dim.block > 1) return `${dim.axis}/${dim.block}`;
      const blocked = dims.filter((d) => d.axis === dim.axis).length > 1;
      return blocked ? dim.axis.toLowerCase() : dim.axis;
    };
    this.text("shape", dims.map((d) => `${letter(d)} ${d.size}`).join(" × "));
    this.text(
      "strides", dims.map((d) => `${letter(d)} ${number(d.stride)}`).join(" · ")
    );
    const count = Object.values(sizes).reduce((a, b) => a * b, 1);
    const share = Math.round((1 - count / volume) * 100);
    this.text(
      "bytes",
      `${number(volume * BYTES)} bytes of float32` +
        (share ? `, ${share} % of them padding` : "")
    );
    this.text(
      "names",
      NAMES[`${state.tensor} ${state.layout}`] ?? NAMES[state.layout] ??
        (dims.some((dim) => dim.block > 1)
          ? "oneDNN, within"
          : "no framework’s here")
    );

    const terms = dims.map(({ axis, size, stride, block }) => {
      const place = Math.floor(state.index[axis] / block) % size;
      return `${place}·${number(stride)}`;
    });
    const index = Object.entries(state.index)
      .map(([axis, place]) => `${axis.toLowerCase()} ${place}`).join(", ");
    const feature = known.flat
      ? ` Feature ${number(offset % (volume / sizes.N))}.` : "";
    const line = Math.floor(offset / draw.PER_LINE);
    this.text(
      "formula",
      `${index}: ${terms.join(" + ")} = offset ${number(offset)}, ` +
        `byte ${number(offset * BYTES)}, line ${number(line)}.${feature}`
    );
    this.memory.setAttribute("aria-valuemax", String(volume - 1));
    this.memory.setAttribute("aria-valuenow", String(offset));
    this.memory.setAttribute("aria-valuetext", `offset ${offset}: ${index}`);
    const [down, across] = known.plane;
    this.text(
      "plane", `${down} downwards, ${across} across, the rest as below.`
    );
    const per = draw.linesPerSquare(volume);
    this.text(
      "map",
      `All of it: a square is ${per === 1 ? "a line" : `${number(per)} lines`}. ` +
        "Drag to go there."
    );
    for (const input of this.sliders.querySelectorAll("input")) {
      const place = state.index[input.dataset.axis];
      input.value = place;
      input.nextSibling.textContent = place;
    }
  }

  count() {
    const { state, sizes } = this;
    const { window, layouts: names } = TENSORS[state.tensor];
    const now = layouts.reads(window, sizes, state.index);
    const { H, W } = state.index;
    const before = W < window.stride
      ? []
      : layouts.reads(window, sizes, { ...state.index, W: W - window.stride });
    const offsets = now.map((index) => layouts.offset(this.dims, index));
    this.text(
      "position",
      `${window.name} at row ${Math.floor(H / window.stride)}, column ` +
        `${Math.floor(W / window.stride)}: ${number(now.length)} numbers, ` +
        `${number(now.length * BYTES)} bytes, between the offsets ` +
        `${number(Math.min(...offsets))} and ${number(Math.max(...offsets))}.`
    );
    this.parts.counts.replaceChildren(...names.map((name) => {
      const dims = layouts.dims(name, sizes);
      const lines = layouts.lines(dims, now, draw.PER_LINE);
      const old = layouts.lines(dims, before, draw.PER_LINE);
      const fresh = [...lines].filter((line) => !old.has(line)).length;
      const used = now.length / (lines.size * draw.PER_LINE);
      const row = document.createElement("tr");
      if (name === state.layout) row.ariaCurrent = "true";
      for (const text of [name, lines.size, fresh, `${Math.round(100 * used)} %`])
        row.insertCell().append(String(text));
      return row;
    }));
  }

  tell() {
    const rows = this.views().map(({ op, view, copied }, i) => {
      const [name, ...numbers] = op.split(" ");
      const row = document.createElement("tr");
      const code = document.createElement("code");
      code.textContent = i ? `.${name}(${numbers.join(", ")})` : "x";
      row.insertCell().append(code);
      row.insertCell().textContent = view.shape.join("×");
      row.insertCell().textContent = view.strides.map(number).join(" · ");
      const bytes = view.shape.reduce((a, b) => a * b, 1) * BYTES;
      row.insertCell().textContent = !i
        ? "contiguous"
        : copied ? `copy: ${number(bytes)} bytes`
        : layouts.isContiguous(view) ? "view" : "view, not contiguous";
      return row;
    });
    this.parts.ops.replaceChildren(...rows);
    const undo = this.querySelector("[data-do=undo]");
    undo.toggleAttribute("disabled", !this.state.ops.length);
  }

  scramble() {
    const { state, sizes } = this;
    const { layout, to, index } = state;
    const { right, wrong } = scramble(layout, to, sizes, index);
    draw.drawPicture(this.parts.right, right);
    this.parts.wrong.hidden = !wrong;
    if (wrong) draw.drawPicture(this.parts.wrong, wrong);
    const target = layouts.dims(to, sizes).map((dim) => dim.size).join(", ");
    let axes = "";
    try {
      axes = layouts.conversion(layout, to, sizes).axes.join(", ");
    } catch {
      // A padded layout: there is no permutation to print.
    }
    this.text(
      "meant", axes ? `Meant: permute, axes ${axes}` : "Meant: a permutation"
    );
    this.text("written", `Written: reshape(${target})`);
    const what = `image ${index.N}, channel ${index.C}`;
    this.parts.right.ariaLabel = `The digit 8: ${what}`;
    if (!wrong) {
      const one = "One of the two is padded: reshape refuses, for once.";
      return this.text("verdict", one);
    }
    const apart = right.filter((value, i) => value !== wrong[i]).length;
    this.parts.wrong.ariaLabel = apart
      ? `${what}, scrambled: ${apart} of ${right.length} pixels are wrong`
      : `The digit 8: ${what}, the same`;
    this.text(
      "verdict",
      `From ${layout} to ${to}, ${what}: ` +
        (apart ? `${apart} of ${right.length} pixels` : "no pixel") +
        ` differ${apart === 1 || !apart ? "s" : ""}.`
    );
  }
}

customElements.define("layout-explorer", LayoutExplorer);
