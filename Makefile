.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
AUDIT := .venv-audit
BIN := $(VENV)/bin
PAGE := src/solli_graphql/page/index.html
OPERATIONS := src/solli_graphql/graphql/operations
NODE := $(and $(shell command -v node),$(shell command -v npm))

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.installed $(PAGE) ## a virtual environment with the project and its development tools

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(PAGE): $(addprefix page/,package-lock.json index.html vite.config.js) $(wildcard page/src/* $(OPERATIONS)/*/*.graphql)
ifdef NODE
	@cd page && { cmp -s package-lock.json node_modules/.installed || { npm ci && cp package-lock.json node_modules/.installed; }; } \
	  && npm run --silent build || echo "The GraphiQL page is not built (see above); all the rest works."
else
	@echo "The GraphiQL page needs Node.js 20 and npm; all the rest works without it."
endif

run: install ## the demonstration, on http://127.0.0.1:$(PORT)
	SOLLI_MODE=demo SOLLI_DATABASE_URL=sqlite:///solli-demo.db $(BIN)/solli demo
	SOLLI_MODE=demo SOLLI_DATABASE_URL=sqlite:///solli-demo.db $(BIN)/solli serve --port $(PORT)

test: install ## every test, on SQLite and on a PostgreSQL of its own
	$(BIN)/python -m pytest

check: install ## format, lint, types, import contracts, then every test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

site: install ## the documentation as a site, in site/: no request leaves it
	$(BIN)/python docs/site/construire.py

coverage: install ## every test, and what they do not reach: half as long again
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

format: install ## put every file in the house's form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## pin the dependencies anew (needs uv)
	uv pip compile --quiet --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev -o requirements.lock pyproject.toml
	uv pip compile --quiet --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group audit -o requirements-audit.lock

audit: ## known vulnerabilities of the locked dependencies, and their inventory (CycloneDX)
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-audit.lock
	$(AUDIT)/bin/cyclonedx-py requirements --output-reproducible -o sbom.cdx.json requirements.lock
	@$(AUDIT)/bin/pip-audit --disable-pip --strict --progress-spinner off -r requirements.lock || { \
	  echo "Failed: a dependency is vulnerable, or could not be asked about (see above). The inventory is in sbom.cdx.json."; exit 1; }

clean: ## remove what the other targets made
	rm -rf $(VENV) $(AUDIT) sbom.cdx.json $(dir $(PAGE)) page/node_modules dist site .*_cache .hypothesis .coverage

.PHONY: help install run test check site coverage format lock audit clean
