"""Where the generated files are."""

from lab.frameworks import ROOT

GENERATED = ROOT / "docs" / "generated"
FIGURES = ROOT / "docs" / "assets" / "figures"
TABS = ROOT / "docs" / "generated" / "tabs"


ASSETS = ROOT / "docs" / "assets"


LAYER_PARTS = GENERATED / "layers"
BENCHMARK_PARTS = GENERATED / "benchmarks"
DISTRIBUTED_PARTS = GENERATED / "distributed"
