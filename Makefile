# Each target does all set-up itself; tools/setup.sh says what it installs and why.
PYTHON := .venv/bin/python
TOOL := .venv/bin

# With it set, every start of Alpkey would compile the whole program.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint bench trust gallery installers dmg test-installers locks

demo:
	@sh tools/setup.sh demo
	@$(PYTHON) -m alpkey demo

test:
	@sh tools/setup.sh test
	@$(MAKE) --no-print-directory lint-only
	$(TOOL)/pytest -n auto --dist loadfile || $(MAKE) --no-print-directory second-try

# What failed while everything ran side by side has to pass alone.  A test that passes only here
# depends on how busy the machine is: it stands in the list above, and should be made steady.
.PHONY: second-try
second-try:
	@echo "Some tests failed.  Trying each of them again, alone:"
	$(TOOL)/pytest --last-failed --last-failed-no-failures none --exitfirst

lint:
	@sh tools/setup.sh lint
	@$(MAKE) --no-print-directory lint-only

.PHONY: lint-only
lint-only:
	$(TOOL)/ruff check app tests packaging
	$(TOOL)/ruff format --check app tests packaging
	$(TOOL)/mypy --platform linux app
	$(TOOL)/mypy --platform darwin app
	$(TOOL)/lint-imports
	$(TOOL)/vulture

bench:
	@sh tools/setup.sh test
	@$(PYTHON) -m bench

# Attacks, and one table of points tried and failures: in MINUTES as many as fit, with WHOLE=1 all.
MINUTES ?= 45
trust:
	@sh tools/setup.sh test
	@$(PYTHON) -m tests.trust --minutes $(MINUTES) $(if $(WHOLE),--whole)

# Every window in every state into dist/gallery; with README=1 also the pictures of README and docs.
PICTURES := $(if $(README),resources/pictures,dist/gallery/readme)
gallery:
	@sh tools/setup.sh test
	@$(PYTHON) -m tests.gallery dist/gallery $(PICTURES)
	@$(PYTHON) -m tests.desk_picture $(PICTURES)/alpkey.png

# Any of deb, rpm and run; ALPKEY_XZ=1 compresses fast and badly, for trying.
FORMATS ?= deb rpm run

installers:
	@sh tools/setup.sh installers
	@sh packaging/build.sh $(FORMATS)

# On a Mac.
dmg:
	@sh tools/setup.sh installers
	@sh packaging/macos/build.sh

# Slow: a Debian of its own, renewals by every installer, everything built twice.
test-installers:
	@sh tools/setup.sh test
	@sh tools/setup.sh installers
	@sh packaging/build.sh $(FORMATS)
	$(TOOL)/pytest --timeout 1800 --basetemp "$$(mktemp -d)" tests/installers

locks:
	@sh tools/setup.sh locks
	@sh packaging/locks.sh
