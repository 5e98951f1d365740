# make lesson    opens the course          make test      proves that all of it works
# make install   only installs             make help      lists the rest
# Works with GNU make 3.81, which macOS ships.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.10 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' && { echo $$p; break; }; done)
BIN := .venv/bin

# One thread a process where processes run side by side: two cores shared by four threads are many times slower.
ONE_THREAD := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1

.PHONY: help lesson install test test-colab lint unit hub nbval browser notebooks site slides handouts classroom images article \
	classifier quick bench race latency clean
.DEFAULT_GOAL := help

help:
	@echo "make lesson     install what the course needs and open it in JupyterLab"
	@echo "make test       install what the tests need and run all of them"
	@echo "make install    only install (into .venv)"
	@echo "make test-colab run the lessons and the widgets' tests with the versions of Google Colab (needs Python 3.13)"
	@echo "make notebooks  build both editions of every lesson from gan_lesson/lessons"
	@echo "make site       make site/: the lessons as pages that need no kernel and no network"
	@echo "make slides     make slides/: each lesson for the projector"
	@echo "make handouts   make handouts/: each lesson on paper (PDF)"
	@echo "make images     make the pictures of images/ again"
	@echo "make article    train the article's 40 epochs again (about 20 minutes) and bundle what came of it"
	@echo "make quick      train the quick recipe for five minutes and bundle what came of it"
	@echo "make classifier train the digit classifier of the metrics (about two minutes) and bundle it"
	@echo "make bench      measure the library against the article's loop, and the widgets in the browser"
	@echo "make classroom  measure what a class of up to thirty needs at one JupyterHub (ten minutes)"
	@echo "make race       measure the quick recipe against the article, and its parts (two and a half hours)"

# The settings of deploy/jupyterlab: widgets are saved with a lesson, no news are asked for, and the kernel's answers come
# at once. What you have set stays.
lesson: .venv/lesson
	JUPYTER_CONFIG_PATH="$(CURDIR)/deploy/jupyterlab$${JUPYTER_CONFIG_PATH:+:$$JUPYTER_CONFIG_PATH}" $(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root --no-browser) \
	  --ServerApp.root_dir=notebooks --LabApp.default_url=/lab/tree/00_start_here.ipynb

install: .venv/lesson

test: lint unit hub nbval browser

lint: .venv/test .venv/node
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell .
	PATH="$(CURDIR)/$(BIN):$$PATH" node_modules/.bin/biome check .
	PATH="$(CURDIR)/$(BIN):$$PATH" node_modules/.bin/tsc -p .

# Node.js comes with the tests' extra, and nothing from npm is needed here.
unit: .venv/test
	$(BIN)/node --test --test-timeout=60000 'tests/js/**/*.test.js'
	$(ONE_THREAD) $(BIN)/python -m pytest -n 2 --dist loadfile --ignore tests/browser --ignore tests/deploy tests

# A class at the hub of deploy/jupyterhub, whose proxy comes from npm.
hub: .venv/hub
	$(ONE_THREAD) $(BIN)/python -m pytest tests/deploy

nbval: .venv/test
	$(ONE_THREAD) $(BIN)/python -m pytest -n 2 --dist loadfile --nbval-lax --nbval-current-env --nbval-cell-timeout 120 \
	  -p course_build.nbval_hook -p no:cacheprovider notebooks

# JupyterLab and the widgets in Chromium; where there is none, these are skipped, and the last lines say how to get it.
browser: .venv/test
	$(ONE_THREAD) $(BIN)/python -m pytest -n 2 -rs tests/browser

test-colab: .venv-colab/test
	# its older packages warn of what Python 3.15 will change
	$(ONE_THREAD) .venv-colab/bin/python -m pytest -n 2 --dist loadfile -W default::DeprecationWarning tests/widgets
	$(ONE_THREAD) .venv-colab/bin/python -m pytest -n 2 --dist loadfile --nbval-lax --nbval-current-env \
	  --nbval-cell-timeout 120 -p course_build.nbval_hook -p no:cacheprovider notebooks

