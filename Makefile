# Three words are all a person must know: make demo, make test, make check.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PAGES := $(VENV)/.pages
WEB := $(shell find web src/liushui/locales -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

.PHONY: demo test check lint types layers format lock screenshots clean

demo: $(STAMP) $(PAGES)          ## install, start the embedded PostgreSQL, create the demo bank, serve it on 127.0.0.1:8000
	$(BIN)/liushui demo

test: $(STAMP) $(PAGES)          ## all tests, each file in one process, a database server for every process
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

check: $(STAMP)         ## what CI runs: format, lint, types, layers, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(MAKE) test

screenshots: $(STAMP) $(PAGES)  ## pictures of the main pages for the readme, into docs/screenshots
	$(BIN)/python -m tests.pictures docs/screenshots

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python hatch_build.py format

lock:                   ## write requirements.lock anew after a change of pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header --extra dev pyproject.toml -o requirements.lock

$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "python3 is not installed: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

# The pages, built again when their sources have changed. Without a network the API stands alone, and says so.
$(PAGES): $(WEB) hatch_build.py $(STAMP)
	@$(BIN)/python hatch_build.py
	@if [ -f src/liushui/channels/web/built/.sources ]; then touch $(PAGES); fi

clean:
	rm -rf $(VENV) .liushui web/node_modules web/dist src/liushui/channels/web/built
