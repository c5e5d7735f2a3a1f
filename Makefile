# The README's commands. `make run` and `make test` set up what they need first; `make help` lists all targets.

SHELL := /bin/bash
PYTHON = python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHON

# Given on the command line only: an environment often has a LANGUAGE of its own (gettext's).
BAG =
LANGUAGE = en
SCENARIO = street
PYTEST_ARGS =
COLCON_DIR = .
EXTRAS = requirements/train.in requirements/vlm.in

RUN_INPUT = $(if $(BAG),--bag "$(BAG)",--scenario "$(SCENARIO)")

.DEFAULT_GOAL := help
.PHONY: help setup ready ready-run extras run demo test bench lint format types layers check colcon docs lock doctor clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1 \2/' | \
	  awk '{ name = $$2; $$1 = $$2 = ""; printf "  make %-8s %s\n", name, $$0 }'

setup: ready ## .venv with locked packages, compiled messages and weights
	@echo "$(VENV) is ready"

ready:
	@$(PYTHON) tools/setup test

ready-run:
	@$(PYTHON) tools/setup run

extras: ready ## PyTorch and transformers, for training and large models (the default build brings CUDA: several GB)
	$(BIN)/pip install --quiet $(addprefix -r ,$(EXTRAS))

run: ready-run ## narrate a drive over ROS 2: BAG=folder (default: a simulated street), LANGUAGE=en|zh|es|en,zh
	$(BIN)/crossmodal-narrator run $(RUN_INPUT) --language "$(LANGUAGE)" --exit-at-end

demo: ready-run ## all senses on a simulated drive, with the passengers' page
	$(BIN)/crossmodal-narrator demo

test: ready ## all tests; PYTEST_ARGS="-k name" for some
	tools/test $(PYTEST_ARGS)

bench: ready ## a row for each stage, and the ratio to the well-known alternative: BAG=folder
	$(BIN)/python test/benchmark/bench.py "$(or $(BAG),$(error say which drive: make bench BAG=folder))"

lint: ready ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: ready ## ruff: write the format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: ready ## mypy, strict
	$(BIN)/mypy

layers: ready ## import-linter: imports run downward only
	$(BIN)/lint-imports

check: lint types layers test ## all of the above

colcon: ready ## build both packages as ROS 2 does: COLCON_DIR=folder for build, install and log
	tools/colcon-build "$(COLCON_DIR)"

lock: ## requirements/*.in -> requirements/*.txt (needs uv)
	tools/lock

docs: ready ## the documentation site: build/site/index.html
	@$(BIN)/python tools/site.py

doctor: ready-run ## what this machine has, what is missing, and the remedy
	$(BIN)/crossmodal-narrator doctor

clean: ## forget .venv and everything built here; the caches outside stay
	rm -rf $(VENV) build install log dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
