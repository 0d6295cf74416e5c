package oracle

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/rules"
)

// missionQueries returns the detection that ships with Calypso, and that which it
// was written after where it is at hand, over tables as the catalog has them.
func missionQueries(t *testing.T) []query {
	texts := map[string]string{}
	read := detect.Read([]string{"../../rules/" + rules.SuspiciousAPITraffic})
	if len(read.Rules) != 1 {
		t.Fatalf("%+v", read)
	}
	texts["rule"] = read.Rules[0].Query
	shared := os.Getenv("CALYPSO_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	mission, err := os.ReadFile(filepath.Join(shared, "mission/suspicious-api-traffic.kql"))
	if err == nil {
		texts["mission"] = string(mission)
	} else if !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	var out []query
	for key, text := range texts {
		out = append(out, query{key, missionTables(t) + text})
	}
	return out
}

// missionTables declares the tables of the detection, without rows.
func missionTables(t *testing.T) string {
	c, err := catalog.Open(catalog.Sentinel, catalog.WithAdditions())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, name := range []string{"AADUserRiskEvents", "SecurityAlert", "AADNonInteractiveUserSignInLogs"} {
		table, ok := c.Table(name)
		if !ok {
			t.Fatalf("the catalog has no table %s", name)
		}
		var columns []string
		for _, col := range table.Schema.Columns {
			if !col.Hidden || col.Name == "_TimeReceived" {
				columns = append(columns, col.Name+": "+col.Type.String())
			}
		}
		b.WriteString("let " + name + " = datatable(" + strings.Join(columns, ", ") + ")[];\n")
	}
	return b.String()
}
