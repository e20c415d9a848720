# make run    sets everything up and opens the app
# make test   sets everything up and runs every check
# make lint   style, format, types, the order of the imports, and the packages of the app
# make quick  lint, and the tests that together take less than a minute
# make bench  sets everything up and measures, against peers
# make load   measures a class of 10, 30 and 50 at one server, about half an hour, and writes the
#             table into benchmarks/RESULTS.md; SHORT=1 takes a minute and writes nothing,
#             VISITORS=30 MINUTES=2 only one class; it needs two cores that have nothing else to do
# make chaos  has everything fail once that can, and writes the table into benchmarks/RESULTS.md;
#             half an hour; ON=sqlite only one database, ONLY="disk_full server_killed" only these,
#             and writes nothing
# make models trains the shipped networks anew, and writes the known digits anew;
#             NAMES=robust only one of the networks
# make peers  installs PyTorch and Keras, a gigabyte, with which two tests read the exports
# make docs   builds the guides and the reference as a site, into site/
PYTHON ?= python3
BIN := .venv/bin
# The address that is shown: a browser cannot open 0.0.0.0.
SHOWN = $(if $(filter 0.0.0.0 ::,$(ADDRESS)),$(shell hostname),$(ADDRESS))

.PHONY: run test tested lint quick bench load chaos models peers docs
run: .venv/run
	$(BIN)/python -m pages.platform.offline run app.py $(if $(ADDRESS),--server.address $(ADDRESS) --browser.serverAddress $(SHOWN)) $(if $(PORT),--server.port $(PORT))

test: .venv/test $(if $(filter true,$(CI)),.venv/peers)
	$(MAKE) --jobs 2 lint tested

# Three processes for two cores: with two, the tests without a browser left a seventh idle.
tested: .venv/test
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

lint: .venv/test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(BIN)/python -m tests.packages

quick: lint
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder -m "not browser and not slow"

models: .venv/run
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m simplenet.runs.shipped $(NAMES)
	$(BIN)/python -m simplenet.ink.novelty

peers: .venv/peers

bench: .venv-bench/ready
	.venv-bench/bin/python -m benchmarks

load: .venv/test
	$(BIN)/python -m benchmarks.load $(if $(SHORT),--short,$(if $(VISITORS),--visitors $(VISITORS) --minutes $(or $(MINUTES),3),--write))

chaos: .venv/test
	$(BIN)/python -m benchmarks.chaos $(if $(ON)$(ONLY),$(if $(ON),--on $(ON)) $(if $(ONLY),--only $(ONLY)),--write)

# The first variable: no advertisement. Not with --quiet: then a warning is no error.
docs: .venv-docs/ready
	NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs build --strict

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=/path/to/it"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	touch $@

.venv/test: requirements.txt requirements-dev.txt docs/requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	touch $@ .venv/run

.venv/peers: tests/exports/requirements.txt .venv/test
	$(BIN)/python -m pip install --quiet --requirement tests/exports/requirements.txt
	touch $@

.venv-bench/ready: requirements.txt benchmarks/requirements.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --requirement benchmarks/requirements.txt
	touch $@

.venv-docs/ready: docs/requirements.txt
	$(PYTHON) -m venv .venv-docs
	.venv-docs/bin/python -m pip install --quiet --requirement docs/requirements.txt
	touch $@
