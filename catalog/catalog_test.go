package catalog

import (
	"slices"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/catalog/internal/tabledef"
	"github.com/calypso-kql/calypso/kql/types"
)

func open(t testing.TB, env Environment, opts ...Option) *Catalog {
	t.Helper()
	c, err := Open(env, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func table(t testing.TB, c *Catalog, name string) Table {
	t.Helper()
	tbl, ok := c.Table(name)
	if !ok {
		t.Fatalf("%s has no table %s", c.Environment(), name)
	}
	return tbl
}

func names(s types.Schema) []string {
	out := make([]string, 0, s.Len())
	for _, c := range s.Columns {
		out = append(out, c.Name)
	}
	return out
}

func TestCounts(t *testing.T) {
	for _, tt := range []struct {
		env             Environment
		tables, columns int // columns: visible ones
	}{
		{Sentinel, 948, 24183},
		{DefenderXDR, 65, 1623},
		{Unified, 970, 24692},
	} {
		c := open(t, tt.env)
		columns := 0
		for _, name := range c.Tables() {
			columns += table(t, c, name).Schema.Visible().Len()
		}
		if n := len(c.Tables()); n != tt.tables || columns != tt.columns {
			t.Errorf("%s: %d tables with %d columns, want %d with %d", tt.env, n, columns, tt.tables, tt.columns)
		}
	}
	if _, err := Open("azure"); err == nil || !strings.Contains(err.Error(), `"azure"`) {
		t.Errorf("Open of an unknown environment: %v", err)
	}
}

// TestEveryLineParses guards what Table takes for granted.
func TestEveryLineParses(t *testing.T) {
	data, err := loadFiles()
	if err != nil {
		t.Fatal(err)
	}
	for _, index := range []map[string]string{
		data.sentinel, data.xdr, data.additions, data.asimSchemas, data.asimFilters, data.asimFunctions, data.functions,
	} {
		for name, rest := range index {
			if _, err := tabledef.Parse(name, rest); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestSchemas checks what holds of every table in every form.
func TestSchemas(t *testing.T) {
	for _, env := range []Environment{Sentinel, DefenderXDR, Unified} {
		for _, opts := range [][]Option{nil, {WithAdditions()}} {
			c := open(t, env, opts...)
			for _, name := range c.Tables() {
				s := table(t, c, name).Schema
				seen := map[string]bool{}
				hidden := false
				for _, col := range s.Columns {
					if seen[col.Name] {
						t.Errorf("%s: %s has two columns %s", env, name, col.Name)
					}
					seen[col.Name] = true
					if hidden && !col.Hidden {
						t.Errorf("%s: %s.%s follows a hidden column", env, name, col.Name)
					}
					hidden = col.Hidden
				}
				if s.Visible().Len() == 0 {
					t.Errorf("%s: %s has no columns", env, name)
				}
			}
		}
	}
}

func TestTable(t *testing.T) {
	tbl := table(t, open(t, Sentinel), "AADUserRiskEvents")
	want := "ActivityDateTime:datetime, AdditionalInfo:dynamic"
	if got := tbl.Schema.String(); !strings.HasPrefix(got, "Activity:string, "+want) {
		t.Errorf("schema = %s", got)
	}
	hidden := tbl.Schema.Columns[tbl.Schema.Visible().Len():]
	var got []string
	for _, c := range hidden {
		got = append(got, c.Name+":"+c.Type.String())
	}
	if s := strings.Join(got, " "); s != "_TimeReceived:datetime _ItemId:string _ResourceId:string _SubscriptionId:string "+
		"_IsBillable:string _BilledSize:real _Internal_WorkspaceResourceId:string" {
		t.Errorf("hidden columns = %s", s)
	}
	if tbl.Source != "azure-monitor-reference-2026" || tbl.Open {
		t.Errorf("source %q, open %v", tbl.Source, tbl.Open)
	}
	if !table(t, open(t, Sentinel), "AzureDiagnostics").Open {
		t.Error("AzureDiagnostics is not open")
	}
	for _, name := range []string{"aaduserriskevents", "_common", "", "EntraIdSignInEvents"} {
		if _, ok := open(t, Sentinel).Table(name); ok {
			t.Errorf("sentinel has a table %q", name)
		}
	}
}

func TestDefenderXDR(t *testing.T) {
	s := table(t, open(t, DefenderXDR), "DeviceEvents").Schema
	if s.Columns[0] != (types.Column{Name: "Timestamp", Type: types.DateTime}) {
		t.Errorf("first column %v", s.Columns[0])
	}
	if s.Len() != s.Visible().Len() {
		t.Error("a table of Defender XDR has hidden columns")
	}
}

// TestUnified checks that Sentinel wins and that Defender XDR adds.
func TestUnified(t *testing.T) {
	tbl := table(t, open(t, Unified), "DeviceEvents")
	visible := tbl.Schema.Visible()
	sentinel := table(t, open(t, Sentinel), "DeviceEvents").Schema.Visible()
	if !slices.Equal(visible.Columns[:sentinel.Len()], sentinel.Columns) {
		t.Error("the merged table does not begin with Sentinel's columns")
	}
	if i := visible.Index("Timestamp"); i < sentinel.Len() {
		t.Errorf("Timestamp at %d, before the end of Sentinel's columns", i)
	}
	if c := visible.Columns[visible.Index("AdditionalFields")]; c.Type != types.Dynamic {
		t.Errorf("AdditionalFields is %s, want Sentinel's dynamic", c.Type)
	}
	if tbl.Source != "azure-monitor-reference-2026+defender-xdr-reference" {
		t.Errorf("source %q", tbl.Source)
	}
	if tbl.Schema.Index("_ItemId") < visible.Len() {
		t.Error("no hidden _ItemId at the end")
	}
}

func TestWithAdditions(t *testing.T) {
	data, err := loadFiles()
	if err != nil {
		t.Fatal(err)
	}
	for key := range data.additions {
		env, name, _ := strings.Cut(key, "/")
		added, _ := data.line(data.additions, key)
		for _, in := range []Environment{Environment(env), Unified} {
			plain, with := table(t, open(t, in), name), table(t, open(t, in, WithAdditions()), name)
			if !plain.Schema.Visible().Equal(with.Schema.Visible()) {
				t.Errorf("%s: additions changed the visible columns of %s", in, name)
			}
			for _, f := range added.Fields {
				if plain.Schema.Index(f.Name) >= 0 {
					t.Errorf("%s: the reference has %s.%s now; remove the addition", in, name, f.Name)
				}
				if i := with.Schema.Index(f.Name); i < 0 || !with.Schema.Columns[i].Hidden {
					t.Errorf("%s: %s has no hidden column %s", in, name, f.Name)
				}
			}
		}
	}
}

func BenchmarkTable(b *testing.B) {
	c := open(b, Sentinel)
	b.ReportAllocs()
	for b.Loop() {
		c.Table("SigninLogs")
	}
}

func BenchmarkIndex(b *testing.B) {
	b.SetBytes(int64(len(sentinelText)))
	for b.Loop() {
		if _, err := tabledef.Index(sentinelText); err != nil {
			b.Fatal(err)
		}
	}
}