notebooks: .venv/test
	$(BIN)/python -m course_build notebooks
	$(BIN)/python -m course_build glossary
	$(BIN)/python -m course_build tables

site: .venv/test
	$(BIN)/python -m course_build site

slides: .venv/test
	$(BIN)/python -m course_build slides

handouts: .venv/test
	$(BIN)/python -m course_build handouts

images: .venv/test
	$(BIN)/python -m images.build
	$(BIN)/python -m images.houses
	$(BIN)/python -m images.widgets

article: .venv/lesson
	$(BIN)/gan-lesson train --recipe article --epochs 40 --seed 0 --threads 1 --keep-weights --out run/article
	$(BIN)/python benchmarks/article_epochs.py run/article
	$(BIN)/python -c "from gan_lesson import runs; runs.bundle('run/article', 'article')"
	$(BIN)/python -m images.build

classifier: .venv/lesson
	$(BIN)/gan-lesson train-classifier --seed 0 --out gan_lesson/bundled/classifier.safetensors

quick: .venv/lesson
	$(BIN)/gan-lesson train --recipe quick --seconds 300 --seed 0 --threads 2 --keep-weights --out run/quick
	$(BIN)/python -c "from gan_lesson import runs; runs.bundle('run/quick', 'quick')"

bench: .venv/test latency
	$(BIN)/python benchmarks/step_time.py
	$(BIN)/python -m benchmarks.since
	$(BIN)/python benchmarks/time_to_quality.py --short

# The quick recipe against the article, what its parts are worth, several processes, and what single lessons measured:
# two and a half hours, in which the machine should do nothing else.
race: .venv/test
	$(BIN)/python benchmarks/time_to_quality.py
	$(BIN)/python benchmarks/quick_parts.py
	$(BIN)/python benchmarks/ranks.py
	$(BIN)/python -m benchmarks.dozen
	$(BIN)/python -m benchmarks.plane
	$(BIN)/python -m benchmarks.critic
	$(BIN)/python -m benchmarks.busy

# Each lesson, and as many learners at once as this machine bears, at the hub of deploy/jupyterhub; the machine should do
# nothing else.
classroom: .venv/hub
	$(ONE_THREAD) $(BIN)/python -m benchmarks.jupyterhub

latency: .venv/test
	$(BIN)/python benchmarks/latency.py

clean:
	rm -rf .venv .venv-colab build site slides handouts deploy/jupyterhub/node_modules node_modules *.egg-info .pytest_cache .ruff_cache

.venv/python:
	@test -n "$(PYTHON)" || { echo "gan-lesson needs Python 3.10 to 3.13, and none was found on this machine."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) can't make virtual environments yet. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/lesson: .venv/python pyproject.toml
	@echo "Installing PyTorch and JupyterLab into .venv. The first time this takes some minutes and, on Linux, about 6 GB."
	$(BIN)/python -m pip install -e ".[lesson]"
	@touch $@

.venv/test: .venv/lesson pyproject.toml
	$(BIN)/python -m pip install --progress-bar off -e ".[test]"
	@touch $@

# What checks the browser's half of the widgets.
.venv/node: .venv/test package-lock.json
	$(BIN)/npm ci --no-audit --no-fund
	@touch $@

# The proxy of the hub, with the Node.js that pip has brought.
.venv/hub: .venv/test deploy/jupyterhub/package-lock.json
	$(BIN)/npm ci --prefix deploy/jupyterhub
	@touch $@

.venv-colab/test: tests/colab.txt pyproject.toml
	@command -v python3.13 >/dev/null || { echo "make test-colab needs Python 3.13, as Colab has it; none was found."; exit 1; }
	python3.13 -m venv .venv-colab
	.venv-colab/bin/python -m pip install --progress-bar off -r tests/colab.txt
	.venv-colab/bin/python -m pip install --no-deps -e .
	@touch $@
