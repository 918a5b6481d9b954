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
  // More tabs than fit on a phone scroll as well.
  for (const row of document.querySelectorAll(".tabbed-labels"))
    if (row.scrollWidth > row.clientWidth)
      row.tabIndex = 0;
});
