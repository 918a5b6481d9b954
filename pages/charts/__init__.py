"""Draw figures as SVG: axes, bars, dots, lines, the network."""
