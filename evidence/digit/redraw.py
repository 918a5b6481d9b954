"""How many drawn digits Home reads right: the test digits, drawn again.

Each of mnist-5k's 1,000 test digits, which the network has not seen, is
thinned to a line of one pixel, the line followed as a hand would, and its
strokes are drawn at three sizes, in three places, with three steadinesses of
the hand, through the page's own modules in Chromium. Writes redrawn.json.
"""

import json
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d, zoom

from lab import mnist
from lab.frameworks import ROOT
from pages.chromium import opened

FINE = 4  # times as many pixels, so that a thinned line bends where it should
# (size of the board, left, top, how far the hand shakes), each of 1.
HANDS = {
    "large, in the middle": (0.8, 0.1, 0.1, 0),
    "small, at the left and top": (0.35, 0.05, 0.05, 0),
    "middling, at the right and bottom": (0.55, 0.4, 0.4, 0),
    "large, a hand that shakes": (0.8, 0.1, 0.1, 0.008),
}
NEIGHBOURS = [(-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1),
              (-1, -1)]


def thinned(ink):
    """The ink (H×W, bool) thinned to lines (Zhang and Suen, 1984)."""
    ink = np.pad(ink, 1)
    changed = True
    while changed:
        changed = False
        for turn in 0, 1:
            p = np.stack([
                np.roll(ink, (-r, -c), (0, 1)) for r, c in NEIGHBOURS
            ])
            count = p.sum(axis=0)
            steps = (~p & np.roll(p, -1, axis=0)).sum(axis=0)
            n, e, s, w = p[0], p[2], p[4], p[6]
            ends = [n & e & w, n & s & w] if turn else [n & e & s, e & s & w]
            gone = ink & (count >= 2) & (count <= 6) & (steps == 1)
            gone &= ~ends[0] & ~ends[1]
            ink = ink & ~gone
            changed |= bool(gone.any())
    return ink[1:-1, 1:-1]


def strokes(image):
    """The digit's lines as lists of points, in pixels of the image."""
    fine = zoom(
        image / 255, FINE, order=1, grid_mode=True, mode="grid-constant"
    )
    left = {tuple(map(int, at)) for at in np.argwhere(thinned(fine > 0.45))}

    def around(at):
        return [
            there for r, c in NEIGHBOURS
            if (there := (at[0] + r, at[1] + c)) in left
        ]

    found = []
    while left:
        # A hand begins at an end, where there is one.
        at = min(left, key=lambda one: (len(around(one)) != 1, one))
        line = [at]
        left.discard(at)
        while near := around(at):
            ahead = np.subtract(line[-1], line[-min(len(line), 6)])
            at = max(near, key=lambda one: np.dot(
                ahead, np.subtract(one, line[-1])))
            line.append(at)
            left.discard(at)
        if len(line) > FINE or not found:
            path = np.array(line, float)[:, ::-1] / FINE
            found.append(gaussian_filter1d(path, 2, axis=0, mode="nearest"))
    return found


def drawn(lines, size, left, top, shake, random):
    """The lines on the board, whose side is 1."""
    return [
        (line / 28 * size + (left, top)
         + shake * gaussian_filter1d(
             random.standard_normal(line.shape), 3, axis=0) * 3
         ).round(4).tolist()
        for line in lines
    ]


READ = """async ({ drawings, labels }) => {
  const { prepare } = await import("/prepare.js");
  const { read, forward } = await import("/network.js");
  const file = await (await fetch("/weights.safetensors"))
    .arrayBuffer();
  const weights = read(file);
  let right = 0;
  drawings.forEach((strokes, n) => {
    const { logits } = forward(weights, prepare(strokes));
    right += logits.indexOf(Math.max(...logits)) === labels[n];
  });
  return right;
}"""


def main():
    digits = mnist.load()
    lines = [strokes(image) for image in digits.test_images]
    labels = digits.test_labels.tolist()
    record = {}
    with opened(ROOT / "docs" / "assets" / "digit") as (page, address):
        page.goto(address + "digit.css")
        for name, hand in HANDS.items():
            random = np.random.default_rng(0)
            drawings = [drawn(line, *hand, random) for line in lines]
            right = page.evaluate(
                READ, {"drawings": drawings, "labels": labels}
            )
            record[name] = {"digits": len(labels), "right": right}
            print(name, right, flush=True)
        record["browser"] = page.context.browser.version
    path = Path(__file__).with_name("redrawn.json")
    path.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
