package bind_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// events is what Events has.
const events = "Time:datetime, Id:long, User:string, Size:real, Data:dynamic, Ok:bool"

// TestOperatorSchemas pins the columns that each operator yields; several results
// are separated by " / ".
func TestOperatorSchemas(t *testing.T) {
	r := registry(t)
	for _, c := range []struct{ query, want string }{
		{`Events | project Id, User | evaluate autocluster(0.5)`, "SegmentId:long, Count:long, Percent:real, Id:long, User:string"},
		{`Events | evaluate new_activity_metrics(User, Time, ago(7d), now(), 1d, Ok)`, "from_Time:datetime, to_Time:datetime, Ok:bool, dcount_new_values:long, " +
			"dcount_retained_values:long, dcount_churn_values:long, retention_rate:real, churn_rate:real"},
		{`Events | evaluate sequence_detect(Time, 5m, 5m, a = Ok, b = not(Ok), User)`, "User:string, a_Time:datetime, b_Time:datetime, Duration:timespan"},
		{`Events | evaluate rolling_percentile(Size, 95, Time, 1d, 7, User)`, "Time:datetime, User:string, rolling_7_percentile_Size_95:real"},
		{`Events | project Id | evaluate python(typeof(*, x: real), 'x')`, "Id:long, x:real"},
		{`Users | project Id, lon = 1.0, lat = 2.0 | evaluate geo_polygon_lookup((print p = dynamic({}), Id = 'x'), p, lon, lat)`, "Id:long, lon:real, lat:real, Id1:string"},
		{`Events | project-away Data, S*`, "Time:datetime, Id:long, User:string, Ok:bool"},
		{`Events | project-keep Ok, *i*e`, "Time:datetime, Size:real, Ok:bool"},
		{`Events | project-keep _Item, Id`, "Id:long, _Item:string"},
		{`Events | project-rename When = Time, Who = User`, "When:datetime, Id:long, Who:string, Size:real, Data:dynamic, Ok:bool"},
		{`Events | project-reorder Size, * asc`, "Size:real, Data:dynamic, Id:long, Ok:bool, Time:datetime, User:string"},
		{`print a20 = 1, a3 = 2, b = 3 | project-reorder a* granny-asc`, "a3:long, a20:long, b:long"},
		{`print a20 = 1, a3 = 2, b = 3 | project-reorder b, a* granny-desc`, "b:long, a20:long, a3:long"},
		{`Events | project-by-names 'Id', dynamic(['U*', 'Nope'])`, "Id:long, User:string"},
		{`Events | distinct User, bin(Size, 1)`, "User:string, Size:real"},
		{`Users | distinct *`, "User:string, Id:long, Joined:datetime"},
		{`Events | count`, "Count:long"},
		{`Events | count as n`, "n:long"},
		{`Events | sort by _Item asc, Id | top 3 by Size | sample 2 | take 1`, events},
		{`Events | sample-distinct 3 of User`, "User:string"},
		{`Events | serialize n = row_number(), Id = 1`, events + ", n:long, Id1:long"},
		{`Users | getschema`, "ColumnName:string, ColumnOrdinal:int, DataType:string, ColumnType:string"},
		{`Users | getschema kind=csl`, "Schema:string"},
		{`Events | top-hitters 2 of User`, "User:string, approximate_count_User:long"},
		{`Events | top-hitters 2 of User by Size`, "User:string, approximate_sum_Size:real"},
		{`Events | top-nested 2 of User by max(Size), top-nested of Hour = bin(Time, 1h) by n = count()`,
			"User:string, aggregated_User:real, Hour:datetime, n:long"},
		{`Events | make-series n = count(), avg(Size) default = 1.5 on Time from ago(1d) to now() step 1h by User`,
			"User:string, n:dynamic, avg_Size:dynamic, Time:dynamic"},
		{`Events | sort by Time asc | scan with_match_id=m declare (began: datetime, n: long = 0) with (step a: Id > 0 => began = Time; step b: true => n = a.Id + 1;)`,
			events + ", began:datetime, n:long, m:long"},
		{`Events | partition by User (top 1 by Size | project User, Size)`, "User:string, Size:real"},
		{`Events | facet by User with (count)`, "Count:long / User:string, count_User:long"},
		{`Events | fork (count) (project Id)`, "Count:long / Id:long"},
		{`let f = (T: (Id: long), step_: long) { T | extend Next = Id + step_ | project Next }; Users | invoke f(2)`, "Next:long"},
		{`Users | assert-schema (User: string, Id: long, Joined: datetime)`, "User:string, Id:long, Joined:datetime"},
		{`Users | render timechart`, "User:string, Id:long, Joined:datetime"},
		{`Users | consume`, ""},
	} {
		checkSchema(t, bind.Env{Functions: r, Catalog: testCatalog()}, c.query, c.want)
	}
}

