# `make` alone lists what there is.
PYTHON ?= python3
PY := .venv/bin/python
# Where `make serve` and `make preview` serve the site.
PORT ?= 8000
# An index that has PyTorch's CPU wheels: README.md says when to name it.
TORCH_INDEX ?=
# What is locked, and nothing that has to be built: no step takes another file.
LOCKED := --no-deps --only-binary :all: --require-hashes
LOCKS := environments/locks
PYTEST := -n logical --maxprocesses 4 --dist loadscope --no-loadscope-reorder

# Install a lock: environment, lock, further options. Where that fails, say
# why in one line; the rest of what pip said is in the environment's pip.log.
define install
$(1)/bin/pip install $(LOCKED) $(3) -r $(LOCKS)/$(2).txt 2> $(1)/pip.log || { \
  echo "make: the installation failed: $$(grep ERROR $(1)/pip.log | tail -n 1 \
  | grep . || echo pip did not say why) ($(1)/pip.log)" >&2; exit 1; }
endef

.DEFAULT_GOAL := help
.PHONY: help serve preview site test prove check lint types pages links port \
  blas 2018 refresh results parity seeds benchmarks locks audit clean

help:  ## list the commands
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9]+):.*## /  make \1\t/'
	@echo
	@echo '  PORT=8000            where serve and preview serve the site'
	@echo '  NAMES="pytorch2 …"   what refresh, results, parity and seeds measure'
	@echo '  PYTHON=python3.12    what .venv is made with: 3.11, 3.12 or 3.13'
	@echo "  TORCH_INDEX=URL      an index of PyTorch's CPU wheels: see README.md"

.venv/.complete: $(wildcard $(LOCKS)/today*.txt)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12), (3, 13)))' || \
	  { echo "make: TensorFlow has no wheel for $$($(PYTHON) --version): install" \
	         "3.11, 3.12 or 3.13, or name one: make PYTHON=python3.12 …" >&2; exit 2; }
	@echo "make: installing the frameworks into .venv: some minutes, 4.7 or 8.5 GB"
	$(PYTHON) -m venv .venv
	@# PyTorch's CPU wheel where pip finds it; else its plain one, which for
	@# Linux wants CUDA.
	@$(if $(TORCH_INDEX),$(call install,.venv,today-cpu,--index-url $(TORCH_INDEX)),\
	  .venv/bin/pip install -qqq $(LOCKED) -r $(LOCKS)/today-cpu.txt || true)
	@$(call install,.venv,today)
	@if .venv/bin/pip check | grep '^torch .* not installed'; then \
	  $(call install,.venv,today-cuda); fi
	@$(PY) -m environments.locks.blas .venv
	@touch $@

.venv-preview/.complete: $(LOCKS)/site.txt
	@echo "make: installing what builds the site: about a minute, 0.3 GB"
	$(PYTHON) -m venv .venv-preview
	@$(call install,.venv-preview,site,-q)
	@touch $@

# Check the port before an installation that takes minutes.
port:
	@$(PYTHON) -m lab.port $(PORT)

blas: .venv/.complete  ## let MLX use the system's OpenBLAS
	@$(PY) -m environments.locks.blas .venv

serve: port .venv/.complete  ## serve the site at PORT, and train today's frameworks meanwhile
	@exec $(PY) -m lab.serve $(PORT)

preview: port .venv-preview/.complete  ## serve the site without installing any framework
	@exec env NOTEBOOKS=false SITE_URL= NO_MKDOCS_2_WARNING=1 \
	  .venv-preview/bin/mkdocs serve --dev-addr 127.0.0.1:$(PORT)

site: .venv/.complete  ## build the site into site/, and run its notebooks
	.venv/bin/mkdocs build --strict
	$(PY) -m pages.publish site

2018: .venv-2018/.complete  ## set up the frameworks of 2018, CNTK included

.venv-2018/.complete: $(LOCKS)/2018.txt $(LOCKS)/2018-pip.txt environments/2018/setup
	bash environments/2018/setup

test: .venv/.complete  ## set up what the tests need, 2018 too where it can be; test
	bash environments/2018/setup --if-possible
	$(PY) -m pytest $(PYTEST)

prove: .venv/.complete  ## run every test, the slow ones too, and accept no earlier result
	bash environments/2018/setup --if-possible
	$(PY) -m pytest $(PYTEST) --prove

check: .venv/.complete  ## lint, types, pages, links: in less than a minute
	@$(MAKE) --no-print-directory -kj2 lint types pages links

lint:
	$(PY) -m ruff check
	$(PY) -m ruff format --check
types:
	$(PY) -m mypy
pages:
	$(PY) -m pages --check
links:
	NOTEBOOKS=false NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict --quiet

refresh: .venv/.complete  ## measure the stale and absent results that take minutes
	$(PY) -m snippets refresh $(NAMES)
	$(PY) -m pages

# Of all or of some: make results NAMES="pytorch2 keras3/jax"
results: .venv/.complete  ## measure the stale and absent runs of the gates: five seeds
	$(PY) -m snippets gates $(NAMES) --require-all
	$(PY) -m pages

parity: .venv/.complete  ## compare with float64 again
	$(PY) -m snippets parity $(NAMES) --save --require-all
	$(PY) -m pages

seeds: .venv/.complete  ## measure the stale and absent runs of 12 epochs of MNIST
	$(PY) -m snippets seeds $(NAMES) --require-all
	$(PY) -m pages

benchmarks: .venv/.complete  ## measure speed: the stale and absent rounds of twelve
	$(PY) -m benchmarks run
	$(PY) -m pages

locks: .venv/.complete  ## write environments/locks/ anew, of the requirements
	$(PY) -m environments.locks.lock

audit: .venv/.complete  ## ask for known vulnerabilities of what is locked
	$(PY) -m environments.audit

clean:  ## remove the environments and the built site
	rm -rf .venv .venv-2018 .venv-preview site
