package builtin

import (
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

func TestWindowFunctions(t *testing.T) {
	l := testColumn(types.Long, 10, 10, null{}, 20, 30)
	s := testColumn(types.String, "a", "a", "b", "b", "b")
	again := testColumn(types.Bool, true, false, true, null{}, false)
	one := &column.Const{One: testColumn(types.Long, 1), N: 5}
	two := &column.Const{One: testColumn(types.Long, 2), N: 5}
	dt := testColumn(types.DateTime, 0, 3, null{}, 4, 9)
	span := func(n int) column.Column { return &column.Const{One: testColumn(types.TimeSpan, n), N: 5} }
	for _, c := range []struct {
		name string
		args []column.Column
		want string
	}{
		{"prev", []column.Column{l}, `null 10 10 null 20`},
		{"next", []column.Column{l, two}, `null 20 30 null null`},
		{"prev", []column.Column{asDict(s), one, &column.Const{One: testColumn(types.String, "-"), N: 5}}, `"-" "a" "a" "b" "b"`},
		{"next", []column.Column{s}, `"a" "b" "b" "b" ""`},
		{"row_number", nil, `1 2 3 4 5`},
		{"row_number", []column.Column{two, again}, `2 3 2 3 4`},
		{"row_cumsum", []column.Column{l, again}, `10 20 0 20 50`},
		{"row_rank_dense", []column.Column{l}, `1 1 2 3 4`},
		{"row_rank_min", []column.Column{asDict(s)}, `1 1 3 3 3`},
		{"row_rank_min", []column.Column{l, again}, `1 1 1 2 3`},
		{"row_window_session", []column.Column{dt, span(100), span(4)}, `"0001-01-01T00:00:00.0000000Z" "0001-01-01T00:00:00.0000000Z" null "0001-01-01T00:00:00.0000004Z" "0001-01-01T00:00:00.0000009Z"`},
	} {
		reg, err := Functions()
		if err != nil {
			t.Fatal(err)
		}
		f, _ := reg.Scalar(c.name)
		o := &f.Overloads[0]
		out := types.Long
		if len(c.args) > 0 {
			out = c.args[0].Type()
		}
		if c.name == "row_cumsum" {
			o = &f.Overloads[1]
		}
		if o.Signature.Result != types.Unknown {
			out = o.Signature.Result
		}
		col, err := o.Kernel.Run(function.NewCall(&function.Env{}, out), c.args, 5)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]string, 5)
		for i := range got {
			got[i] = dynamicAt(col, i).JSON()
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s: %s, want %s", c.name, text, c.want)
		}
	}
}
