"""The card of a page for who shares it, and the site's touch icon."""

from PIL import Image, ImageDraw, ImageFont

from lab.frameworks import ROOT
from pages.charts.kernels import INK, MINUS, PLUS, trained_kernels

TYPEFACES = ROOT / "docs" / "assets" / "typefaces"


def load_typeface(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(TYPEFACES / f"{name}.woff2", size)


def draw_kernel(
    draw: ImageDraw.ImageDraw, kernel: int, x: int, y: int, size: int
) -> None:
    """One of the 32 kernels, its nine squares `size` wide, on the ink."""
    kernels = trained_kernels()
    most = abs(kernels).max()
    ink = [int(INK[i : i + 2], 16) for i in (1, 3, 5)]
    for row in range(3):
        for column in range(3):
            value = float(kernels[kernel, row, column])
            paint = PLUS if value > 0 else MINUS
            full = [int(paint[i : i + 2], 16) for i in (1, 3, 5)]
            share = max(0.08, abs(value) / most)
            pairs = zip(ink, full, strict=True)
            mixed = [round(a + share * (b - a)) for a, b in pairs]
            left, top = x + column * size, y + row * size
            draw.rectangle(
                (left, top, left + size - 1, top + size - 1), tuple(mixed)
            )


def wrap_text(
    text: str, font: ImageFont.FreeTypeFont, width: int
) -> list[str]:
    """Return the text in lines no wider than `width` pixels."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def draw_card(title: str, site: str) -> Image.Image:
    """1200×630: the title over all 32 kernels."""
    image = Image.new("RGB", (1200, 630), INK)
    draw = ImageDraw.Draw(image)
    bold, plain = (
        load_typeface("next-700-normal", 68),
        load_typeface("next-400-normal", 34),
    )
    draw.text((80, 70), site, "#aab1be", plain)
    for n, line in enumerate(wrap_text(title, bold, 1040)[:4]):
        draw.text((80, 140 + 80 * n), line, "#ffffff", bold)
    for n in range(32):
        draw_kernel(draw, n, 80 + 65 * (n % 16), 480 + 60 * (n // 16), 15)
    return image


def draw_touch_icon() -> Image.Image:
    """180×180: the kernel of the logo."""
    image = Image.new("RGB", (180, 180), INK)
    kernels = trained_kernels()
    draw_kernel(
        ImageDraw.Draw(image),
        int((kernels.max(axis=(1, 2)) - kernels.min(axis=(1, 2))).argmax()),
        27,
        27,
        42,
    )
    return image
