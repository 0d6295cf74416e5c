package bind_test

import (
	"testing"

	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// TestAnalyzerColumns checks where the columns of a query that is checked are
// others than those of one that is run: the analyzer's, not the engine's.
func TestAnalyzerColumns(t *testing.T) {
	r := registry(t)
	for _, tt := range []struct{ query, checked, run string }{
		{`Events | project y = getyear(now()), c = ceiling(Id)`, "y:int, c:long", "y:long, c:real"},
		{`Events | project j = jaccard_index(Data, Data)`, "j:dynamic", "j:real"},
		{`Events | summarize covariance(Id, Id)`, "covariance_Id:real", "covariance_Id_Id:real"},
		{`Events | project c = column_ifexists("Id", "")`, "c:string", "c:long"},
		{`Events | project column_ifexists("Nope", Id), column_ifexists("User", "")`, "Column1:long, User:string", "Column1:long, User:string"},
		{`Events | project x = array_sort_asc(Data, Data)`, "x:dynamic, Data_sorted:dynamic", "x:dynamic"},
		{`Events | project Id, User | parse User with Id:int "@" Domain`, "Id:long, User:string, Id:int, Domain:string", "Id:int, User:string, Domain:string"},
		{`Events | project Id, User | parse User with Id:int "@" Domain | extend x = Id`, "Id:long, User:string, Id1:int, Domain:string, x:long", "Id:int, User:string, Domain:string, x:int"},
		{`Events | project tostring(c = User), tolong(d = Id), toint(e = Id)`, "c:string, d:long, e:int", "c:string, d:long, e:int"},
		{`Events | project tostring(User), (tolong(Id))`, "User:string, Id:long", "User:string, Id:long"},
		{`print x = 1 | serialize | scan with (step a: true;)`, "x:long, match_id:long", "x:long"},
		{`print x = 1 | getschema | project ColumnOrdinal`, "ColumnOrdinal:long", "ColumnOrdinal:int"},
		{`Events | make-series take_any(User), n = take_any(Id), count() on Id step 5`, "User:string, n:dynamic, count_:dynamic, Id:dynamic", "User:dynamic, n:dynamic, count_:dynamic, Id:dynamic"},
		{`Events | extend i = toint(Id) | top-hitters 2 of User by i`, "User:string, approximate_sum_i:int", "User:string, approximate_sum_i:long"},
		{`union (print a = 1), (print a = 2), (print a = "x")`, "a:long", "a_long:long, a_string:string"},
		{`union (print a = 1), (print a = "x"), (print a = "y")`, "a_long:long, a_string:string", "a_long:long, a_string:string"},
		{`union kind=inner (print a = 1), (print a = 2, b = 3)`, "a:long, b:long", "a:long"},
	} {
		tree, diags := syntax.Parse(tt.query)
		for strict, want := range map[bool]string{true: tt.checked, false: tt.run} {
			p, more := bind.Bind(tree, bind.Env{Functions: r, Catalog: testCatalog(), Strict: strict})
			if errs := errorsOf(append(diags, more...)); len(errs) > 0 {
				t.Errorf("%s: strict %v: %v", tt.query, strict, errs)
				continue
			}
			if got := p.Results[len(p.Results)-1].Schema().String(); got != want {
				t.Errorf("%s: strict %v:\ngot  %s\nwant %s", tt.query, strict, got, want)
			}
		}
	}
}
