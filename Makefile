# The commands of the README. Each sets up what it needs; a second run finds it there.
# Only Python 3.11+, make and the package registries are assumed.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

# Images for containers often set it. Every process of a hub would then compile the hub anew: half of each start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-long fuzz check bench bench-floods lock clean
.DEFAULT_GOAL := demo

demo: .venv/.runtime desk-bundle  ## a fictional county with simulated devices; prints the desk's address and log-in
	$(BIN)/hub demo

test: .venv/.dev desk-bundle  ## everything that takes minutes at the most
	$(BIN)/python desk/build.py --test
	$(BIN)/python -m pytest -m "not long" -n 4 --dist loadfile --no-loadscope-reorder --durations=10

test-long: .venv/.dev desk-bundle  ## and what takes longer
	$(BIN)/python -m pytest -m long --timeout=3600

fuzz: .venv/.dev  ## SECONDS=60 in all, or INPUTS=10000000; JOBS=1 targets at once; KEEP=1: what is learnt is kept
	$(BIN)/python -m tests.fuzz.run $(if $(INPUTS),--inputs $(INPUTS),--seconds $(or $(SECONDS),60)) --jobs $(or $(JOBS),1) $(if $(KEEP),--keep)

check: .venv/.dev  ## style, types, the layout's rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python desk/build.py --check

bench: .venv/.dev desk-bundle  ## the figures of docs/benchmarks.md
	$(BIN)/hub bench

MINUTES ?= 120

.PHONY: soak
soak: .venv/.dev desk-bundle  ## accelerated life with faults on; figures every minute and a verdict (docs/benchmarks.md)
	$(BIN)/python -m tests.soak --minutes $(MINUTES)

.PHONY: torture
torture: .venv/.dev desk-bundle  ## random kills by seed, judged by the publishers' own book: make torture KILLS=1000 SEED=1 (docs/torture.md)
	$(BIN)/python -m tests.torture --kills $(or $(KILLS),50) --seed $(or $(SEED),20261122) --minutes $(or $(MINUTES),0) --out $(or $(OUT),runs/torture.jsonl)

.PHONY: mutate
mutate: .venv/.dev  ## does a test notice each change of the core's rules? about an hour; FILE=alerts/escalation/ladder.py: one file; SAMPLE=800: so many drawn of all (docs/mutation.md)
	$(BIN)/python -m tests.mutation $(if $(SAMPLE),--sample $(SAMPLE)) $(FILE)

bench-floods: .venv/.dev desk-bundle  ## others' presses beside floods; some ten minutes
	$(BIN)/hub bench --floods

.PHONY: desk-bundle
desk-bundle: .venv/.runtime
	@$(BIN)/python desk/build.py

.venv/.runtime: requirements.lock pyproject.toml
	@echo "Setting up .venv (once; a minute or two) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	@echo "Setting up the development tools (once) ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

lock:  ## after a change of pyproject.toml; records no addresses
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --group pyproject.toml:build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --group pyproject.toml:dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv .demo desk/node_modules hub/api/desk_bundle build dist
