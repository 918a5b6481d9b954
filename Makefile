# `make` alone lists what there is.
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help serve site test 2018 results parity seeds benchmarks clean

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
	.venv/bin/python -m snippets train --era today
	.venv/bin/mkdocs serve

site: .venv/.complete  ## build the site into site/
	.venv/bin/mkdocs build --strict

2018: .venv-2018/.complete  ## set up the frameworks of 2018, CNTK included

.venv-2018/.complete: requirements-2018.txt scripts/setup-2018
	bash scripts/setup-2018

test: .venv/.complete  ## set up what the tests need, 2018 too where it can be; test
	bash scripts/setup-2018 --if-possible
	.venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# Of all, or of some: make results NAMES=pytorch2
results: .venv/.complete  ## measure again: five seeds of every framework
	for seed in 0 1 2 3 4; do \
	  file=seed-$$seed$(NAMES:%=-%).json; \
	  .venv/bin/python -m snippets train $(NAMES) --require-all \
	    --seed $$seed --json results/mnist-5k-$$file; \
	  .venv/bin/python -m snippets train $(NAMES) --require-all \
	    --seed $$seed --data mnist --epochs 1 --json results/mnist-$$file; \
	done
	.venv/bin/python -m scripts.pages

parity: .venv/.complete  ## compare every framework with float64 again
	.venv/bin/python -m snippets parity --control --require-all \
	  --json results/parity.json
	.venv/bin/python -m scripts.pages

seeds: .venv/.complete  ## measure what is missing of 12 epochs of MNIST
	.venv/bin/python -m snippets seeds $(NAMES) --require-all
	.venv/bin/python -m scripts.pages

benchmarks: .venv/.complete  ## measure speed: what is missing of ten rounds
	.venv/bin/python -m benchmarks run
	.venv/bin/python -m benchmarks report

clean:  ## remove both environments and the built site
	rm -rf .venv .venv-2018 site
