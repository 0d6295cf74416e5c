package bind_test

import (
	"testing"

	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// TestStrict checks what is an error only where a query is checked as Microsoft's
// analyzer does; else it is a warning of the same code and place.
func TestStrict(t *testing.T) {
	r := registry(t)
	for _, tt := range []struct{ query, want string }{
		{`Events | summarize count(User)`, "KS107 25-29"},
		{`Events | summarize count(Ok)`, ""},
		{`Events | extend x = split(User, "@")["a"]`, "KS141 37-40"},
		{`Events | project Id, x = split(User, "@") | where Id > 1 | sort by Id | extend y = x["a"]`, "KS141 85-88"},
		{`Events | project x = split(User, "@") | mv-expand x | extend y = x[0]`, "KS147 66-69"},
		{`Events | extend x = split(User, "@")[0][1]`, "KS147 39-42"},
		{`Events | extend x = Data[0][1]["a"].b`, ""},
		{`Events | summarize s = make_set(User) by Id | extend y = todynamic(s)`, "KS107 67-68"},
		{`Events | summarize s = make_bag(Data) by Id | join kind=inner (Users) on Id | extend y = s[0]`, "KS141 91-92"},
		{`Events | extend x = todynamic(Data)`, ""},
		{`Events | extend x = array_length(bag_pack("a", 1))`, "KS234 33-49"},
		{`Events | extend x = bag_keys(split(User, "@"))`, "KS235 29-45"},
		{`Events | extend x = array_length(Data), y = bag_keys(Data.a)`, ""},
		{`Events | summarize make_bag(split(User, "@"))`, "KS235 28-44"},
		{`Events | extend x = series_add(1, bag_pack("a", 1))`, "KS234 34-50"},
		{`Events | extend x = unicode_codepoints_to_string(bag_pack("a", 1))`, "KS136 49-65"},
		{`Events | extend x = parse_user_agent(User, bag_pack("a", 1))`, "KS233 43-59"},
		{`Events | extend x = trim("a", split(User, "@")[0])`, "KS107 30-49"},
		{`Events | extend x = trim("a", Data.name)`, ""},
		{`Events | extend x = coalesce(User, Data.name)`, "KS141 29-33"},
		{`Events | extend x = iff(Ok, User, Data.name)`, ""},
		{`Events | sort by Id | extend x = prev(Id), y = next(Id + 1)`, "KS109 52-58"},
		{`Events | extend x = max_of(Id, Data.n)`, "KS206 31-37"},
		{`Events | extend x = format_datetime(Time, "")`, "KS133 42-44"},
		{`Events | where Data.n > ago(1d)`, "KS106 22-23"},
		{`Events | where Data.n > 1 and Data.n == ago(1d)`, ""},
		{`Events | where Data.n has 5`, "KS106 22-25"},
		{`Events | where User has dynamic(["a"]) or User has Data or User contains dynamic("a")`, "KS106 20-23"},
		{`Events | where Data.n between (1 .. 2.5)`, "KS141 36-39"},
		{`let f = (n: long = "a") { n }; print f()`, "KS141 19-22"},
		{`Events | extend x = datetime_part("hour", Time), y = format_datetime(Time, "yy")`, ""},
		{`union (print x = dynamic([1])), (print x = dynamic(2)) | extend y = x[0]`, ""},
		{`union (print x = dynamic([1])), (print x = dynamic([2])) | extend y = x["a"]`, "KS141 72-75"},
		{`let x = toscalar(Events | summarize make_list(Id)); print todynamic(x)`, "KS107 68-69"},
		{`print g = new_guid() | summarize min(g), arg_max(g, *)`, "KS206 37-38KS206 49-50"},
		{`Events | project-reorder X*, Ok`, "KS142 25-27"},
		{`Events | count | project-reorder Count, *`, "KS171 40-41"},
		{`Events | extend x = bag_keys(series_add(Data, 1))`, "KS235 29-48"},
		{`Events | extend x = series_stats_dynamic(Data).avg[0]`, "KS147 50-53"},
		{`Events | extend x = repeat(Id, 2)["a"]`, "KS141 34-37"},
		{`Events | extend x = geo_point_buffer(0, 0, 1).coordinates["a"]`, "KS141 58-61"},
		{`Events | project-rename Id = Id`, "KS171 24-26"},
		{`Events | project-rename Key = Id, Id = User`, "KS171 34-36"},
		{`Events | extend x = 1.5, y = decimal(1.5) | make-series count() on x from 1 to 9 step 2`, ""},
		{`Events | project-reorder Id, *, Id`, "KS171 32-34"},
		{`Events | extend x = make_timespan(1, 2, 3, 4.5), y = make_timespan(1, 2, 1.5), z = make_timespan(1, 2)`, "KS134 43-46KS134 73-76"},
		{`print g = new_guid() | project toguid(g), toguid("a")`, "KS141 38-39"},
		{`Events | extend x = array_concat(Data, dynamic([1]))["a"], y = bag_set_key(Data, "a", 1)[0], z = array_iff(Data, Data, 1)["a"]`, ""},
		{`Events | extend x = array_concat(split(User, "@"), dynamic(["a"]))["a"]`, "KS141 67-70"},
		{`Events | extend x = array_iff(Data, Id, 1)[0][0], y = dynamic([1, null])[1][0], z = set_union(Data, Data)["a"]`, "KS147 45-48KS147 75-78KS141 106-109"},
		{`Events | project series_fft(Data) | extend x = series_fft_Data_imag[0][1]`, "KS147 70-73"},
		{`Events | project array_sort_asc(split(User, "@"), Data) | extend x = array_length(User_sorted), y = Data_sorted.a, z = User_sorted["a"]`, "KS141 131-134"},
		{`Events | top-hitters 2 of (User) by Id`, "KS109 26-32"},
		{`Events | sample-distinct 2 of who = User`, "KS109 30-40"},
		{`Events | evaluate bag_unpack(Data, ignoredProperties = dynamic(["a"])): (a: long)`, "KS107 55-69"},
		{`Events | evaluate bag_unpack(Data, "", "error"): (a: long)`, "KS119 18-28"},
	} {
		tree, diags := syntax.Parse(tt.query)
		for _, strict := range []bool{true, false} {
			_, more := bind.Bind(tree, bind.Env{Functions: r, Catalog: testCatalog(), Strict: strict})
			got := ""
			for _, d := range append(diags, more...) {
				if wrong := d.Severity == syntax.Error; wrong != strict {
					t.Errorf("%s: strict %v: %v", tt.query, strict, d)
				}
				got += d.Code + " " + span(d.Pos, d.End)
			}
			if got != tt.want {
				t.Errorf("%s: strict %v: got %q, want %q", tt.query, strict, got, tt.want)
			}
		}
	}
}

// TestEngineOnly checks what the engine refuses and Microsoft's analyzer takes: a
// warning where a query is checked, an error where it is run.
func TestEngineOnly(t *testing.T) {
	r := registry(t)
	for _, tt := range []struct{ query, columns string }{
		{`Events | project x = iff(Ok, 1, 2.0)`, "x:real"},
		{`Events | project x = iff(Ok, User, Id), y = case(Ok, Id, Ok, "a", User)`, "x:dynamic, y:dynamic"},
		{`Events | summarize sum(Time), stdevp(Time), sumif(Time, Ok)`, "sum_Time:datetime, stdevp_Time:real, sumif_Time:datetime"},
		{`Events | project x = Data.a + Data.b, y = Data.a == Data.b, z = Ok == 1.5, w = Time * 2`, "x:dynamic, y:bool, z:bool, w:datetime"},
		{`Events | top 5 by Data.a | join (Events | project Data) on Data | project x = Data1`, "x:dynamic"},
		{`Events | project x = datetime('<START>') + 1h, y = int(what)`, "x:datetime, y:int"},
		{`Events | project x = prev(User)`, "x:string"},
		{`Events | summarize percentile(User, 50), percentiles_array(Ok, 5)`, "percentile_User_50:string, percentiles_Ok:dynamic"},
	} {
		tree, diags := syntax.Parse(tt.query)
		for _, strict := range []bool{true, false} {
			p, more := bind.Bind(tree, bind.Env{Functions: r, Catalog: testCatalog(), Strict: strict})
			wrong := 0
			for _, d := range append(diags, more...) {
				if d.Severity == syntax.Error {
					wrong++
				}
			}
			if (wrong == 0) != strict || len(more) == 0 {
				t.Errorf("%s: strict %v: %v", tt.query, strict, more)
			}
			if strict {
				if got := p.Results[0].Schema().String(); got != tt.columns {
					t.Errorf("%s: got %s, want %s", tt.query, got, tt.columns)
				}
			}
		}
	}
}
