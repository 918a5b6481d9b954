"""What the explorer may cost: bytes, a drawing a frame, and of a drawing so
many strokes. No clock decides: how long one takes is the browser's to say."""

import gzip
from pathlib import Path

import pytest

from tests.browser.explorer import Opened, drawn
from tests.javascript import ASSETS

pytestmark = pytest.mark.slow

# Counts what is drawn, and into how many frames.
COUNT = """() => {
  const explorer = document.querySelector("layout-explorer");
  const render = explorer.render;
  window.renders = 0;
  window.strokes = 0;
  explorer.render = function () {
    renders++;
    render.call(this);
  };
  for (const name of ["fillRect", "strokeRect", "fillText", "drawImage"]) {
    const own = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...given) {
      strokes++;
      return own.apply(this, given);
    };
  }
}"""


def test_weight() -> None:
    packed = [
        len(gzip.compress(path.read_bytes(), 9))
        for path in (ASSETS / "explorer").iterdir()
    ]
    assert sum(packed) < 40_000


def test_only_this_page_loads_it(site: Path) -> None:
    for path in site.rglob("*.html"):
        loads = "assets/explorer/" in path.read_text("utf-8")
        assert loads == (path.parent.name == "layouts"), path


def test_ready_before_the_page_has_loaded(opened: Opened) -> None:
    page = opened()
    page.wait_for_load_state()
    # A reader finds it ready: made once, and before the load event.
    made, loaded = page.evaluate(
        """[performance.getEntriesByName("layout-explorer").map(
              made => made.startTime + made.duration),
            performance.getEntriesByType("navigation")[0].loadEventStart]"""
    )
    print("ready, ms after load:", [end - loaded for end in made])
    assert len(made) == 1 and made[0] <= loaded
    assert page.locator(".lx-memory").get_attribute("aria-valuenow")


@pytest.mark.parametrize("query", ["tensor=pool1", "tensor=conv1&batch=128"])
def test_many_moves_are_one_drawing(opened: Opened, query: str) -> None:
    page = opened("?layout=nChw16c&" + query)
    drawn(page)
    page.evaluate(COUNT)
    renders, offsets = page.evaluate(
        """async () => {
          const offsets = new Set();
          for (const name of ["map", "memory", "plane"]) {
            const canvas = document.querySelector(`.lx-${name}`);
            const box = canvas.getBoundingClientRect();
            for (let i = 0; i < 40; i++) {
              canvas.dispatchEvent(new PointerEvent("pointermove", {
                bubbles: true,
                buttons: 1,
                clientX: box.left + (0.2 + i / 70) * box.width,
                clientY: box.top + (0.2 + i / 99) * box.height,
              }));
              const explorer = document.querySelector("layout-explorer");
              offsets.add(Object.values(explorer.state.index).join());
            }
          }
          const early = renders;
          await new Promise(requestAnimationFrame);
          await new Promise(requestAnimationFrame);
          return [[early, renders], offsets.size];
        }"""
    )
    assert offsets > 60  # each move counted
    assert renders == [0, 1]


@pytest.mark.parametrize("query", ["tensor=pool1", "tensor=conv1&batch=128"])
def test_a_drawing_has_few_strokes_however_large(
    opened: Opened, query: str
) -> None:
    """What is drawn once more when a pointer moves is the part in view: some
    thousand strokes, of 3,000 numbers and of 3 million."""
    page = opened("?layout=nChw16c&" + query)
    drawn(page)
    page.evaluate(COUNT)
    counts = []
    for place in range(3, 9):
        counts.append(
            page.evaluate(
                """place => {
                  const explorer = document.querySelector("layout-explorer");
                  strokes = 0;
                  explorer.move({ W: place });
                  explorer.render();
                  return strokes;
                }""",
                place,
            )
        )
    print("strokes:", counts)
    assert 0 < min(counts) and max(counts) < 3_000
