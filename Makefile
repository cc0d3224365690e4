# Thin names for the commands. `make demo` is all that a newcomer needs.
PYTHON ?= python3
RUN = .venv/bin/python
INSTALL = @found=$$(command -v $(PYTHON) || command -v python3) || { \
	echo "Gatehouse needs Python 3.11 or newer and found none (Debian and Ubuntu: apt install python3 python3-venv)."; exit 1; }; \
	PYTHON=$(PYTHON) $$found deploy/install.py

# What a person may set: make demo PORT=8080 DATA_DIR=var/second S3=1
DEMO_OPTIONS = $(if $(PORT),--port $(PORT)) $(if $(DATA_DIR),--data-dir $(DATA_DIR)) $(if $(S3),--s3)

.PHONY: demo demo-reset test test-all lint bench mutation soak requirements messages release
.DEFAULT_GOAL := demo

demo:  ## a whole portal on this machine; Ctrl-C stops it
	$(INSTALL) demo $(if $(S3),s3)
	@exec $(RUN) manage.py demo $(DEMO_OPTIONS)

demo-reset:  ## throw the demo's data away
	$(INSTALL) demo
	@$(RUN) manage.py demo --reset $(if $(DATA_DIR),--data-dir $(DATA_DIR))

test:  ## what to run before a commit, and what CI runs; ARGS="tests/unit -k grants" for some tests
	$(INSTALL) test
	@PYTHON=$(RUN) bash tests/run $(ARGS)

test-all:  ## the same with every generated case, every planted fault, S3 and a second identity provider
	$(INSTALL) test
	@PYTHON=$(RUN) bash tests/run --all $(ARGS)

lint:  ## every check that needs no running portal
	$(INSTALL) test
	@DJANGO_SETTINGS_MODULE=tests.settings $(RUN) manage.py lint

bench:  ## how fast it is, beside the limit of this machine
	$(INSTALL) test
	@$(RUN) -m tests.performance $(ARGS)

mutation:  ## changes the rules one line at a time, and sees whether a test notices (an hour)
	$(INSTALL) test
	@$(RUN) -m tests.mutation $(ARGS)

soak:  ## the tests that take minutes to hours
	$(INSTALL) test
	@$(RUN) -m pytest -m soak $(ARGS)

requirements:  ## pin the newest allowed versions again (needs uv)
	@command -v uv >/dev/null || { echo "make requirements needs uv: python3 -m pip install uv"; exit 1; }
	@cd deploy/requirements && for purpose in base demo s3 test release; do \
		uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-config \
			--no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements" \
			$$purpose.in -o $$purpose.txt || exit 1; \
	done

messages:  ## collect the sentences to translate and compile what is translated
	$(INSTALL) test
	@DJANGO_SETTINGS_MODULE=tests.settings $(RUN) manage.py messages

release:  ## dist/: wheel, sdist, bill of materials, wheelhouse and checksums; the same commit gives the same bytes
	@found=$$(command -v $(PYTHON) || command -v python3) && VENV=.venv-release $$found deploy/install.py release
	@.venv-release/bin/python deploy/release.py $(ARGS)
