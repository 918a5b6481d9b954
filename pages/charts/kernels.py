"""The trained kernels of the first layer, drawn as squares."""

import numpy as np
from safetensors.numpy import load_file

from lab.frameworks import ROOT

TRAINED_WEIGHTS = ROOT / "data" / "trained.safetensors"
INK, PLUS, MINUS = "#16263d", "#ffc44d", "#6fb0f2"  # on the ink
PAGE_PLUS, PAGE_MINUS = "#b86e00", "#2f74bf"  # on white, and on black


def trained_kernels() -> np.ndarray:
    """Return the trained kernels of the first layer, 32×3×3."""
    return load_file(TRAINED_WEIGHTS)["conv1.kernel"][:, :, 0].transpose(
        2, 0, 1
    )


def kernel_squares(
    kernel: np.ndarray,
    x: float,
    y: float,
    size: float,
    gap: float,
    plus: str,
    minus: str,
    most: float,
) -> list[str]:
    """Return a kernel's nine numbers as squares of `size`, as strong as each
    is of `most`."""
    return [
        f'<rect x="{x + column * (size + gap):g}" '
        f'y="{y + row * (size + gap):g}" width="{size:g}" height="{size:g}" '
        f'fill="{plus if value > 0 else minus}" '
        f'opacity="{max(0.08, min(1, abs(value) / most)):.2f}"/>'
        for (row, column), value in np.ndenumerate(kernel)
    ]


def logo() -> str:
    """Return the kernel whose numbers are furthest apart, as SVG."""
    kernels = trained_kernels()
    kernel = kernels[np.ptp(kernels, axis=(1, 2)).argmax()]
    most = abs(kernel).max()
    return "\n".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">',
            f'<rect width="32" height="32" rx="6" fill="{INK}"/>',
            *kernel_squares(kernel, 5, 5, 7, 0.5, PLUS, MINUS, most),
            "</svg>\n",
        ]
    )


def kernel_strip() -> str:
    """Return all trained kernels in a row, as SVG."""
    kernels = trained_kernels()
    most = abs(kernels).max()
    body = [
        cell
        for n, kernel in enumerate(kernels)
        for cell in kernel_squares(
            kernel, 15 * n, 0, 4, 0, PAGE_PLUS, PAGE_MINUS, most
        )
    ]
    width = 15 * len(kernels) - 3
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" '
            f'viewBox="0 0 {width} 12" shape-rendering="crispEdges">',
            *body,
            "</svg>\n",
        ]
    )
