// Any two listings, side by side: aligned by section, then line by line, the
// layers by their shapes; the words that differ marked.

/** @typedef {{ title: string, era: string, mark: string,
 *   sections: {[name: string]: string[]} }} Listing */
/** @typedef {[number | null, number | null]} Pair  lines, left and right */

const words = (/** @type {string} */ line) =>
  line.split("# ")[0].match(/\w+|[^\s\w]/g) ?? [];

/**
 * The longest sequence that both have: pairs of places.
 * @param {string[]} a
 * @param {string[]} b
 * @param {(i: number, j: number) => number} worth  of a pair, 0 for none
 * @returns {[number, number][]}
 */
export function common(a, b, worth) {
  const best = Array.from({ length: a.length + 1 }, () =>
    new Float64Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      best[i][j] = Math.max(
        best[i + 1][j], best[i][j + 1], worth(i, j) + best[i + 1][j + 1]);
  /** @type {[number, number][]} */
  const pairs = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const value = worth(i, j);
    if (value && best[i][j] === value + best[i + 1][j + 1])
      pairs.push([i++, j++]);
    else if (best[i][j] === best[i + 1][j]) i++;
    else j++;
  }
  return pairs;
}

/**
 * Which words of two lines differ: for each line, of each word, does it?
 * @param {string} a
 * @param {string} b
 */
export function differing(a, b) {
  const [left, right] = [words(a), words(b)];
  const both = common(left, right, (i, j) => Number(left[i] === right[j]));
  const marks = [left.map(() => true), right.map(() => true)];
  for (const [i, j] of both) marks[0][i] = marks[1][j] = false;
  return marks;
}

/** The shape at a line's end, whatever the order of its axes. */
const shape = (/** @type {string} */ line) =>
  line.match(/# ([\d×]+)\b/)?.[1].split("×").sort().join("×");

/**
 * The lines of two sections, each once and in order: in pairs where they say
 * the same, alone where one side has none.
 * @param {string[]} a
 * @param {string[]} b
 * @returns {Pair[]}
 */
export function aligned(a, b) {
  // Brackets and commas make no two lines alike.
  const names = (/** @type {string} */ line) =>
    words(line).filter((word) => /\w/.test(word));
  const [left, right] = [a.map(names), b.map(names)];
  const pairs = common(a, b, (i, j) => {
    if (!a[i].trim() || !b[j].trim()) return a[i] === b[j] ? 0.1 : 0;
    const [here, there] = [shape(a[i]), shape(b[j])];
    const same = common(left[i], right[j], (m, n) =>
      Number(left[i][m] === right[j][n])).length;
    const alike = 2 * same / (left[i].length + right[j].length || 1);
    if (here && there) return here === there ? 1 + alike : 0;
    return alike > 0.35 ? alike : 0;
  });
  /** @type {Pair[]} */
  const rows = [];
  let i = 0, j = 0;
  for (const [m, n] of [...pairs, [a.length, b.length]]) {
    while (i < m) rows.push([i++, null]);
    while (j < n) rows.push([null, j++]);
    if (m < a.length) rows.push([i++, j++]);
  }
  return rows;
}

/**
 * A line with its colours, and marks on the words that differ.
 * @param {string} html
 * @param {boolean[]} marks
 */
function line(html, marks) {
  const code = document.createElement("code");
  code.innerHTML = html;
  let word = 0, comment = false, last = "";
  const texts = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
  /** @type {Text[]} */
  const found = [];
  while (texts.nextNode()) found.push(/** @type {Text} */ (texts.currentNode));
  for (const text of found) {
    const parts = document.createDocumentFragment();
    for (const part of text.data.match(/\s+|\w+|[^\s\w]/g) ?? []) {
      comment ||= part === "#";
      // Two columns have no room for comments at the right.
      if (word && /^ {3,}$/.test(part)) parts.append("  ");
      else if (comment && last === "#") parts.append("\u00a0");
      else if (comment || !part.trim() || !marks[word++]) parts.append(part);
      else
        parts.append(Object.assign(
          document.createElement("mark"), { textContent: part }));
      last = part;
    }
    text.replaceWith(parts);
  }
  return code;
}

const plain = (/** @type {string} */ html) => {
  const box = document.createElement("div");
  box.innerHTML = html;
  return box.textContent ?? "";
};

/**
 * A section of both, in a table of two columns.
 * @param {string} name
 * @param {Listing} left
 * @param {Listing} right
 */
function section(name, left, right) {
  const [a, b] = [left.sections[name], right.sections[name]];
  const texts = [a.map(plain), b.map(plain)];
  const box = document.createElement("section");
  box.append(Object.assign(
    document.createElement("h3"), { textContent: name }));
  const table = box.appendChild(document.createElement("div"));
  table.className = "lines highlight";
  table.role = "group";
  table.ariaLabel = `${name}, ${left.title} and ${right.title}`;
  for (const [i, j] of aligned(texts[0], texts[1])) {
    const row = table.appendChild(document.createElement("div"));
    const both = i !== null && j !== null;
    const marks = both ? differing(texts[0][i], texts[1][j]) : [[], []];
    if (both && marks.every((side) => !side.includes(true)))
      row.className = "same";
    for (const [n, at, lines] of
      /** @type {[number, number | null, string[]][]} */ (
        [[0, i, a], [1, j, b]])) {
      const cell = row.appendChild(document.createElement("pre"));
      if (at === null) cell.className = "none";
      else {
        if (!lines[at].trim()) cell.className = "blank";
        else if (!both) cell.className = n ? "plus" : "minus";
        cell.append(line(lines[at], marks[n]));
      }
    }
  }
  return box;
}

const place = /** @type {HTMLElement | null} */ (
  document.querySelector(".diff"));

/** @type {Promise<{[name: string]: Listing}> | null} */
let coming = null;

async function show() {
  const form = /** @type {HTMLFormElement} */ (place?.querySelector("form"));
  const { left, right } = /** @type {{[name: string]: string}} */ (
    Object.fromEntries(new FormData(form)));
  const sides = /** @type {HTMLElement} */ (place?.querySelector(".sides"));
  const address = new URL(location.href);
  for (const [key, value] of Object.entries({ left, right }))
    if (value) address.searchParams.set(key, value);
    else address.searchParams.delete(key);
  history.replaceState(history.state, "", address);
  if (!left || !right) return sides.replaceChildren();
  coming ??= fetch(/** @type {string} */ (place?.dataset.listings))
    .then((answer) => answer.json());
  const known = await coming;
  const head = document.createElement("p");
  head.className = "titles";
  for (const one of [known[left], known[right]]) {
    const title = head.appendChild(document.createElement("span"));
    title.className =
      `fw fw-${one.mark}${one.era === "today" ? "" : " then"}`;
    title.textContent =
      one.title + (one.era === "today" ? "" : `, ${one.era}`);
  }
  sides.replaceChildren(head, ...Object.keys(known[left].sections).map(
    (name) => section(name, known[left], known[right])));
}

if (place) {
  place.hidden = false;
  const form = /** @type {HTMLFormElement} */ (place.querySelector("form"));
  const asked = new URLSearchParams(location.search);
  for (const select of form.querySelectorAll("select")) {
    const value = asked.get(select.name);
    if (value && [...select.options].some((one) => one.value === value))
      select.value = value;
  }
  form.addEventListener("change", show);
  if (asked.has("left") || asked.has("right")) show();
}
