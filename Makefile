# The steps are the targets; CI calls `make test`. Everything a step needs is
# fetched by it, pinned: Go modules by go.sum, tools by the versions below.

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
export CGO_ENABLED = 0
# The race detector alone needs cgo, and with it a C compiler.
RACE := $(shell command -v gcc >/dev/null 2>&1 && echo -race)

.PHONY: help build demo test fmt vet lint postgres unit race fuzz bench
.DEFAULT_GOAL := help

help: ## Print the targets.
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

build: ## Build bin/calypso, one static binary.
	go build -trimpath -o bin/calypso ./cmd/calypso

demo: ## Run the main job: generate a tenant's logs and run the detection over them.
	go run ./cmd/calypso demo

test: fmt vet lint postgres race ## Run every check and every test.

fmt: ## Fail if a file is not gofmt'ed.
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "not gofmt'ed:"; echo "$$out"; exit 1; }

vet:
	go vet ./...

lint:
	go run $(STATICCHECK) ./...

# Tests of what several nodes share need PostgreSQL's programs, and are skipped without.
postgres:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || \
		{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && timeout 60 apt-get update -q && DEBIAN_FRONTEND=noninteractive timeout 120 apt-get install -qy --no-install-recommends postgresql; } || \
		echo "PostgreSQL is not installed, and can't be here: its tests are skipped"

unit: ## Run the tests without the race detector.
	go test ./...

# The packages ALONE start no goroutine: the race detector finds nothing in them and
# makes their tests ten times slower. Examples of kql/builtin and explain go through the
# engine, whose own tests run under the detector. It also lets each process sleep for a
# second at its end, and the scripts of cmd/calypso are some hundred processes.
ALONE = ./catalog/... ./config ./detect ./explain ./functions ./internal/oracle ./internal/tenant ./kql/bind ./kql/builtin ./kql/dynamic ./kql/function ./kql/plan ./kql/syntax ./kql/types
race: ## Run the tests, with the race detector where a C compiler is present.
	go list $(ALONE) >/dev/null
	GORACE="atexit_sleep_ms=50 $$GORACE" CGO_ENABLED=$(if $(RACE),1,0) go test $(RACE) $$(go list ./... | grep -vxF "$$(go list $(ALONE))")
	go test $(ALONE)
	go test ./schedule -run '^TestDays$$'

FUZZTIME = 1m
fuzz: ## Fuzz each parser for a minute (FUZZTIME=10m for longer).
	@for file in $$(git grep -l '^func Fuzz' -- '*_test.go'); do \
		for target in $$(grep -o '^func Fuzz[A-Za-z0-9]*' $$file | cut -c6-); do \
			echo "$$file $$target"; \
			go test ./$$(dirname $$file) -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) || exit 1; \
		done; \
	done

bench: ## Measure the engine beside DuckDB over the same files.
	bench/run.sh
