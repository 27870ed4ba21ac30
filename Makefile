# Everything starts here: `make run` on a fresh clone sets up, trains and serves the guide.
PORT ?= 5005
PY := .venv/bin/python
UV := .uv/bin/uv
export UV_COMPILE_BYTECODE := 1
export UV_NO_PROGRESS := 1
# Installed packages were compiled at install; Python must be free to read and write the project's own.
unexport PYTHONDONTWRITEBYTECODE

# Every core works; a worker that is done takes over what others have left.
PARALLEL := -n auto --dist worksteal

.DEFAULT_GOAL := help

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F '\t' '{ printf "  %-16s %s\n", $$1, $$2 }'

setup: .make/runtime ## Install everything the guide needs into .venv
train: .make/runtime ## Build the knowledge base and train, if anything changed
	@.venv/bin/guide train
run: train ## Serve the website chat (PORT=5005)
	@PORT=$(PORT) .venv/bin/guide serve
shell: train ## Talk to the guide in the Rasa shell
	@.venv/bin/guide shell
ask: train ## Ask one question: make ask Q="Does GL cover call center mistakes?"
	@.venv/bin/guide ask "$(if $(Q),$(Q),Does GL cover call center mistakes?)"
test: .make/dev train ## Run every test, on every core
	$(PY) -m pytest $(PARALLEL)
check: lint ## Check style, types and all that needs no model and no browser
	@.venv/bin/guide knowledge build
	$(PY) -m pytest $(PARALLEL) -m "not model and not browser"
lint: .make/dev ## Check style and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
bench-nlu: .make/dev train ## Measure understanding: make bench-nlu DATA=folder of public benchmarks (PLOTS=docs draws)
	$(PY) -m bench.nlu $(if $(DATA),--data $(DATA)) $(if $(PLOTS),--plots $(PLOTS))
bench-runtime: .make/dev train ## Compare with stock Rasa in one run (BENCH_JSON=path keeps the figures)
	$(PY) -m bench.runtime
bench-website: .make/dev train ## Measure the website chat in a real browser (five minutes)
	$(PY) -m bench.website
bench-knowledge: .make/dev ## Time the build of the knowledge base and its queries
	$(PY) -m bench.knowledge
lock: $(UV) ## Resolve the dependencies anew into the requirements files
	$(UV) pip compile -q pyproject.toml -p 3.11 --generate-hashes --no-emit-index-url -o requirements.lock
	$(UV) pip compile -q pyproject.toml -p 3.11 --group dev -c requirements.lock --generate-hashes --no-emit-index-url -o requirements-dev.lock
encoder: $(UV) .make/dev train ## Tune the sentence encoder on the project's phrases and quantise it (half an hour)
	$(UV) run --script scripts/tune_encoder.py .make/tuned
	$(UV) run --script scripts/build_encoder.py --weights .make/tuned
relevance: .make/dev train ## Learn anew what counts for an entry (after large changes of content or training data)
	$(PY) -m scripts.fit_relevance
confidence: .make/dev train ## Learn anew how sure the guide may be of its answers (after large changes)
	$(PY) -m scripts.fit_confidence
thresholds: .make/dev train ## Show what other thresholds would cost on the development questions
	$(PY) -m scripts.choose_thresholds
pictures: .make/dev train ## Draw the website chat's main states into docs/pictures
	$(PY) -m scripts.draw_website
clean: ## Remove everything that was made: environment, model, database, caches
	rm -rf .venv .uv .make models .rasa knowledge/guide.db .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# uv in an environment of its own, so that the user's Python is left alone.
$(UV):
	@echo "Bringing uv …"
	@python3 -m venv .uv || { echo "python3 -m venv failed: install your system's python3-venv package."; exit 1; }
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check uv

.make/runtime: requirements.lock pyproject.toml | $(UV)
	@echo "Installing (a minute or two the first time) …"
	@test -x $(PY) || $(UV) venv --quiet --python 3.11 .venv
	@$(UV) pip sync --quiet --python $(PY) requirements.lock
	@$(UV) pip install --quiet --python $(PY) --no-deps -e .
	@mkdir -p .make && rm -f .make/dev && touch $@

.make/dev: .make/runtime requirements-dev.lock
	@$(UV) pip install --quiet --python $(PY) -r requirements-dev.lock
	@touch $@

.PHONY: help setup train run shell ask test check lint bench-nlu bench-runtime bench-website bench-knowledge lock encoder relevance confidence thresholds pictures clean
