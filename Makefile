# Needs only git, make and Python 3.11 or 3.12. `make` alone lists the targets.

# The first of these that starts and has a version that fits; python3 if none does, so that the error below can name it.
PYTHON ?= $(shell for p in python3.11 python3 python3.12; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null && { echo "$$p"; exit; }; \
	done; echo python3)

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# More words for the command that a target runs, as in: make refresh ARGS=--help
ARGS ?=

# In how many processes the tests run; with 0 in one, as for a debugger: make test WORKERS=0
WORKERS ?= 2
# A file's tests are one after the other in one process, for they share what is dear to make. The files go out in the
# order in which they are found: the long ones in tests/end_to_end early, many short ones last, so that all end at one time.
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install refresh ui test test-all check format bench messages lock wheels clean

help: ## List these targets
	@echo "Usage: make TARGET"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-9s %s\n", $$1, $$2 } /^#vi / { printf "  %-9s %s\n", "", substr($$0, 5) }' $(firstword $(MAKEFILE_LIST))

refresh: $(STAMP) ## Read the returns in raw/, check them, write the marts and figures
#vi Đọc các biểu báo cáo trong raw/, kiểm tra, rồi ghi bảng số liệu và biểu tổng hợp
	$(BIN)/returns refresh $(ARGS)

ui: $(STAMP) ## Open the desk at 127.0.0.1:3000, and Dagster's pages below it
#vi Mở bàn làm việc tại 127.0.0.1:3000, có cả trang Dagster
	$(BIN)/returns ui $(ARGS)

install: $(STAMP) ## Make .venv from requirements.lock, if it is out of date

test: $(STAMP) ## Run the tests, less the slow ones
	$(PYTEST) --ignore=tests/benchmarks -m "not slow" $(ARGS)

test-all: $(STAMP) ## Run every test, the slow ones too (the benchmarks have make bench)
	$(PYTEST) --ignore=tests/benchmarks $(ARGS)

check: $(STAMP) ## Lint, check the formatting and the types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP) ## Format the code and mend what the linter can mend
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(STAMP) ## Run the benchmarks in tests/benchmarks
	RETURNS_BENCH=1 $(BIN)/python -m pytest tests/benchmarks $(ARGS)

messages: $(STAMP) ## Write the message catalogues in pipelines/cli/locale anew from the sources, translations kept
	$(BIN)/python -m pipelines.cli.locale

lock: $(STAMP) ## Write requirements.lock anew from pyproject.toml (ARGS=--upgrade for newer versions)
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --no-strip-extras \
		--no-emit-options --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --newline lf \
		--extra dev --build-deps-for editable $(ARGS) --output-file requirements.lock pyproject.toml

# Where `make wheels` puts them.
WHEELS ?= wheels
RETURNS := returns[server]==$(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)

# pip takes no constraint with extras, which the lock has; an older pip than ours takes hashes from no constraint at all.
wheels: $(STAMP) ## Gather in wheels/ all that an installation without a network needs: pip install -r wheels/install.txt
	rm -rf build $(WHEELS)/*.whl
	mkdir -p build $(WHEELS)
	$(BIN)/python -m pip wheel -qq --disable-pip-version-check --no-deps --no-build-isolation -w $(WHEELS) .
	sed 's/^\([A-Za-z0-9._-]*\)\[[^]]*\]==/\1==/' requirements.lock > build/constraints.txt
	echo "$(RETURNS) $$($(BIN)/python -m pip hash $(WHEELS)/returns-*.whl | tail -n 1)" > build/returns.txt
	$(BIN)/python -m pip download -qq --disable-pip-version-check --only-binary :all: --find-links $(WHEELS) \
		-d $(WHEELS) -r build/returns.txt -c build/constraints.txt
	printf '%s\n' --no-index '--find-links .' --require-hashes > $(WHEELS)/install.txt
	cd $(WHEELS) && $(abspath $(BIN))/python -m pip hash *.whl | \
		sed -n 'N; s/^\([^-]*\)-\([^-]*\)-.*\n/\1==\2 /p' >> install.txt
	rm -rf build

clean: ## Remove .venv and what tools left behind; data/ and raw/ stay
	rm -rf $(VENV) $(WHEELS) build returns.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .ci-artefacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is written last, so a broken install is done again the next time.
$(STAMP): requirements.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null || \
		{ echo "This project needs Python 3.11 or 3.12, and $(PYTHON) is not one of them: install python3.11, or name one with make PYTHON=/path/to/python3.11." >&2; exit 1; }
	@"$(BIN)/python" -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null || \
		"$(PYTHON)" -m venv --clear $(VENV)
	@echo "Installing the packages of requirements.lock in $(VENV): about a minute the first time."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
# As pip does with all the rest of it: the first call of a verb, or each where Python may keep nothing, would do it instead.
	@$(BIN)/python -m compileall -q assets pipelines schemas
	@touch $@
