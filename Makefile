# Each target does all set-up itself; tools/setup.sh says what it installs and why.
PYTHON := .venv/bin/python
TOOL := .venv/bin

.PHONY: demo test lint bench gallery

demo:
	@sh tools/setup.sh demo
	@$(PYTHON) -m alpkey demo

test:
	@sh tools/setup.sh test
	@$(MAKE) --no-print-directory lint-only
	$(TOOL)/pytest

lint:
	@sh tools/setup.sh lint
	@$(MAKE) --no-print-directory lint-only

.PHONY: lint-only
lint-only:
	$(TOOL)/ruff check app tests
	$(TOOL)/ruff format --check app tests
	$(TOOL)/mypy --platform linux app
	$(TOOL)/mypy --platform darwin app
	$(TOOL)/lint-imports

bench:
	@sh tools/setup.sh test
	@$(PYTHON) -m bench

gallery:
	@sh tools/setup.sh lint
	@$(PYTHON) -m tests.gallery dist/gallery
