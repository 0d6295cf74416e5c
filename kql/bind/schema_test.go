package bind_test

import (
	"testing"

	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// TestSchemas pins names, types and order of results.
func TestSchemas(t *testing.T) {
	r := registry(t)
	for _, c := range []struct{ query, want string }{
		{`print 1, "a", 1.5, true, 1d, datetime(2024-01-02), dynamic([1]), int(3), decimal(1.0)`,
			"print_0:long, print_1:string, print_2:real, print_3:bool, print_4:timespan, print_5:datetime, print_6:dynamic, print_7:int, print_8:decimal"},
		{`print a = 1, 2, b = 'x'`, "a:long, print_1:long, b:string"},
		{`Events`, "Time:datetime, Id:long, User:string, Size:real, Data:dynamic, Ok:bool"},
		{`Events | project _Item, Id`, "_Item:string, Id:long"},
		{`Events | extend Item = _Item | project Item`, "Item:string"},
		{`Events | project Data.a.b, Data["x y"], Data[0], Data[0].z`, "Data_a_b:dynamic, Data_x y:dynamic, Data_0:dynamic, Data_0_z:dynamic"},
		{`Events | project Id + 1, Size * 2, tostring(Id), strcat(User, "!")`, "Column1:long, Column2:real, Id:string, Column3:string"},
		{`Events | extend Id = 1.5 | project Id`, "Id:real"},
		{`Events | project Id | extend Id`, "Id:long"},
		{`Events | project Id | extend tostring(Id), Id + 1`, "Id:string, Column1:long"},
		{`Events | summarize count(), sum(Size), sum(Id), max(Time), dcount(User), avg(Id + 1) by User, bin(Time, 1h)`,
			"User:string, Time:datetime, count_:long, sum_Size:real, sum_Id:long, max_Time:datetime, dcount_User:long, avg_:real"},
		{`Events | summarize max(Id), max(Id), n = count() * 2`, "max_Id:long, max_Id1:long, n:long"},
		{`Events | summarize arg_max(Time, *) by User`, "User:string, Time:datetime, Id:long, Size:real, Data:dynamic, Ok:bool"},
		{`Events | summarize arg_max(Time, Id, Size * 2) by User`, "User:string, Time:datetime, Id:long, max_Time_arg2:real"},
		{`Events | summarize (T, I) = arg_min(Time, Id, User)`, "T:datetime, I:long, User:string"},
		{`Events | summarize percentiles(Size, 5, 99.9)`, "percentile_Size_5:real, percentile_Size_99_9:real"},
		{`Events | summarize percentile(toint(Id), 50), percentiles(todecimal(Id), 5, 95)`, "percentile_Id_50:long, percentile_Id_5:real, percentile_Id_95:real"},
		{`Events | summarize take_any(User, Id), take_any(Ok)`, "User:string, Id:long, Ok:bool"},
		{`Events | summarize arg_max(Time, *) by User | project _Item`, "_Item:string"},
		{`range x from 1 to 10 step 2`, "x:long"},
		{`range t from datetime(2024-01-01) to datetime(2024-01-02) step 1h`, "t:datetime"},
		{`let f = (a: long, b: string = 'x') { strcat(a, b) }; print f(1), f(2, 'y')`, "print_0:string, print_1:string"},
		{`let f = (T: (*)) { T | where Id > 1 }; f(Users)`, "User:string, Id:long, Joined:datetime"},
		{`let f = (T: (Id: long)) { T }; f(Users)`, "User:string, Id:long, Joined:datetime"},
		{`let n = toscalar(Events | count); print n`, "print_0:long"},
		{`let T = materialize(Users | take 1); T | where Id in (T)`, "User:string, Id:long, Joined:datetime"},
		{`Users | as U | where User in ((U | project User))`, "User:string, Id:long, Joined:datetime"},
		{`Recent(5) | project Id`, "Id:long"},
		{`Recent(least=5, who='me') | project User`, "User:string"},
		{`Known | project B`, "B:string"},
		{`database('archive').Old`, "X:int"},
		{`table('Users') | project Joined`, "Joined:datetime"},
		{`datatable(a: int, b: dynamic)[1, 'x', '2', dynamic({"k": 1})]`, "a:int, b:dynamic"},
		{`Events | project d = Time - ago(1d), s = Time + 1h, r = 1d / 1h, q = 3h / 2`, "d:timespan, s:datetime, r:real, q:timespan"},
		{`Events | project iff(Ok, 1, int(2)), coalesce(Data.x, 'none')`, "Column1:long, Column2:string"},
		{`Events | project n = extract('([0-9]+)', 1, User, typeof(long))`, "n:long"},
		{`Events | project c = column_ifexists('Nope', 5), column_ifexists('Id', 0)`, "c:long, Id:long"},
		{`declare query_parameters(n: long = 5); print n`, "print_0:long"},
		{`externaldata(a: string, b: long)['https://example.org/x.csv'] | where b > 1`, "a:string, b:long"},
	} {
		p, diags := bindText(r, c.query)
		if errs := errorsOf(diags); len(errs) > 0 {
			t.Errorf("%s\n%v", c.query, errs)
			continue
		}
		if got := p.Results[len(p.Results)-1].Schema().String(); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.query, got, c.want)
		}
	}
}

