package bind_test

import "testing"

// FuzzBind checks that any text is bound without a panic, and that findings lie
// within it.
func FuzzBind(f *testing.F) {
	for _, q := range []string{
		"Events | where Id == 1 and User has 'x' | summarize count(), arg_max(Time, *) by bin(Time, 1h)",
		"let f = (a: long, T: (Id: long)) { T | where Id > a }; f(1, Users) | join kind=inner Events on Id",
		"print x = dynamic({'a': [1, 2]}) | extend y = x.a[0] + 1 | mv-expand x.a to typeof(long)",
		"datatable(a: long)[1, 2] | as T | union (T | project b = -a) | sort by a | extend row_number()",
		"declare pattern p = (a: string)[b: string] { ('x').['y'] = { print 1 }; }; p('x').y",
	} {
		f.Add(q)
	}
	r := registry(f)
	f.Fuzz(func(t *testing.T, query string) {
		_, diags := bindText(r, query)
		for _, d := range diags {
			if d.Pos < 0 || d.End < d.Pos || d.End > len(query) {
				t.Errorf("%s is at %d to %d of %d", d.Code, d.Pos, d.End, len(query))
			}
		}
	})
}
