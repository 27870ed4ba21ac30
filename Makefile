# Everything starts here: `make run` on a fresh clone sets up, trains and serves the guide.
PORT ?= 5005
PY := .venv/bin/python
UV := .uv/bin/uv
export UV_COMPILE_BYTECODE := 1
export UV_NO_PROGRESS := 1
# Installed packages were compiled at install; Python must be free to read and write the project's own.
unexport PYTHONDONTWRITEBYTECODE

# Four workers keep two cores busy, for many tests wait for a browser or a server. What a file's tests share is made once.
PARALLEL := -n 4 --dist loadscope

.DEFAULT_GOAL := help

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F '\t' '{ printf "  %-16s %s\n", $$1, $$2 }'

setup: .make/runtime ## Install everything the guide needs into .venv
train: .make/runtime ## Build the knowledge base and train, if anything changed
	@.venv/bin/guide train
run: train ## Serve the website chat (PORT=5005)
	@PORT=$(PORT) .venv/bin/guide serve
shell: train ## Talk to the guide in the terminal
	@.venv/bin/guide shell
ask: train ## Ask one question: make ask Q="Does GL cover call center mistakes?"
	@.venv/bin/guide ask "$(if $(Q),$(Q),Does GL cover call center mistakes?)"
test: .make/dev train ## Run every test, four files at a time
	$(PY) -m pytest $(PARALLEL)
check: lint knowledge/guide.db ## Check style, types and what needs no model, no server and no walk through all content
	$(PY) -m pytest -n 2 --dist loadscope -m "not model and not browser and not slow" tests/unit tests/evaluation
lint: .make/dev ## Check style and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
bench-nlu: .make/dev train ## Measure understanding: make bench-nlu DATA=folder of public sets LEFT_OUT=1 PLOTS=docs (QUESTIONS=file: only answer it)
	$(PY) -m bench.nlu $(if $(DATA),--data $(DATA)) $(if $(LEFT_OUT),--left-out) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(PLOTS),--plots $(PLOTS)) $(if $(QUESTIONS),--questions $(QUESTIONS)) $(if $(ANSWERS),--answers $(ANSWERS))
bench-runtime: .make/dev train ## Compare with stock Rasa in one run (BENCH_JSON=path keeps the figures)
	$(PY) -m bench.runtime
performance: .make/dev ## Write docs/performance.md from kept figures: make performance FIGURES=runtime.json
	$(PY) -m bench.performance $(FIGURES) docs
bench-website: .make/dev train ## Measure the website chat in a real browser (five minutes)
	$(PY) -m bench.website
bench-desk: .make/dev train ## Measure the agent desk with 20,000 closed requests behind it, in two real browsers
	$(PY) -m bench.desk
bench-knowledge: .make/dev ## Time the build of the knowledge base and its queries
	$(PY) -m bench.knowledge
soak-kills: .make/dev ## Kill the serving process 200 times under 5,000 messages: nothing lost, nothing doubled
	$(PY) -m bench.kills
soak-handoff: .make/dev ## Kill chat and desk 40 times while 2,000 messages are said: nothing lost, nothing doubled
	$(PY) -m bench.handoff_kills
soak-slack: .make/dev ## 2,000 questions of Slack's, doubled and retried, failing sends, 20 kills: each answered once
	$(PY) -m tests.slack.soak
fuzz-slack: .make/dev ## 10,000 random answers: none over a limit of Slack's
	SLACK_EXAMPLES=10000 $(PY) -m pytest $(PARALLEL) tests/slack/test_slack_blocks.py
soak: .make/dev train ## Talk to the guide for half an hour and print how much its memory grows (MINUTES=30)
	$(PY) -m bench.soak $(if $(MINUTES),--minutes $(MINUTES))
soak-faults: .make/dev train ## Break things in more than 25 ways under 100 messages each, and print what came of them
	$(PY) -m bench.faults
matrix: .make/dev ## Count moves and situations of the conversations anew into docs/conversation.md
	$(PY) tests/conversations/matrix.py
wanted: .make/dev train ## Play the conversations that are wanted, and print which of them hold
	$(PY) -m pytest --tb=no -rX -k "wanted:" tests/conversations/wanted.py
reachable: .make/dev train ## Ask for every entry of the knowledge base by its own questions
	REACHABLE=all $(PY) -m pytest tests/conversations/test_reachable.py
lock: $(UV) ## Resolve the dependencies anew into the requirements files
	$(UV) pip compile -q pyproject.toml -p 3.11 --generate-hashes --no-emit-index-url -o requirements.lock
	$(UV) pip compile -q pyproject.toml -p 3.11 --group dev -c requirements.lock --generate-hashes --no-emit-index-url -o requirements-dev.lock
encoder: $(UV) .make/dev train ## Tune the sentence encoder on the project's phrases and quantise it (half an hour)
	$(UV) run --script scripts/tune_encoder.py .make/tuned
	$(UV) run --script scripts/build_encoder.py --weights .make/tuned
pictures: .make/dev train ## Draw the main states of website chat, desk and the guide in Slack into docs/pictures
	$(PY) -m scripts.draw_website
	$(PY) -m scripts.draw_desk
	$(PY) -m scripts.draw_slack
clean: ## Remove everything that was made: environment, model, database, caches
	rm -rf .venv .uv .make models .rasa knowledge/guide.db .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# uv in an environment of its own, so that the user's Python is left alone.
$(UV):
	@echo "Bringing uv …"
	@python3 -m venv .uv || { echo "python3 -m venv failed: install your system's python3-venv package."; exit 1; }
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check uv

.make/runtime: requirements.lock pyproject.toml | $(UV)
	@printf 'Installing (a minute or two the first time) …'; started=$$(date +%s); mkdir -p .make; \
	{ { test -x $(PY) || $(UV) venv --quiet --python 3.11 .venv; } && \
	$(UV) pip sync --quiet --python $(PY) requirements.lock && \
	$(UV) pip install --quiet --python $(PY) --no-deps -e .; } >.make/install.log 2>&1 || \
	{ printf ' failed. The log is .make/install.log; its end:\n'; tail -5 .make/install.log; exit 1; }; \
	printf ' done in %s s\n' $$(( $$(date +%s) - started ))
	@rm -f .make/dev && touch $@

.make/dev: .make/runtime requirements-dev.lock
	@$(UV) pip install --quiet --python $(PY) -r requirements-dev.lock
	@touch $@

knowledge/guide.db: $(wildcard knowledge/*.py knowledge/*.yml) $(shell find knowledge/content -name '*.yml') | .make/dev
	@.venv/bin/guide knowledge build

.PHONY: help setup train run shell ask test check lint bench-nlu bench-runtime performance bench-website bench-desk bench-knowledge soak-kills soak-handoff soak soak-faults soak-slack fuzz-slack matrix wanted reachable lock encoder pictures clean
