# make lab     set up, fetch the data, open JupyterLab at lesson 00    make quick      the fast tests
# make test    set up, fetch the data, run every test                  make notebooks  rebuild what changed
# make doctor  is everything there, and what to do if not              make site       the solved lessons, in site/
# make checks  measure the checks, write docs/checks.md                make versions   on lowest and newest packages
#
# PYTHON=python3.12      the Python to make .venv with (3.11 or newer)
# PIP_ARGS="..."         options for pip, for instance to choose a CPU build of torch
# ARGS="..."             options for JupyterLab, or for pytest

PYTHON ?= python3
VENV ?= .venv
JOBS ?= 2
BIN := $(VENV)/bin
READY := $(VENV)/.installed
LOG := $(VENV)/pip.log
PIP := $(BIN)/python -m pip --disable-pip-version-check --retries 2 --timeout 20
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup

.PHONY: lab doctor test quick notebooks checks site versions lock clean

lab: $(READY)
	@$(BIN)/python -m course lab $(ARGS)

doctor: $(READY)
	@$(BIN)/python -m course doctor

test: $(READY)
	@$(BIN)/python -m course data
	$(BIN)/ruff check .
	$(PYTEST) $(ARGS)

quick: $(READY)
	$(BIN)/ruff check .
	$(PYTEST) -m "not slow" $(ARGS)

notebooks: $(READY)
	$(BIN)/python -m course build $(if $(FORCE),--force) $(LESSONS)

checks: $(READY)
	$(BIN)/python -m course.checks.report

site: $(READY)
	$(BIN)/python -m course site $(ARGS)

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Python 3.11 or newer is needed. Name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the course's packages into $(VENV): once, some minutes."
	@$(PIP) install $(PIP_ARGS) -r requirements.lock 2> $(LOG) \
	    && $(PIP) install --quiet --no-deps --no-build-isolation --editable . 2>> $(LOG) || { \
	    echo; \
	    if grep -q "connection broken" $(LOG); then \
	        echo "The course's packages could not be fetched: the package index does not answer."; \
	        echo "Connect this computer to the internet and run the same command again."; \
	    else \
	        echo "The course's packages could not be installed ($(LOG) has more):"; grep ERROR $(LOG) | tail -n 2; \
	    fi; exit 1; }
	@touch $(READY)

versions: $(READY)
	$(PIP) install --quiet uv
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python tools/versions.py $(ARGS)

# Exact versions for every platform. CUDA's packages are left out: a CPU build of torch has none,
# and the others name the versions they need themselves. UPGRADE=--upgrade takes the newest of all.
lock: $(READY)
	$(PIP) install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --extra test \
	    --no-annotate --no-header $(UPGRADE) pyproject.toml --output-file requirements.lock
	{ echo "# Made by \`make lock\`."; grep -vE '^(#|cuda-|nvidia-|triton)' requirements.lock; } > requirements.new
	mv requirements.new requirements.lock

clean:
	rm -rf $(VENV) build dist site *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
