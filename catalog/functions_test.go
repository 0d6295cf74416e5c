package catalog

import (
	"slices"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/types"
)

func TestFunctions(t *testing.T) {
	for _, tt := range []struct {
		env  Environment
		want int
	}{{Sentinel, 435}, {DefenderXDR, 4}, {Unified, 439}} {
		fs := open(t, tt.env).Functions()
		if len(fs) != tt.want {
			t.Errorf("%s: %d functions, want %d", tt.env, len(fs), tt.want)
		}
		if !slices.IsSortedFunc(fs, func(a, b Function) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("%s: functions are not sorted", tt.env)
		}
		for _, f := range fs {
			if f.Schema.Len() == 0 {
				t.Errorf("%s returns no columns", f.Name)
			}
			seen := map[string]bool{}
			for _, p := range f.Params {
				if p.Name == "" || seen[p.Name] {
					t.Errorf("%s: parameter %q is unnamed or there twice", f.Name, p.Name)
				}
				seen[p.Name] = true
			}
		}
	}
}

func TestFunction(t *testing.T) {
	c := open(t, Unified)
	fn := func(name string) Function {
		f, ok := c.Function(name)
		if !ok {
			t.Fatalf("no function %s", name)
		}
		return f
	}
	dns := fn("_Im_Dns")
	if !dns.MoreParams || !dns.Open || dns.Params[0] != (Param{Name: "starttime", Type: types.DateTime, Default: "datetime(null)"}) {
		t.Errorf("_Im_Dns: %+v", dns.Params)
	}
	if got := names(dns.Schema)[:3]; !slices.Equal(got, []string{"TimeGenerated", "Type", "AdditionalFields"}) {
		t.Errorf("_Im_Dns returns %v …", got)
	}
	if f := fn("_ASim_Dns"); f.MoreParams || len(f.Params) != 1 || f.Params[0] != (Param{Name: "pack", Type: types.Bool, Default: "false"}) {
		t.Errorf("_ASim_Dns: %+v", f.Params)
	}
	if f := fn("_GetWatchlist"); !f.Open || f.Params[0] != (Param{Name: "watchlistAlias", Type: types.String}) || f.Schema.Index("SearchKey") < 0 {
		t.Errorf("_GetWatchlist: %+v", f)
	}
	if f := fn("FileProfile"); !f.Input || !f.Appends || f.Open || !f.Params[0].ColumnName || f.Params[0].Name != "x" {
		t.Errorf("FileProfile: %+v", f)
	}
	for env, name := range map[Environment]string{Sentinel: "FileProfile", DefenderXDR: "_GetWatchlist"} {
		if _, ok := open(t, env).Function(name); ok {
			t.Errorf("%s has %s", env, name)
		}
	}
	for _, name := range []string{"filter", "_GetWatchlist!columns", "_im_dns"} {
		if _, ok := c.Function(name); ok {
			t.Errorf("there is a function %q", name)
		}
	}
}
