// What the theme's script adds to a page lacks a few things that a screen
// reader or a keyboard needs: names of links, and tables that scroll.
document$.subscribe(() => {
  for (const nav of document.querySelectorAll(".md-code__nav"))
    nav.role = "none";
  for (const link of document.querySelectorAll("a.md-annotation__index"))
    link.ariaLabel = `Note ${link.firstChild.dataset.mdAnnotationId}`;
  for (const box of document.querySelectorAll(
    ".md-typeset__scrollwrap, .highlight-ipynb, .jp-RenderedText"
  ))
    box.tabIndex = 0;
  // Where a table is wider than a phone its rows become cards, whose cells
  // say what their column is called.
  for (const table of document.querySelectorAll(".md-typeset__table > table")) {
    const heads = [...table.querySelectorAll("thead th")];
    if (heads.length < 3 || table.dataset.cards !== undefined) continue;
    table.dataset.cards = "";
    for (const row of table.tBodies[0]?.rows ?? [])
      [...row.cells].forEach((cell, n) => {
        if (n && heads[n]) cell.dataset.label = heads[n].textContent;
      });
  }
  // More tabs than fit on a phone scroll as well.
  for (const row of document.querySelectorAll(".tabbed-labels"))
    if (row.scrollWidth > row.clientWidth)
      row.tabIndex = 0;
});
