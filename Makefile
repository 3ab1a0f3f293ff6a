# Two commands do everything: `make demo` shows the product, `make test` proves it.
PYTHON ?= python3
# How many tests run side by side: one more than two cores, for a test often waits for a browser or
# a server.
WORKERS ?= 3
BIN := .venv/bin

.PHONY: demo test checked tried install browser clean

demo: .venv/demo
	$(BIN)/apflow demo

# What is measured is measured alone, at the end.
test: browser
	@$(MAKE) --no-print-directory -j2 checked tried
	$(BIN)/python -m pytest -q tests/benchmarks

checked:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

tried:
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --ignore=tests/benchmarks

install: .venv/demo

# A Chromium to look at the pages with; installs Debian's, or Playwright's own, where there is none.
browser: .venv/test
	@$(BIN)/python -m tests.browser.get_chromium

# pip is told the versions by constraints.txt; the ranges that matter stand in pyproject.toml too.
.venv/python:
	$(PYTHON) -c 'import sys; sys.exit("apflow needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	@echo 'Making .venv'
	$(PYTHON) -m venv .venv
	touch $@

.venv/demo: .venv/python pyproject.toml constraints.txt bring_govuk_frontend.py
	@echo 'Installing apflow and what it needs into .venv (about a minute) ...'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

.venv/test: .venv/python pyproject.toml constraints.txt bring_govuk_frontend.py
	@echo 'Installing apflow and what its tests need into .venv (about a minute) ...'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@

clean:
	rm -rf .venv build dist var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf src/apflow/web/static/govuk
