# make demo and make test are all a newcomer needs; both create what they need.
unexport PYTHONDONTWRITEBYTECODE  # else each of hundreds of processes compiles the same modules
PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 2
IN_WORKERS := -n $(WORKERS) --dist loadfile --no-loadscope-reorder  # in the order of tests/conftest.py
BIN := $(VENV)/bin
BASE := $(VENV)/.installed-base
STAMP := $(VENV)/.installed
INSTALLED := pyproject.toml $(wildcard src/regraft/*/*.c)
SCRIPTS := $(sort $(shell grep -l __main__ -r bench docs examples --include='*.py'))
PAGES := docs/slim_tables.py docs/scale_costs.py docs/knobs/pictures.py bench/readme_table.py
FIGURES := $(filter-out $(PAGES) bench/mutations.py,$(SCRIPTS))

OLDEST := $(VENV)-lowest
LOWEST := $(OLDEST)/.installed
OF_THE_BASE := $(addprefix tests/unit/, \
	core data images features heads evaluation reports experiments \
	$(addprefix datasets/,conversion fetching getting unpacking writing) \
	$(patsubst %,cli/test_%.py,help log_lines output standard_input) \
	$(patsubst %,recipes/test_%.py,cache_care front_door scanning) \
	$(patsubst %,slim/test_%.py,directories flag_files flags scopes)) \
	$(patsubst %,tests/attacks/test_%.py,images shards tars zips) tests/contract/test_image_estimators.py

.PHONY: setup demo check format test quick lowest mutations bench pages clean
.NOTPARALLEL:  # targets install into one environment

setup: $(STAMP)

$(STAMP): $(INSTALLED)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $(BASE) $@

$(BASE): $(INSTALLED)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --editable '.[demo]'
	touch $@

demo: $(BASE)
	$(BIN)/regraft demo

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: setup
	$(BIN)/python -m pytest $(IN_WORKERS)

quick: setup
	$(BIN)/python -m pytest $(IN_WORKERS) -m "not slow"

lowest: $(LOWEST)
	$(OLDEST)/bin/python -m pytest $(IN_WORKERS) -m "not slow" $(OF_THE_BASE)
	$(OLDEST)/bin/python -m pytest $(IN_WORKERS) tests/packaging

$(LOWEST): $(INSTALLED) tools/lowest_versions.py
	rm -rf $(OLDEST)
	$(PYTHON) -m venv $(OLDEST)
	$(OLDEST)/bin/python -m pip install --quiet packaging
	$(OLDEST)/bin/python tools/lowest_versions.py >$(OLDEST)/requirements.txt
	$(OLDEST)/bin/python -m pip install --quiet --no-compile --requirement $(OLDEST)/requirements.txt --editable '.[test]'
	touch $@

mutations: setup
	$(BIN)/python bench/mutations.py

bench: setup
	mkdir -p figures
	cd figures && for script in $(FIGURES); do \
		echo $$script; \
		$(abspath $(BIN))/python ../$$script >$$(basename $$script .py).txt || [ $$? = 69 ] || exit 1; \
	done

pages: setup
	for script in $(PAGES); do $(BIN)/python $$script || exit 1; done

clean:
	rm -rf $(VENV) $(OLDEST) .mypy_cache .ruff_cache .pytest_cache .hypothesis runs figures
