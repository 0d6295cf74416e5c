#!/usr/bin/env bash
# Measures the engine beside DuckDB: builds both, makes the data unless it is
# there, runs every query and the ingest, and prints tables.
#
#   ROWS=1000000 ONLY=mission REPEAT=11 bench/run.sh
#   CPU=1 bench/run.sh    # processor time: for a machine that is busy
#   CLICKHOUSE=1 ONLY=ingest bench/run.sh    # ClickHouse, too (npm)
#
# Needs a C compiler for DuckDB's Go binding, and some 10 GB of disk for the
# default data sets of one and five million sign-ins.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v gcc >/dev/null; then
	echo "bench: no gcc: DuckDB's Go binding needs a C compiler (apt-get install gcc g++)" >&2
	exit 1
fi

for tool in gen run report; do
	CGO_ENABLED=0 go build -trimpath -o "bin/bench-$tool" "./bench/$tool"
done
CGO_ENABLED=0 go build -trimpath -o bin/calypso ./cmd/calypso
(cd bench/peers && CGO_ENABLED=1 go build -trimpath -o ../../bin/bench-peers .)

# A program that has just been linked lies in the page cache in larger pieces than
# one that was installed, and Linux (6.18) counts whole pieces as memory of a
# process: up to 6 MB. Copies lie there alike.
for program in calypso bench-peers; do
	cp "bin/$program" "bin/$program.copy"
	mv "bin/$program.copy" "bin/$program"
done

# ClickHouse, for the ingest: some 550 MB, so only where it has been asked for.
if [ -n "${CLICKHOUSE:-}" ]; then
	(cd bench/peers-clickhouse && npm ci --no-audit --no-fund && gcc -O1 -Wall -o ../../bin/bench-peers-clickhouse main.c -ldl)
fi

mission="${CALYPSO_SHARED:-../shared}/mission/suspicious-api-traffic.kql"
if [ ! -f "$mission" ]; then
	mission=rules/suspicious-api-traffic.yaml
fi

bin/bench-gen -rows "${ROWS:-1000000,5000000}"
exec bin/bench-report -mission "$mission" -rows "${ROWS:-1000000,5000000}" -only "${ONLY:-}" -repeat "${REPEAT:-7}" ${CPU:+-cpu}
