# Every target makes what it needs, and is quick when nothing changed.
# The plain commands behind the targets stand in README.md.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
LITE   := .venv-lite
PIP    := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help book serve lab test drill notebooks picture bench clean

help:           ## list the targets
	@grep -E '^[a-z]+: .*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/installed: requirements.txt constraints.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: install Python 3.11 or newer (https://www.python.org/downloads/)."; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version.split()[0]; sys.exit(0 if sys.version_info >= (3, 11) else f"Python 3.11 or newer is needed; $(PYTHON) is {v}. Name another with: make PYTHON=python3.12 …")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "The module venv is missing. On Debian or Ubuntu: sudo apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet -r requirements.txt -c constraints.txt
	@touch $@

# JupyterLite needs older versions of some packages than the book.
$(LITE)/installed: requirements-lite.txt constraints-lite.txt | $(VENV)/installed
	$(PYTHON) -m venv $(LITE)
	$(LITE)/bin/python -m pip --disable-pip-version-check install --quiet -r requirements-lite.txt -c constraints-lite.txt
	@touch $@

book: $(VENV)/installed $(LITE)/installed  ## build the website into _build/html (PYODIDE=folder: see for_teachers.md)
	$(BIN)/python tools/book.py
	@$(LITE)/bin/python tools/lite.py $(if $(PYODIDE),--pyodide "$(PYODIDE)")
	@$(BIN)/python tools/check_site.py

serve: book     ## build, serve on a free loopback port, open in the browser
	$(BIN)/python tools/serve.py

lab: $(VENV)/installed   ## open the chapters in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=. chapters

test: book      ## check everything the book claims
	$(BIN)/ruff check .
	$(BIN)/python -m pytest

drill: $(VENV)/installed  ## break the book in many ways; a test must notice each (DRILL="--count 10": ten)
	$(BIN)/python tools/drill.py $(DRILL)

notebooks: $(VENV)/installed  ## execute the notebooks and store their outputs: the only way to make them
	$(BIN)/python tools/notebooks.py

picture: book   ## take the README's picture of the front page, light and dark
	$(BIN)/python tools/readme_picture.py

bench: book     ## print speed as ratios, measured side by side
	$(BIN)/python benchmarks/run.py

clean:          ## remove what was built and installed
	rm -rf _build $(VENV) $(LITE) *.egg-info .pytest_cache .hypothesis .ruff_cache
