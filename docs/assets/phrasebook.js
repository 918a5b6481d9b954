// From one framework to another: which of the phrasebook's entries differ
// when nothing is said, and by how much. Without this script the entries are
// all there, below.
const place = document.querySelector("[data-book]");
const short = (value) =>
  value && Math.abs(value) < 0.001 ? value.toExponential() : value;
const said = (value) =>
  Array.isArray(value) && new Set(value.map(said)).size === 1 ? said(value[0])
  : value === null ? "unset"
  : value === true ? "True"
  : value === false ? "False"
  : typeof value === "number" ? String(short(value))
  : JSON.stringify(value);

const defaults = (entry) => ({ ...entry.defaults, ...entry.always });

// [what is told differently, how far apart] of a row, or nothing.
function difference(row, from, to) {
  const [here, there] = [row.frameworks[from], row.frameworks[to]];
  if (here.none !== undefined) return null;
  if (there.none !== undefined)
    return [`It has none: ${there.none ?? "not in its listing"}`, ""];
  const [ours, theirs] = [defaults(here), defaults(there)];
  // What one of both must be told is said in the other as well.
  const names = Object.keys(ours).filter(
    (name) => name in theirs && said(ours[name]) !== said(theirs[name]),
  );
  const price = row.copied.find(
    ({ of }) => of.includes(from) && of.includes(to),
  );
  if (!names.length && !price) return null;
  const told = names.map(
    (name) => `${name}: ${said(ours[name])} → ${said(theirs[name])}`,
  );
  const apart =
    price === undefined ? ""
    : price.max_abs === null ? "of another shape"
    : String(short(Number(price.max_abs.toPrecision(2))));
  return [told.join("; "), apart];
}

function show(book, from, to, table) {
  const body = document.createElement("tbody");
  for (const row of book.rows) {
    const found = difference(row, from, to);
    if (!found) continue;
    const line = body.insertRow();
    const link = document.createElement("a");
    link.href = `../layers/${row.group}/#${row.name}`;
    link.textContent = row.title;
    const head = document.createElement("th");
    head.scope = "row";
    head.append(link);
    line.append(head);
    found.forEach((text, n) => {
      const cell = line.insertCell();
      cell.dataset.label = ["unless told", "apart"][n];
      cell.textContent = text || "—";
    });
  }
  table.tBodies[0]?.remove();
  table.append(body);
}

async function pick() {
  const book = await (await fetch(place.dataset.book)).json();
  const form = place.querySelector("form");
  const table = place.querySelector("table");
  const asked = new URLSearchParams(location.search);
  for (const select of form.elements) {
    for (const [name, label] of Object.entries(book.frameworks))
      select.add(new Option(label, name));
    if (book.frameworks[asked.get(select.name)])
      select.value = asked.get(select.name);
  }
  const update = () => {
    const [from, to] = [form.from.value, form.to.value];
    table.hidden = !(from && to) || from === to;
    if (table.hidden) return;
    show(book, from, to, table);
    const address = new URL(location.href);
    address.searchParams.set("from", from);
    address.searchParams.set("to", to);
    history.replaceState(null, "", address);
  };
  form.addEventListener("change", update);
  update();
}

if (place) {
  place.querySelector("form").hidden = false;
  // The book is large: it comes when somebody asks.
  const asked = new URLSearchParams(location.search);
  if (asked.has("from") || asked.has("to")) pick();
  else
    place.addEventListener("focusin", pick, { once: true });
}
