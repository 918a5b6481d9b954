// Shows one machine, precision and batch of what docs/benchmarks.md holds, as
// the address says; without this script all of them are there, one under the
// other.

/** @type {{[name: string]: string}} */
const NAMES = { machine: "Machine", precision: "Precision", batch: "Batch" };
const groups = /** @type {HTMLElement[]} */ (
  [...document.querySelectorAll(".choices")]);
const asked = new URLSearchParams(location.search);

// Machine and precision are chosen for the page, a batch for its chart.
const key = (/** @type {number} */ n, /** @type {string} */ name) =>
  name === "batch" && n ? `batch-${n + 1}` : name;

/** @type {{[key: string]: string | undefined}} */
const chosen = {};
/** @type {((last?: string) => void)[]} */
const shows = [];

groups.forEach((group, n) => {
  const parts = /** @type {HTMLElement[]} */ (
    [...group.querySelectorAll(".measured")]);
  if (parts.length < 2) return;
  const form = document.createElement("form");
  for (const [name, title] of Object.entries(NAMES)) {
    chosen[key(n, name)] ??=
      asked.get(key(n, name)) ?? parts[0].dataset[name];
    const label = form.appendChild(document.createElement("label"));
    const select = document.createElement("select");
    label.append(`${title} `, select);
    select.name = name;
    for (const value of new Set(parts.map((part) => part.dataset[name])))
      select.add(new Option(value, value));
    select.addEventListener("change", () => {
      chosen[key(n, name)] = select.value;
      for (const show of shows) show(name);
      const address = new URL(location.href);
      for (const [one, value] of Object.entries(chosen))
        if (value) address.searchParams.set(one, value);
      history.replaceState(history.state, "", address);
    });
  }
  /** @param {string} [last]  what was chosen last is kept first */
  const show = (last = "machine") => {
    const names = Object.keys(NAMES);
    const fits = (/** @type {HTMLElement} */ part) => names
      .filter((name) => part.dataset[name] === chosen[key(n, name)]);
    // Not every machine has every precision: what fits best is shown.
    const worth = (/** @type {HTMLElement} */ part) =>
      fits(part).length + (fits(part).includes(last) ? 10 : 0);
    const part = parts.reduce((a, b) => worth(b) > worth(a) ? b : a);
    for (const one of parts) one.hidden = one !== part;
    for (const select of form.querySelectorAll("select"))
      select.value = part.dataset[select.name] ?? "";
  };
  shows.push(show);
  group.prepend(form);
  show();
});
