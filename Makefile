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
READY := $(VENV)/.requirements
READY_TESTS := $(VENV)/.requirements-test
PIP := $(BIN)/python -m pip --disable-pip-version-check --retries 2 --timeout 20
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup

.PHONY: lab doctor test quick notebooks checks site versions lock clean

lab: $(READY)
	@$(BIN)/python -m classroom lab $(ARGS)

doctor: $(READY)
	@$(BIN)/python -m classroom doctor

test: $(READY_TESTS)
	@$(BIN)/python -m classroom data
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PYTEST) --maxfail 20 $(ARGS)

quick: $(READY_TESTS)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PYTEST) -m "not slow" $(ARGS)

notebooks: $(READY)
	$(BIN)/python -m classroom build $(if $(FORCE),--force) $(LESSONS)

checks: $(READY)
	$(BIN)/python -m tools.measure.report

site: $(READY)
	$(BIN)/python -m classroom site $(ARGS)

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) tools/install.py --venv $(VENV) -- $(PIP_ARGS)

$(READY_TESTS): pyproject.toml requirements.lock requirements-test.lock
	@$(PYTHON) tools/install.py --venv $(VENV) --tests -- $(PIP_ARGS)

versions: $(READY_TESTS)
	$(PIP) install --quiet uv
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python tools/versions.py $(ARGS)

# Exact versions for every platform: what the course needs, and what its tests need beyond that. CUDA's
# packages are left out: a CPU build of torch has none, and the others name the versions they need
# themselves. UPGRADE=--upgrade takes the newest of all.
LOCK := $(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
    --no-annotate --no-header pyproject.toml
lock: $(READY_TESTS)
	$(PIP) install --quiet uv
	mkdir -p build && cat requirements.lock requirements-test.lock > build/all.lock
	$(LOCK) --extra test $(UPGRADE) --output-file build/all.lock
	$(LOCK) --constraint build/all.lock --output-file build/course.lock
	grep -vE '^(#|cuda-|nvidia-|triton)' build/all.lock | sort > build/all.pins
	grep -vE '^(#|cuda-|nvidia-|triton)' build/course.lock | sort > build/course.pins
	{ echo "# Made by \`make lock\`: what the course needs."; cat build/course.pins; } > build/requirements.lock
	{ echo "# Made by \`make lock\`: what the tests need beyond requirements.lock."; \
	    awk 'NR == FNR { there[$$1]; next } !($$1 in there)' build/course.pins build/all.pins; } > build/requirements-test.lock
	mv build/requirements.lock build/requirements-test.lock .

clean:
	rm -rf $(VENV) build dist site *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
