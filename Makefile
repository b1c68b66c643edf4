# Tidegate. `make demo` is where to begin; `make help` lists the rest.
.DEFAULT_GOAL := help
.PHONY: help demo up down status test check bench openapi deploy clean

py := .venv/bin/python
cdk := node_modules/.bin/cdk
ports = $(if $(PORTS),--ports $(PORTS))
# The tests of the deployed stack stay in one process; the others fill what is left of the machine.
# jsii's words on the version of Node would follow pytest's closing line.
quiet = $(foreach word,END_OF_LIFE DEPRECATED UNTESTED,JSII_SILENCE_WARNING_$(word)_NODE_VERSION=20,22,24)
pytest = $(quiet) $(py) -m pytest --numprocesses auto --maxprocesses 4 --dist loadscope
export PYTHON
# Node 20 is past its end of life and still runs the CDK: jsii's banner about it would be all one sees.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION = 20

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .run ## watch one picture being generated through the deployed system (PORTS=auto|proxy=8085,…)
	@$(py) -m local.demo $(ports)

up: .run ## start the embedded stack and deploy the app onto it (PORTS=…)
	@$(py) -m local up $(ports)

down: ## stop the embedded stack; its state is kept
	@test ! -x $(py) || $(py) -m local down

status: ## what of the embedded stack runs
	@$(py) -m local status

test: .dev ## all tests, those on the deployed stack included (ARGS="-k wallet")
ifdef STATUS_FILE
	@$(pytest) $(ARGS); echo $$? >$(STATUS_FILE)
else
	@$(pytest) $(ARGS)
endif

check: .dev ## lint, format, types, layering
	@$(py) -m ruff check
	@$(py) -m ruff format --check
	@$(py) -m mypy
	@.venv/bin/lint-imports

bench: .dev ## benchmarks, against the published figures
	@$(py) -m benchmarks $(ARGS)

openapi: .dev ## write the OpenAPI documents anew (docs/reference/openapi)
	@PYTHONPATH=layers/core/python:. $(py) -m reference

deploy: .run ## deploy to real AWS with your own credentials (STAGE=prod CELLS='{"us":"us-east-1"}' ARGS="--profile me")
	@test -n "$(STAGE)" || { echo "Name the stage: make deploy STAGE=prod"; exit 2; }
	@test "$(STAGE)" != local || { echo "The stage 'local' is the embedded stack: make up"; exit 2; }
	@! env | grep -q '^AWS_ENDPOINT_URL' || { echo "AWS_ENDPOINT_URL… is set: this would not reach AWS. Unset it."; exit 2; }
	@test "$(YES)" = 1 || { printf 'Deploy stage "%s" (cells: %s) to AWS. Type the name of the stage: ' \
	    "$(STAGE)" '$(or $(CELLS),as in cdk.json)'; read -r typed; test "$$typed" = "$(STAGE)" || { echo "Nothing was done."; exit 1; }; }
	$(cdk) deploy --all --app "$(py) app.py" --context stage=$(STAGE) $(if $(CELLS),--context 'cells=$(CELLS)') $(ARGS)

clean: down ## forget the embedded stack's state and all that was built
	rm -rf .local cdk.out build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# What the targets need; each is quick when nothing changed.
.PHONY: .run .dev
.run:
	@sh local/stack/environment.sh run
.dev:
	@sh local/stack/environment.sh dev
