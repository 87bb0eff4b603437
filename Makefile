# One command for each habit; each works by itself on a fresh machine with Python 3.11 or newer.
#   make run          the app on http://localhost:8501 (PORT=…, ADDRESS=…); installs only what serving needs
#   make serve        COPIES=2 of the app behind Caddy, which must be installed; PORT and ADDRESS as above
#   make test         all tests, on several cores; the browser tests are skipped without a Chromium or Chrome
#   make screenshots  the tour of every page at every width, in light and dark, in a browser; COVERS=1 with drawn covers
#   make check        lint, format, types, layers of imports
#   make train        raw lists (SOURCE=folder) -> build/mal -> models in artifacts/; without lists, the shipped simulated
#                     community -> models in build/trained, so that the shipped models stay
#   make bench        serving latency and memory
#   make docs         write docs/commands.md from the commands' --help
#   make lock         write requirements*.txt from pyproject.toml; versions stay where they can, UPGRADE=1 takes the newest
PYTHON ?= python3
VENV ?= .venv
PORT ?= 8501
ADDRESS ?= localhost
COPIES ?= 2
SOURCE ?= $(wildcard ../shared/data/mal)
DATA ?= $(if $(SOURCE),build/mal,artifacts)
OUT ?= $(if $(SOURCE),artifacts,build/trained)
PY := $(VENV)/bin/python
# The tests start Python often: let it keep what it compiled, also where the environment says otherwise.
test screenshots test-cluster: export PYTHONDONTWRITEBYTECODE :=
# Each worker has its own server and browser. It takes whole files (loadfile), whose tests share fixtures, or single tests.
# A crashed worker fails its test and is not replaced: xdist's replacement never ends with loadfile.
WORKERS := --numprocesses logical --maxprocesses 4 --max-worker-restart 0
LOCK := $(PY) -m uv pip compile --quiet pyproject.toml

.DEFAULT_GOAL := run
.PHONY: run serve test test-cluster screenshots check train bench docs lock

run: $(VENV)/.serve
	$(PY) -m streamlit run app.py --server.port $(PORT) --server.address $(ADDRESS)

serve: $(VENV)/.serve
	$(PY) -m scripts.serve --copies $(COPIES) --port $(PORT) --address "$(ADDRESS)"

test: $(VENV)/.dev
	@$(PY) -m pytest $(WORKERS) --dist loadfile --no-loadscope-reorder

screenshots: $(VENV)/.dev
	@$(PY) -m pytest $(WORKERS) --dist load -m screenshots $(if $(COVERS),--covers) tests/e2e

test-cluster: $(VENV)/.dev
	@$(PY) -m pytest -m cluster tests/cluster

check: $(VENV)/.dev
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m pyright --pythonpath $(PY)
	$(VENV)/bin/lint-imports --no-logo

train: $(VENV)/.train
	$(if $(SOURCE),$(PY) -m scripts.prepare --source $(SOURCE) --out $(DATA),@echo "No SOURCE=folder of raw lists: training on the simulated community in $(DATA).")
	$(PY) -m scripts.train popularity svd neural hybrid odds atlas --data $(DATA) --out $(OUT)

bench: $(VENV)/.dev
	$(PY) -m scripts.benchmark serve

docs: $(VENV)/.dev
	$(PY) -m tests.commands

# The largest file is resolved first; the others start from its versions, so that all agree.
lock: $(VENV)/.dev
	$(LOCK) $(if $(UPGRADE),--upgrade) --extra dev --output-file requirements-dev.txt
	cp requirements-dev.txt requirements-cluster.txt
	$(LOCK) --extra app --extra train --extra cluster --output-file requirements-cluster.txt
	cp requirements-dev.txt requirements-train.txt
	$(LOCK) --extra app --extra train --output-file requirements-train.txt
	cp requirements-dev.txt requirements.txt
	$(LOCK) --extra app --output-file requirements.txt

# A stamp file says that the environment holds that requirements file as it is now. Python compiles what it imports:
# compiling all modules at once takes pip as long as installing them.
$(VENV)/.serve: requirements.txt
$(VENV)/.train: requirements-train.txt
$(VENV)/.dev: requirements-dev.txt
$(VENV)/.serve $(VENV)/.train $(VENV)/.dev:
	@$(PYTHON) -c 'import sys; sys.version_info < (3, 11) and sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12")'
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV) \
		|| { echo "Cannot create $(VENV): install Python's venv module (Debian: apt-get install python3-venv)." >&2; exit 1; }
	@echo "Installing $< into $(VENV) (once) …"
	@$(PY) -m pip install --quiet --no-compile --disable-pip-version-check -r $<
	@touch $@
