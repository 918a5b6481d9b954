# `make` alone lists what there is.
PYTHON ?= python3
PY := .venv/bin/python
# Whose contract `make check` looks at.
NAME ?= pytorch2

.DEFAULT_GOAL := help
.PHONY: help serve site test check 2018 results parity seeds benchmarks clean

help:  ## list the commands
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9]+):.*## /  make \1\t/'

.venv/.complete: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: $$($(PYTHON) --version) is too old: install Python 3.11" \
	         "or newer, or name one: make PYTHON=python3.12 …" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	.venv/bin/pip install -r requirements.txt
	touch $@

serve: .venv/.complete  ## set up, train every framework of today, serve the site
	$(PY) -m snippets train --era today
	.venv/bin/mkdocs serve

site: .venv/.complete  ## build the site into site/
	.venv/bin/mkdocs build --strict
	$(PY) -m pages.publish site

2018: .venv-2018/.complete  ## set up the frameworks of 2018, CNTK included

.venv-2018/.complete: environments/2018/requirements.txt environments/2018/setup
	bash environments/2018/setup

test: .venv/.complete  ## set up what the tests need, 2018 too where it can be; test
	bash environments/2018/setup --if-possible
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

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

clean:  ## remove both environments and the built site
	rm -rf .venv .venv-2018 site
