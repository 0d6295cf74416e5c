package tenant

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Every row is in the file of its hour, in the layout of the storage account,
// and none is lost.
func TestDeliveryLayout(t *testing.T) {
	for _, zip := range []bool{false, true} {
		ten := small(t, nil)
		dir := t.TempDir()
		if err := ten.WriteDelivery(Layout{Dir: dir, Gzip: zip}); err != nil {
			t.Fatal(err)
		}
		// A second time replaces, it does not add.
		if err := ten.WriteDelivery(Layout{Dir: dir, Gzip: zip}); err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				countLines(t, dir, path, got)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]int{"insights-logs-noninteractiveusersigninlogs": int(ten.SignIns()), "insights-logs-userriskevents": len(ten.RiskEvents()),
			"am-securityalert": len(ten.Alerts())}
		for folder, n := range want {
			if got[folder] != n {
				t.Errorf("%s: %d rows, want %d", folder, got[folder], n)
			}
		}
	}
}

var hourPath = regexp.MustCompile(`^([^/]+)/.*(?:tenantId=|/workspaces/)[^/]+/y=(\d{4})/m=(\d\d)/d=(\d\d)/h=(\d\d)/m=00/PT1H\.json(\.gz)?$`)

func countLines(t *testing.T, dir, path string, got map[string]int) {
	t.Helper()
	rel, err := filepath.Rel(dir, path)
	if err != nil {
		t.Fatal(err)
	}
	m := hourPath.FindStringSubmatch(filepath.ToSlash(rel))
	if m == nil {
		t.Fatalf("path %s", rel)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var row struct {
			Time          string `json:"time"`
			TimeGenerated string
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatalf("%s: %v", rel, err)
		}
		hour := m[2] + "-" + m[3] + "-" + m[4] + "T" + m[5]
		if at := row.Time + row.TimeGenerated; !strings.HasPrefix(at, hour) && !inHour(at, hour) {
			t.Fatalf("%s: a row of %s", rel, at)
		}
		got[m[1]]++
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func inHour(at, hour string) bool {
	us, err := time.Parse("1/2/2006 3:04:05 PM", at)
	return err == nil && us.Format("2006-01-02T15") == hour
}