// TestTableSchemas pins the columns of operators over several tables.
func TestTableSchemas(t *testing.T) {
	r := registry(t)
	users := "User:string, Id:long, Joined:datetime"
	for _, c := range []struct{ query, want string }{
		{`Events | join Users on User`, events + ", User1:string, Id1:long, Joined:datetime"},
		{`Users | extend Id1 = 0 | join kind=inner Users on $left.Id == $right.Id and $left.User == $right.User`,
			users + ", Id1:long, User1:string, Id2:long, Joined1:datetime"},
		{`Events | join kind=leftanti Users on User`, events},
		{`Events | join kind=anti Users on User`, events},
		{`Events | join kind=rightsemi Users on User`, users},
		{`Events | join kind=leftouter (Users | where _Item != '') on Id, User`, events + ", User1:string, Id1:long, Joined:datetime"},
		{`Events | lookup Users on User`, events + ", Id1:long, Joined:datetime"},
		{`Events | lookup kind=inner Users on $left.Id == $right.Id`, events + ", User1:string, Joined:datetime"},
		{`Events | union Users`, events + ", Joined:datetime"},
		{`union withsource=From kind=inner Events, Users`, "From:string, Id:long, User:string"},
		{`union (print a = 1), (print a = 'x', b = 2), (print a = 3)`, "a_long:long, a_string:string, b:long"},
		{`union (print a = 1), (print a = 'x'), (print a_long = true)`, "a_long1:long, a_string:string, a_long:bool"},
		{`union isfuzzy=true NoSuchTable, (AlsoNone | where x > 1), Users`, users},
		{`let V1 = view () { print a = 1 }; let V2 = view () { print b = 2 }; union V*`, "a:long, b:long"},
		{`union U*`, users},
		{`search in (Users) 'root'`, "$table:string, " + users},
		{`Users | search Id > 3 and 'r*t'`, "$table:string, " + users},
		{`find in (Events, Users) where Id == 1`, "source_:string, Id:long, User:string, pack_:dynamic"},
		{`find withsource=Src in (Events, Users) where Joined > ago(1d) project User, Id:string, pack(*)`,
			"Src:string, User:string, Id:string, pack_:dynamic"},
		{`Events | evaluate ipv4_lookup(Users, User, User)`, events + ", User1:string, Id1:long, Joined:datetime"},
	} {
		checkSchema(t, bind.Env{Functions: r, Catalog: testCatalog()}, c.query, c.want)
	}
}

