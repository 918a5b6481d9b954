# `make` alone lists what there is.
PYTHON ?= python3
PY := .venv/bin/python
# Whose contract `make check` looks at.
NAME ?= pytorch2
# What is locked, and nothing that has to be built: no step takes another file.
LOCKED := --no-deps --only-binary :all: --require-hashes
LOCKS := environments/locks

.DEFAULT_GOAL := help
.PHONY: help serve site test check 2018 results parity seeds benchmarks \
  locks audit clean

help:  ## list the commands
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9]+):.*## /  make \1\t/'

.venv/.complete: $(wildcard $(LOCKS)/today*.txt)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12), (3, 13)))' || \
	  { echo "make: TensorFlow has no wheel for $$($(PYTHON) --version): install" \
	         "3.11, 3.12 or 3.13, or name one: make PYTHON=python3.12 …" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	@# PyTorch's CPU wheel where pip finds it; else its plain one, which for
	@# Linux wants CUDA.
	.venv/bin/pip install -qqq $(LOCKED) -r $(LOCKS)/today-cpu.txt || true
	.venv/bin/pip install $(LOCKED) -r $(LOCKS)/today.txt
	if .venv/bin/pip check | grep '^torch .* not installed'; then \
	  .venv/bin/pip install $(LOCKED) -r $(LOCKS)/today-cuda.txt; fi
	touch $@

serve: .venv/.complete  ## set up, train every framework of today, serve the site
	$(PY) -m snippets train --era today
	.venv/bin/mkdocs serve

site: .venv/.complete  ## build the site into site/
	.venv/bin/mkdocs build --strict
	$(PY) -m pages.publish site

2018: .venv-2018/.complete  ## set up the frameworks of 2018, CNTK included

.venv-2018/.complete: $(LOCKS)/2018.txt $(LOCKS)/2018-pip.txt environments/2018/setup
	bash environments/2018/setup

test: .venv/.complete  ## set up what the tests need, 2018 too where it can be; test
	bash environments/2018/setup --if-possible
	$(PY) -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: .venv/.complete  ## what is quickly told: lint, types, pages, links, a contract
	$(PY) -m ruff check
	$(PY) -m mypy
	$(PY) -m pages --check
	NOTEBOOKS=false .venv/bin/mkdocs build --strict --quiet
	$(PY) -m pytest -q tests/test_contract.py -k $(NAME)

# What is missing, of all or of some: make results NAMES="pytorch2 keras3/jax"
results: .venv/.complete  ## measure what is missing of five seeds for the gates
	$(PY) -m snippets gates $(NAMES) --require-all
	$(PY) -m pages

parity: .venv/.complete  ## compare with float64 again
	$(PY) -m snippets parity $(NAMES) --save --require-all
	$(PY) -m pages

seeds: .venv/.complete  ## measure what is missing of 12 epochs of MNIST
	$(PY) -m snippets seeds $(NAMES) --require-all
	$(PY) -m pages

benchmarks: .venv/.complete  ## measure speed: what is missing of twelve rounds
	$(PY) -m benchmarks run
	$(PY) -m pages

locks: .venv/.complete  ## write environments/locks/ anew, of the requirements
	$(PY) -m environments.locks.lock

audit: .venv/.complete  ## ask for known vulnerabilities of what is locked
	$(PY) -m environments.audit

clean:  ## remove both environments and the built site
	rm -rf .venv .venv-2018 site
