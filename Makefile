# make lab     set up, fetch the data, open JupyterLab at lesson 00    make quick      the fast tests
# make test    set up, fetch the data, run every test                  make notebooks  rebuild what changed
# make doctor  is everything there, and what to do if not              make site       the solved lessons, in site/
# make checks  measure the checks, write docs/checks.md                make versions   on lowest and newest packages
#
# PYTHON=python3.12      the Python to make .venv with (3.11 or newer)
# TORCH=cpu              on Linux: PyTorch without CUDA, 0.2 GB (TORCH=cuda: with it, 2.7 GB; else: is there a card?)
# PIP_ARGS="..."         options for pip, which then does the work, even where uv is installed
# ARGS="..."             options for JupyterLab, or for pytest

PYTHON ?= python3
VENV ?= .venv
JOBS ?= 2
BIN := $(VENV)/bin
READY := $(VENV)/.requirements
READY_TESTS := $(VENV)/.requirements-test
PIP := $(BIN)/python -m pip --disable-pip-version-check --retries 2 --timeout 20
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup

# Compiled once, and not anew by each of the many processes that the tests start.
unexport PYTHONDONTWRITEBYTECODE

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

# A build that is named is looked at each time: the environment may have another one.
ifdef TORCH
.PHONY: $(READY) $(READY_TESTS)
endif

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) tools/install.py --venv $(VENV) $(TORCH:%=--torch %) -- $(PIP_ARGS)

$(READY_TESTS): pyproject.toml requirements.lock requirements-test.lock
	@$(PYTHON) tools/install.py --venv $(VENV) --tests $(TORCH:%=--torch %) -- $(PIP_ARGS)

versions: $(READY_TESTS)
	$(PIP) install --quiet uv
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python tools/versions.py $(ARGS)

# Exact versions for every system, as tools/lock.py says. UPGRADE=--upgrade takes the newest of all.
lock: $(READY_TESTS)
	$(PIP) install --quiet uv
	$(BIN)/python tools/lock.py $(UPGRADE)

clean:
	rm -rf $(VENV) build dist site *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