// TestExpansionSchemas pins the columns of operators that take values apart.
func TestExpansionSchemas(t *testing.T) {
	r := registry(t)
	for _, c := range []struct{ query, want string }{
		{`Events | mv-expand Data`, events},
		{`Events | mv-expand Data to typeof(string)`, strings.Replace(events, "Data:dynamic", "Data:string", 1)},
		{`Events | mv-expand with_itemindex=Id part = Data.parts to typeof(long), Data.b`,
			events + ", part:long, Data_b:dynamic, Id1:long"},
		{`Events | mv-apply Data on (where Data.x > 1 | extend y = Id)`,
			"Time:datetime, Id:long, User:string, Size:real, Ok:bool, Data:dynamic, y:long"},
		{`Events | mv-apply e = Data on (summarize n = count(), Id = make_list(e))`,
			strings.Replace(events, "Id:long", "Id:dynamic", 1) + ", n:long"},
		{`Events | project User | parse User with 'a' x 'b' User:long`, "User:long, x:string"},
		{`Events | project Id | parse-where kind=regex flags=i tostring(Id) with @'\d' d:int *`, "Id:long, d:int"},
		{`Events | project User | parse-kv User as (a: long, b: string) with (pair_delimiter=';', quote='"')`, "User:string, a:long, b:string"},
		{`Events | project User, Data | evaluate bag_unpack(Data) : (*, a: long)`, "User:string, a:long"},
		{`Events | project User, Data | evaluate bag_unpack(Data, 'x_') : (x_a: long, User: string)`, "x_a:long, User:string"},
		{`Events | evaluate pivot(Ok, sum(Size), User) : (User: string, ['true']: real)`, "User:string, true:real"},
		{`Users | evaluate narrow()`, "Row:long, Column:string, Value:string"},
	} {
		checkSchema(t, bind.Env{Functions: r, Catalog: testCatalog()}, c.query, c.want)
	}
}

// TestDiscovery checks plugins whose columns come from the rows: which rows they
// look at, and the columns that they make of them.
func TestDiscovery(t *testing.T) {
	env := bind.Env{Functions: registry(t), Catalog: testCatalog()}
	rows := func(cols ...[]string) func(*plan.Query) ([]*column.Batch, error) {
		return func(*plan.Query) ([]*column.Batch, error) {
			var out []column.Column
			for _, c := range cols {
				out = append(out, column.NewVec(types.String, c, nil))
			}
			return []*column.Batch{column.NewBatch(len(cols[0]), out)}, nil
		}
	}
	props := rows([]string{"n", "s", "s", "mixed", "mixed", "list", "none"},
		[]string{"long", "string", "null", "long", "string", "array", "null"})
	env.Discover = props
	checkSchema(t, env, `Events | project Id, Data | evaluate bag_unpack(Data)`,
		"Id:long, list:dynamic, mixed:dynamic, n:long, none:dynamic, s:string")
	checkSchema(t, env, `Events | project Id, Data | evaluate bag_unpack(Data, 'p_', ignoredProperties=dynamic(['mixed', 'none', 'list']))`,
		"Id:long, p_n:long, p_s:string")
	checkSchema(t, env, `Events | project n = User, Data | evaluate bag_unpack(Data, columnsConflict='keep_source') | project n, s`, "n:string, s:string")
	checkSchema(t, env, `Events | project n = User, Data | evaluate bag_unpack(Data, columnsConflict='replace_source') | project n`, "n:long")

	env.Discover = rows([]string{"b", "a", "User"})
	checkSchema(t, env, `Events | evaluate pivot(User, sum(Size), Ok)`, "Ok:bool, User:real, a:real, b:real")
	checkSchema(t, env, `Users | evaluate pivot(User)`, "Id:long, Joined:datetime, User:long, a:long, b:long")

	env.Discover = func(*plan.Query) ([]*column.Batch, error) { return nil, errors.New("out of memory") }
	if _, diags := bindWith(env, `Users | evaluate pivot(User)`); len(errorsOf(diags)) != 1 || !contains(diags[0].Message, "out of memory") {
		t.Errorf("a failed look at the rows gives %v", diags)
	}
	env.Discover = nil
	p, diags := bindWith(env, `Events | evaluate bag_unpack(Data) | where anything == 1`)
	if len(errorsOf(diags)) > 0 || !strings.Contains(plan.Print(p.Results[0].Root), "bag_unpack, columns not known yet") {
		t.Errorf("without a way to look: %v\n%s", diags, p)
	}
}