// TestErrors pins what is found, and that a mistake is reported once.
func TestErrors(t *testing.T) {
	r := registry(t)
	for _, c := range []struct{ query, want string }{
		{`Events | where Usr == 'x' | extend y = Usr`, "KS142 15-18 KS142 39-42"},
		{`Evnts | where Anything == 1 | project More`, "KS204 0-5"},
		{`Events | where Id == 'a' and nope(Id)`, "KS211 29-33"},
		{`Events | extend a = nope(1) | extend b = a + 1, c = strlen(a) | where a`, "KS211 20-24"},
		{`Events | summarize count() by Data`, "KS116 30-34"},
		{`Events | extend a = 1, b = a`, "KS142 27-28"},
		{`Events | where count() > 1`, "KS144 15-20"},
		{`Events | summarize n = count() + Id by Id`, "KS236 33-35"},
		{`Events | where Data == Data`, "KS106 20-22"},
		{`Events | where User < 'b'`, "KS106 20-21"},
		{`Events | where User`, "KS141 15-19"},
		{`Events | take Id`, "KS129 14-16"},
		{`let f = (a: long) { a + nope }; print 1`, "KS142 24-28"},
		{`let f = (a: long) { a }; print f()`, "KS119 31-32"},
		{`BrokenFunction`, "KS200 0-14"},
		{`Recursive()`, "KS200 0-11"},
		{`Events | where Id in (Users | project Missing)`, "KS142 38-45"},
		{`Events | where Id > toscalar(Users | where Joined > Time | count)`, "KS142 52-56"},
		{`print x = 1 | project x, x`, "KS171 25-26"},
		{`print iff(true, 1, 2.0)`, "KS141 6-23"},
		{`Events | where Id > 1 | extend n = row_number()`, "KS999 35-45"},
		{`Loosely | where Unknown > 1 | project Unknown, Time`, ""},
		{`Events | sort by Time asc | extend n = row_number(), p = prev(Id)`, ""},
		{`Events | where Id == '5'`, ""},
	} {
		_, diags := bindText(r, c.query)
		got := ""
		for i, d := range errorsOf(diags) {
			if i > 0 {
				got += " "
			}
			got += d.Code + " " + span(d.Pos, d.End)
		}
		if got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s\n%v", c.query, got, c.want, diags)
		}
	}
}

// TestParameters checks values given from outside: converted, before defaults,
// and missed when the query runs, not before.
func TestParameters(t *testing.T) {
	tree, _ := syntax.Parse("declare query_parameters(n: long, who: string = 'me'); print n, who")
	env := bind.Env{Functions: registry(t), Catalog: testCatalog(), Parameters: map[string]column.Column{
		"n": column.NewVec(types.Int, []int64{7}, nil),
	}}
	p, diags := bind.Bind(tree, env)
	if got := plan.Print(p.Results[0].Root); len(diags) > 0 || !contains(got, "7") || !contains(got, "me") {
		t.Errorf("%v\n%s", diags, got)
	}
	env.Parameters = nil
	p, diags = bind.Bind(tree, env)
	read, ok := p.Results[0].Root.(*plan.Read)
	if len(errorsOf(diags)) > 0 || !ok {
		t.Fatalf("%v\n%s", diags, plan.Print(p.Results[0].Root))
	}
	if _, err := read.Source.Open(t.Context(), plan.Scan{}); err == nil || !contains(err.Error(), "parameters n") {
		t.Errorf("opened: %v", err)
	}
}

// TestSuggestions checks that a misspelt name is answered with the right one.
func TestSuggestions(t *testing.T) {
	r := registry(t)
	for query, want := range map[string]string{
		`Evnets | take 1`:          "did you mean 'Events'?",
		`Events | where user == 1`: "did you mean 'User'?",
		`print strlne('a')`:        "did you mean 'strlen'?",
	} {
		_, diags := bindText(r, query)
		if len(diags) == 0 || !contains(diags[0].Message, want) {
			t.Errorf("%s\ngot %v, want %s", query, diags, want)
		}
	}
}
