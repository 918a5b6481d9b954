// Stands in the head of every page, so that no tab is painted before the
// reader's own: ?framework= and &then= of the address, or what was chosen
// last. `then` is the choice among the frameworks of 2018 alone.
{
  const asked = new URLSearchParams(location.search);
  /** @type {Record<string, string[]>} what was chosen, the last first */
  const chosen = {};
  const remember = (key, name) => {
    chosen[key] = [...new Set([name, ...chosen[key]])];
    __md_set(key, chosen[key]);
  };
  for (const key of ["framework", "then"]) {
    chosen[key] = __md_get(key) ?? [];
    const name = asked.get(key)?.toLowerCase();
    if (name) remember(key, name);
  }

  const keyOf = (set) => set.closest(".of-2018") ? "then" : "framework";
  const nameOf = (label) =>
    label.textContent.trim().toLowerCase().replaceAll(" ", "-");
  // pytorch is PyTorch, and PyTorch 2 as well; first who has the very name.
  const plain = (name) => name.replace(/-\d+$/, "");
  const find = (names, wanted) => {
    const exact = names.indexOf(wanted);
    return exact < 0 ? names.map(plain).indexOf(plain(wanted)) : exact;
  };

  /** Shows the tab that is chosen, or says which it shows instead. */
  function show(set) {
    const inputs = [...set.querySelectorAll(":scope > input")];
    const labels = [...set.querySelector(".tabbed-labels").children];
    const blocks = set.querySelector(".tabbed-content").children;
    const key = keyOf(set);
    const wanted = [...chosen[key], ...chosen.framework];
    const names = labels.map(nameOf);
    const found = wanted.map((one) => find(names, one)).find((n) => n >= 0);
    const now = inputs.findIndex((input) => input.checked);
    if (found !== undefined && found !== now) {
      inputs[found].checked = true;
      inputs[found].dispatchEvent(new Event("change"));  // moves the marker
    }
    [...blocks].forEach((block, n) =>
      block.classList.toggle("chosen", n === (found ?? now)));
    const lacks =
      found === undefined ? wanted.length > 0 : find(names, wanted[0]) < 0;
    let note = set.previousElementSibling;
    if (!note?.matches(".instead")) note = null;
    if (!lacks) note?.remove();
    else {
      if (!note) {
        note = document.createElement("p");
        note.className = "instead";
        set.before(note);
      }
      const shown = labels[found ?? now].textContent.trim();
      note.textContent = `Here is no tab for ${wanted[0]}: this is ${shown}.`;
    }
  }

  // Each set as soon as the parser has closed its labels.
  const seen = new WeakSet();
  const look = () => {
    for (const content of document.querySelectorAll(".tabbed-content")) {
      const set = content.parentElement;
      if (seen.has(set) || !(content.nextSibling || set.nextSibling)) continue;
      seen.add(set);
      show(set);
    }
  };
  const watch = new MutationObserver(look);
  watch.observe(document, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", () => {
    watch.disconnect();
    look();
    follow();
    reveal();
  });

  /** What a link's # names, on this page. */
  const named = ({ hash }) =>
    document.getElementById(decodeURIComponent(hash.slice(1)));

  /** An address, or a link, may name a tab, or what stands in one that is not
      shown. */
  function reveal() {
    const target = named(location);
    if (target?.matches(".tabbed-set > input")) choose(target);
    const block = target?.closest(".tabbed-block");
    if (!block || block.matches(".chosen")) return;
    const n = [...block.parentElement.children].indexOf(block);
    choose(block.closest(".tabbed-set").querySelectorAll(":scope > input")[n]);
    target.scrollIntoView();
  }
  addEventListener("hashchange", reveal);

  function choose(input) {
    const set = input.parentElement;
    const label = set.querySelector(`label[for="${CSS.escape(input.id)}"]`);
    const key = keyOf(set);
    remember(key, nameOf(label));
    input.checked = true;
    const address = new URL(location.href);
    address.searchParams.set(key, nameOf(label));
    history.replaceState(history.state, "", address);
    // What was clicked stays where it is, whatever grows above it.
    const top = set.getBoundingClientRect().top;
    for (const one of document.querySelectorAll(".tabbed-set")) show(one);
    scrollBy(0, set.getBoundingClientRect().top - top);
    follow();
  }

  /** The table of contents leaves out what stands in a tab not shown. */
  function follow() {
    for (const link of document.querySelectorAll(".md-nav--secondary li > a")) {
      const block = named(link)?.closest(".tabbed-block");
      link.parentElement.hidden = !!block && !block.matches(".chosen");
    }
  }
  document.addEventListener("change", ({ target }) => {
    if (target.matches(".tabbed-set > input")) choose(target);
  });

  // The index is larger than the page: it comes when somebody searches.
  const { open, send } = XMLHttpRequest.prototype;
  const waiting = [];
  let searching = asked.has("q");
  const search = () => {
    searching = true;
    for (const request of waiting.splice(0)) send.call(request);
  };
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    this.late = String(url).includes("search_index");
    return open.call(this, method, url, ...rest);
  };
  XMLHttpRequest.prototype.send = function (...body) {
    if (this.late && !searching) waiting.push(this);
    else send.apply(this, body);
  };
  for (const kind of ["focusin", "change"])
    document.addEventListener(kind, ({ target }) => {
      if (target.closest(".md-search") || target.id === "__search") search();
    });
}