// TestOperatorErrors pins the findings about operators.
func TestOperatorErrors(t *testing.T) {
	r := registry(t)
	for _, c := range []struct{ query, want string }{
		{`Events | project-away Nope, X*`, "KS142 22-26"},
		{`Events | project-rename Id = User`, "KS171 24-26"},
		{`Events | sort by Data`, "KS116 17-21"},
		{`Events | distinct Data`, "KS116 18-22"},
		{`Events | top 'a' by Id`, "KS134 13-16"},
		{`Events | join Users on Id, Size`, "KS145 27-31"},
		{`Events | join kind=outer Users on Id`, "KS005 19-24"},
		{`Events | join Users on $left.Id == $right.User`, "KS242 23-31"},
		{`Events | join Users on $left.Id == Id`, "KS183 35-37"},
		{`Events | join Events on Data`, "KS241 24-28"},
		{`Events | join (print User = 1) on User`, "KS227 34-38"},
		{`Events | lookup kind=leftanti Users on Id`, "KS005 21-29"},
		{`union Events, NoSuchTable`, "KS204 14-25"},
		{`union Nope*`, "KS142 6-11"},
		{`Events | mv-expand Id`, "KS141 19-21"},
		{`Events | mv-expand Data, Data`, "KS171 25-29"},
		{`Events | parse User with a b`, "KS101 27-28"},
		{`Events | parse User with * a`, "KS102 25-26 KS101 27-28"},
		{`Events | make-series count() on Id step 1h`, "KS178 40-42"},
		{`Events | make-series count() on Id step 1 by Id`, "KS171 32-34"},
		{`Events | make-series Id = count() on Id step 1`, "KS171 37-39"},
		{`Events | make-series avg(Id) on bin(Id, 1) step 1 by Id`, ""},
		{`Events | make-graph Data --> Id | graph-to-table nodes`, "KS240 20-24"},
		{`Events | make-graph Id --> Data | graph-to-table nodes`, "KS240 27-31"},
		{`Events | make-graph User --> User with Events on Data | graph-to-table nodes`, "KS240 49-53"},
		{`Events | scan with (step s: true => n = 1;)`, "KS142 36-37"},
		{`Events | scan declare (n: long) with (step s: prev(Id) == 1 => n = 1;)`, "KS999 46-50"},
		{`Events | render balloons`, "KS005 16-24"},
		{`Events | evaluate nosuch()`, "KS124 18-24"},
		{`Events | evaluate ai_embeddings(User)`, "KS119 18-31"},
		{`Events | evaluate bag_unpack(Id)`, "KS141 29-31"},
		{`Events | reduce by User`, ""},
		{`Events | reduce by Id`, "KS141 19-21"},
		{`Events | fork (fork (count))`, "KS177 15-19"},
		{`Events | join Users on Id | project _Item`, ""},
		{`Events | project-away Id | project _Item`, "KS142 35-40"},
		{`union Events, Users | project _Item`, ""},
		{`union isfuzzy=true Events, Nowhere | project Any`, ""},
		{`Events | sort by Id | where Ok | take 3 | project _Item`, ""},
		{`Events | join kind=leftsemi Users on Id | project _Item`, ""},
	} {
		_, diags := bindText(r, c.query)
		var got []string
		for _, d := range errorsOf(diags) {
			got = append(got, d.Code+" "+span(d.Pos, d.End))
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s\ngot  %s\nwant %s\n%v", c.query, g, c.want, diags)
		}
	}
}

// bindWith parses and binds a query and returns all findings.
func bindWith(env bind.Env, query string) (*plan.Query, []syntax.Diagnostic) {
	tree, diags := syntax.Parse(query)
	p, more := bind.Bind(tree, env)
	return p, append(diags, more...)
}

func checkSchema(t *testing.T, env bind.Env, query, want string) {
	t.Helper()
	p, diags := bindWith(env, query)
	if errs := errorsOf(diags); len(errs) > 0 {
		t.Errorf("%s\n%v", query, errs)
		return
	}
	var got []string
	for _, r := range p.Results {
		got = append(got, r.Schema().String())
	}
	if g := strings.Join(got, " / "); g != want {
		t.Errorf("%s\ngot  %s\nwant %s", query, g, want)
	}
}
