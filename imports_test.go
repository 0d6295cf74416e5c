// Package calypso_test holds the tests of the repository as a whole.
package calypso_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers is the import policy, bottom up: of this module, a package may import
// only what its line lists. To change the architecture, change this table
// first; a package that is not in it fails the test.
const layers = `
	kql/types       :
	kql/dynamic     : kql/types
	kql/column      : kql/types kql/dynamic
	kql/function    : kql/types kql/dynamic kql/column
	kql/builtin     : kql/types kql/dynamic kql/column kql/function

	kql/syntax      : internal/spelling
	kql/plan        : kql/types kql/dynamic kql/column kql/function
	kql/bind        : kql/types kql/dynamic kql/column kql/function kql/plan kql/syntax internal/spelling
	kql/opt         : kql/types kql/dynamic kql/column kql/function kql/plan
	kql/exec        : kql/types kql/dynamic kql/column kql/function kql/plan
	kql             : kql/types kql/dynamic kql/column kql/function kql/builtin kql/syntax kql/plan kql/bind kql/opt kql/exec

	catalog         : kql/types
	parquet         : kql/types kql/dynamic kql/column kql/plan
	ingest          : kql/types kql/dynamic kql/column catalog
	files           : kql/types kql/dynamic kql/column kql/plan catalog ingest parquet internal/filetree
	store           : kql/types kql/dynamic kql/column kql/plan parquet
	watchlist       : kql/types kql/dynamic kql/column kql/plan internal/filetree
	external        : kql/types kql/dynamic kql/column kql/plan parquet
	functions       : kql/syntax internal/filetree
	workspace       : kql/types kql/column kql/plan kql/bind kql/opt kql/syntax kql catalog external functions watchlist
	check           : kql kql/bind kql/syntax
	locations       : kql/types kql/dynamic kql/column kql/function
	output          : kql/types kql/dynamic kql/column kql parquet internal/oneline
	explain         : kql/types kql/function kql/syntax kql/plan kql/exec kql
	detect          : kql/types kql/dynamic kql/column kql/syntax internal/rulefiles internal/oneline

	intake          : kql/types kql/dynamic kql/column external ingest store
	folders         : kql/types kql/dynamic kql/column kql/plan files ingest intake parquet store
	kafka           : kql/dynamic ingest intake store
	config          : internal/spelling
	command         : kql/types kql/dynamic kql/column kql/plan kql/bind kql/syntax kql config external functions intake store internal/spelling
	api             : kql/types kql/column kql/plan kql/function kql/exec kql/bind kql/syntax kql command config database external incident ingest intake notify output store workspace

	telemetry       : incident intake notify store

	rules           :
	incident        : kql/types database detect internal/spelling internal/oneline
	incident/remote : incident
	database        :
	ledger          : database
	schedule        : kql/types detect ledger internal/rulefiles
	automation      : database incident internal/rulefiles internal/spelling
	notify          : config database incident internal/oneline
	backtest        : detect
	rulecheck       : kql/types kql/bind kql/syntax kql/plan kql detect
	ruletest        : kql/types kql/column kql/plan kql/syntax kql ingest output workspace detect internal/rulefiles internal/spelling

	internal/tenant :
	demo            : kql/types kql/column kql/plan kql catalog files workspace output detect rules internal/tenant
	internal/script :
	internal/rulefiles : internal/filetree internal/spelling
	internal/filetree :
	internal/spelling :
	internal/oneline :
	internal/pace :
	internal/postgres :
	internal/kafkagroup :
	internal/conformance :
	internal/reference :
	internal/oracle :
	cmd/calypso     : *
	bench           : *
`

// vendors names the packages that may import each outside module. Why each was
// chosen stands in docs/decisions.
const vendors = `
	github.com/woodsbury/decimal128     : kql/types kql/dynamic kql/builtin
	github.com/zeebo/xxh3               : kql/dynamic kql/column kql/exec kql/builtin store folders
	github.com/axiomhq/hyperloglog      : kql/builtin
	github.com/golang/geo               : kql/builtin
	github.com/parquet-go/parquet-go    : parquet bench
	github.com/parquet-go/bitpack       : parquet
	github.com/klauspost/compress       : ingest external files parquet store bench internal/tenant
	github.com/gofrs/flock              : store
	modernc.org/sqlite                  : database
	github.com/jackc/pgx/v5             : database
	github.com/fsnotify/fsnotify        : folders
	github.com/twmb/franz-go            : kafka internal/kafkagroup
	github.com/goccy/go-yaml            : automation detect functions config internal/rulefiles ruletest
	github.com/wneessen/go-mail         : notify
	github.com/spf13/cobra              : cmd/calypso
	github.com/prometheus/client_golang : telemetry
	go.opentelemetry.io/otel            : telemetry
	github.com/reeflective/readline     : cmd/calypso
	github.com/mattn/go-runewidth       : output
	github.com/ua-parser/uap-go         : kql/builtin
	github.com/oschwald/maxminddb-golang : locations
	golang.org/x/sys                    : store
	golang.org/x/term                   : cmd/calypso output
`

// TestImports reads the files itself rather than ask go list: the go command
// caches a passing test and only sees changes to files that the test opened.
func TestImports(t *testing.T) {
	const module = "github.com/calypso-kql/calypso/"
	may, vendor := policy(layers), policy(vendors)
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "peers" || d.Name() == "tools" || d.Name() == "node_modules") {
				return fs.SkipDir
			}
			return nil
		}
		pkg := packageOf(filepath.ToSlash(filepath.Dir(path)), may)
		if pkg == "." || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		allowed, ok := may[pkg]
		if !ok {
			t.Errorf("%s: package %s is not in the layers table", path, pkg)
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			own, isOwn := strings.CutPrefix(imp, module)
			switch {
			case isOwn:
				ok = slices.Contains(allowed, own) || slices.Contains(allowed, "*") || strings.HasPrefix(own, pkg+"/")
			case strings.Contains(strings.SplitN(imp, "/", 2)[0], "."):
				ok = vendored(vendor, imp, pkg)
			default:
				ok = true
			}
			if !ok {
				t.Errorf("%s: %s may not import %s", path, pkg, imp)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// packageOf returns dir, or the listed package that dir is an inner part of: a
// folder under a package (catalog/internal/gen, bench/gen) follows its rules.
func packageOf(dir string, may map[string][]string) string {
	for p := dir; p != "."; p = filepath.ToSlash(filepath.Dir(p)) {
		if _, ok := may[p]; ok && (p == dir || !strings.HasPrefix(p, "kql")) {
			return p
		}
	}
	return dir
}

func vendored(vendor map[string][]string, imp, pkg string) bool {
	for mod, pkgs := range vendor {
		if imp == mod || strings.HasPrefix(imp, mod+"/") {
			return slices.Contains(pkgs, pkg)
		}
	}
	return false
}

func policy(s string) map[string][]string {
	m := map[string][]string{}
	for line := range strings.Lines(s) {
		if name, rest, ok := strings.Cut(line, ":"); ok {
			m[strings.TrimSpace(name)] = strings.Fields(rest)
		}
	}
	return m
}
