package detect

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// ran is a querier with one answer.
type ran struct {
	names   []string
	columns []column.Column
}

func (q ran) Query(context.Context, string, time.Time, time.Time) (s types.Schema, b []*column.Batch, err error) {
	for i, c := range q.columns {
		s.Columns = append(s.Columns, types.Column{Name: q.names[i], Type: c.Type()})
	}
	return s, []*column.Batch{column.NewBatch(q.columns[0].Len(), q.columns)}, nil
}

func idsOf(t *testing.T, r *Rule, q Querier) []string {
	t.Helper()
	e, err := Evaluate(context.Background(), r, at, q)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, a := range e.Alerts {
		out = append(out, a.ID)
	}
	return out
}

func strs(v ...string) column.Column   { return column.NewVec(types.String, v, nil) }
func reals(v ...float64) column.Column { return column.NewVec(types.Real, v, nil) }
func single(r *Rule)                   { r.Grouping = SingleAlert }
func once(r *Rule)                     { r.Once = true }

// A query that does not sort gives groups, and what make_set and make_bag collect, in another
// order when it runs again: the alerts are the same.
func TestIdentityWithoutOrder(t *testing.T) {
	a := ran{[]string{"User", "IPs", "Apps", "Mean"}, []column.Column{strs("ana", "ben"), strs(`["192.0.2.1","192.0.2.2"]`, "[]"), strs("x, y z, w", "v"), reals(0.1+0.2, 1)}}
	b := ran{[]string{"Mean", "User", "IPs", "Apps"}, []column.Column{reals(1, 0.3), strs("ben", "ana"), strs("[]", `["192.0.2.2","192.0.2.1"]`), strs("v", "w, x, y z")}}
	for name, change := range map[string]func(*Rule){"one alert": single, "an alert a row": nil, "an alert an event": once} {
		x, y := idsOf(t, rule(change), a), idsOf(t, rule(change), b)
		if len(x) == 2 {
			y[0], y[1] = y[1], y[0]
		}
		if strings.Join(x, " ") != strings.Join(y, " ") {
			t.Errorf("%s: %v, and in another order %v", name, x, y)
		}
	}
}

// What differs otherwise is another alert.
func TestIdentityOfOthers(t *testing.T) {
	base := ran{[]string{"User", "IPs", "Mean"}, []column.Column{strs("ana"), strs("192.0.2.1, 192.0.2.2"), reals(0.3)}}
	for name, other := range map[string]ran{
		"an item more":          {base.names, []column.Column{strs("ana"), strs("192.0.2.1, 192.0.2.2, 192.0.2.2"), reals(0.3)}},
		"another item":          {base.names, []column.Column{strs("ana"), strs("192.0.2.1, 192.0.2.3"), reals(0.3)}},
		"another number":        {base.names, []column.Column{strs("ana"), strs("192.0.2.1, 192.0.2.2"), reals(0.3001)}},
		"another column":        {[]string{"User", "Addresses", "Mean"}, base.columns},
		"values change columns": {base.names, []column.Column{strs("192.0.2.1, 192.0.2.2"), strs("ana"), reals(0.3)}},
	} {
		if x, y := idsOf(t, rule(nil), base), idsOf(t, rule(nil), other); x[0] == y[0] {
			t.Errorf("%s has the same identity", name)
		}
	}
}

// IDs have the form of Sentinel's.
func TestIdentityForm(t *testing.T) {
	id := idsOf(t, rule(nil), numbered(1))[0]
	if _, ok := types.ParseGUID(id); !ok || len(id) != 36 {
		t.Errorf("%q is no GUID", id)
	}
}
