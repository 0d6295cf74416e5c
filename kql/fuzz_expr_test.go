package kql_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

// literals are values of each type as text of KQL: the plain ones, the edges, and
// nulls. Reals are binary fractions, so that a sum does not depend on its order.
var literals = map[types.Type][]string{
	types.Bool:     {"true", "false", "bool(null)"},
	types.Int:      {"int(0)", "int(1)", "int(-1)", "int(2)", "int(7)", "int(100)", "int(2147483647)", "int(-2147483648)", "int(null)"},
	types.Long:     {"0", "1", "-1", "2", "3", "5", "10", "1000", "9007199254740993", "9223372036854775807", "long(null)"},
	types.Real:     {"0.0", "0.5", "-1.25", "2.0", "3.75", "1024.0", "1e10", "real(nan)", "real(+inf)", "real(-inf)", "real(null)"},
	types.Decimal:  {"decimal(0)", "decimal(1.5)", "decimal(-2.25)", "decimal(12345678901234567890.5)", "decimal(null)"},
	types.String:   {"''", "'a'", "'b'", "'A'", "'Alice'", "'alice@contoso.com'", "'10.0.0.1'", "'10.1.2.3'", "'x y z'", "'été'", "'a,b;c'", "'12'", "'-3.5'", "'2024-01-02'", "'k=v other=2'", `'{"k":1,"s":"t","a":[1,2]}'`},
	types.DateTime: {"datetime(2024-01-01)", "datetime(2024-01-01 12:30:00.1234567)", "datetime(2024-02-29)", "datetime(2023-12-31 23:59:59)", "datetime(1970-01-01)", "datetime(2024-01-08)", "datetime(null)"},
	types.TimeSpan: {"0s", "1s", "1d", "90m", "-1h", "12345.678s", "timespan(null)"},
	types.GUID:     {"guid(00000000-0000-0000-0000-000000000000)", "guid(74be27de-1e4e-49d9-b579-fe0b331d3642)", "guid(f47ac10b-58cc-4372-a567-0e02b2c3d479)", "guid(null)"},
	types.Dynamic:  {"dynamic(null)", "dynamic(1)", "dynamic('a')", "dynamic([])", "dynamic([1,2,3])", "dynamic(['a','b','a'])", "dynamic({})", "dynamic({'k':1,'s':'t','a':[1,2]})", "dynamic({'k':null,'n':{'k':'deep'}})", "dynamic([{'k':1},{'k':2}])", "dynamic(true)", "dynamic([[1,2],['x']])", "dynamic(2.5)"},
}

// extremes are literals that stand in expressions only: files keep no datetimes so
// far away.
var extremes = map[types.Type][]string{
	types.Int:      {"int(-2147483648)", "int(2147483647)"},
	types.Long:     {"(-9223372036854775807 - 1)", "9223372036854775807", "4294967296"},
	types.Real:     {"1.7976931348623157e308", "5e-324", "-0.0"},
	types.Decimal:  {"decimal(99999999999999999999999999999999)", "decimal(0.00000000000000000001)"},
	types.String:   {"'\\u0000'", "'İıſK'", "'\\r\\n\\t'", "'a\\\\b'", "'%_[]^$.*+?(){}|'"},
	types.DateTime: {"datetime(0001-01-01)", "datetime(9999-12-31 23:59:59.9999999)", "datetime(1677-09-21)"},
	types.TimeSpan: {"time(10675199.02:48:05.4775807)", "time(-10675199.02:48:05.4775807)", "1tick"},
}

// literal returns a literal of type t.
func (g *generator) literal(t types.Type) string {
	if of := extremes[t]; len(of) > 0 && g.IntN(10) == 0 {
		return pick(g, of)
	}
	return pick(g, literals[t])
}

// scalars are expressions of each type. {type} is any expression of that type,
// {=type} a literal, {any} an expression of any type, {col} a column.
var scalars = map[types.Type][]string{
	types.Bool: {
		"{long} > {long}", "{long} == {long}", "{int} <= {long}", "{real} < {real}", "{string} == {string}", "{string} != {=string}",
		"{string} =~ {=string}", "{string} has {=string}", "{string} !has {=string}", "{string} contains {=string}", "{string} startswith {=string}",
		"{string} endswith {=string}", "{string} has_any ({=string}, {=string})", "{string} has_all ({=string}, {=string})", "{string} in ({=string}, {=string}, {=string})",
		"{string} !in~ ({=string}, {=string})", "{long} in ({=long}, {=long})", "{string} matches regex '^[a-z]+'", "{long} between ({=long} .. {=long})",
		"{datetime} > {=datetime}", "{datetime} between ({=datetime} .. {=datetime})", "{datetime} between ({=datetime} .. {=timespan})", "{timespan} < {timespan}",
		"{guid} == {=guid}", "{decimal} < {decimal}", "isnull({any})", "isnotnull({any})", "isempty({string})", "isnotempty({string})", "isnan({real})",
		"({bool} and {bool})", "({bool} or {bool})", "not({bool})", "iff({bool}, {bool}, {bool})", "{col} == {col}", "tobool({any})",
		"array_length({dynamic}) > {=long}", "tostring({dynamic}) has {=string}", "set_has_element({dynamic}, {=string})", "bag_has_key({dynamic}, 'k')",
		"{dynamic}.k == {=long}", "{string} in ((U | project s))", "{long} in (toscalar(U | summarize make_list(l)))", "ipv4_is_in_range({string}, '10.0.0.0/8')", "coalesce({bool}, {bool})",
	},
	types.Int: {"toint({any})", "{int} + {int}", "{int} * {=int}", "datetime_part('hour', {datetime})", "monthofyear({datetime})", "iff({bool}, {int}, {int})", "dayofmonth({datetime})"},
	types.Long: {
		"tolong({any})", "{long} + {long}", "{long} - {int}", "{long} * {=long}", "{long} / {long}", "{long} % {=long}", "strlen({string})", "array_length({dynamic})",
		"bin({long}, 3)", "iff({bool}, {long}, {long})", "case({bool}, {long}, {bool}, {long}, {long})", "indexof({string}, {=string})", "countof({string}, {=string})",
		"coalesce({long}, {long})", "datetime_diff('hour', {datetime}, {datetime})", "min_of({long}, {long})", "max_of({long}, {long})", "abs({long})", "sign({long})",
		"hash({string}, 100)", "binary_and({long}, {long})", "binary_shift_left({long}, 2)", "toscalar(U | summarize max(l))", "-({long})", "array_index_of({dynamic}, {=long})",
	},
	types.Real: {
		"toreal({any})", "{real} + {real}", "{real} * {=real}", "{real} / 2.0", "{real} - {long}", "bin({real}, 0.5)", "floor({real}, 1.0)", "iff({bool}, {real}, {real})",
		"round({real}, 1)", "sqrt({real})", "{timespan} / 1h", "coalesce({real}, {real})", "todouble({dynamic}.k)",
	},
	types.Decimal: {"todecimal({any})", "{decimal} + {decimal}", "{decimal} * {=decimal}", "iff({bool}, {decimal}, {decimal})"},
	types.String: {
		"tostring({any})", "strcat({string}, {any})", "toupper({string})", "tolower({string})", "substring({string}, {=long}, {=long})", "replace_string({string}, {=string}, {=string})",
		"trim('[ab]', {string})", "extract('([a-z]+)', 1, {string})", "iff({bool}, {string}, {string})", "case({bool}, {string}, {bool}, {string}, {string})", "coalesce({string}, {string})",
		"split({string}, ',')[0]", "tostring({dynamic}.s)", "tostring({dynamic}['k'])", "tostring(parse_json({string}).s)", "format_datetime({datetime}, 'yyyy-MM-dd HH:mm')",
		"strcat_array({dynamic}, '-')", "reverse({string})", "strcat_delim('|', {string}, {string})", "hash_sha256({string})", "tostring(split({string}, '.')[1])", "gettype({dynamic})",
		"replace_regex({string}, '[0-9]', '#')", "url_encode({string})", "base64_encode_tostring({string})", "format_timespan({timespan}, 'd.hh:mm')", "tostring({dynamic}[{=long}])",
	},
	types.DateTime: {
		"todatetime({any})", "{datetime} + {=timespan}", "{datetime} - {=timespan}", "bin({datetime}, 1d)", "startofday({datetime})", "startofweek({datetime})", "endofmonth({datetime})",
		"datetime_add('month', {=long}, {datetime})", "iff({bool}, {datetime}, {datetime})", "coalesce({datetime}, {datetime})", "unixtime_seconds_todatetime({long})", "ago({=timespan})", "now()",
	},
	types.TimeSpan: {"totimespan({any})", "{datetime} - {datetime}", "{timespan} + {timespan}", "bin({timespan}, 1h)", "iff({bool}, {timespan}, {timespan})", "{timespan} * {=long}"},
	types.GUID:     {"toguid({any})", "iff({bool}, {guid}, {guid})"},
	types.Dynamic: {
		"todynamic({any})", "parse_json({string})", "pack_array({any}, {any})", "bag_pack('k', {any}, 's', {any})", "{dynamic}.k", "{dynamic}['a']", "{dynamic}[0]", "{dynamic}.n.k", "{dynamic}[-1]",
		"split({string}, {=string})", "array_concat({dynamic}, {dynamic})", "set_union({dynamic}, {dynamic})", "array_slice({dynamic}, 0, 1)", "bag_merge({dynamic}, {dynamic})", "bag_keys({dynamic})",
		"array_sort_asc({dynamic})", "iff({bool}, {dynamic}, {dynamic})", "range(1, {=long} % 5, 1)", "extract_all('([a-z])', {string})", "set_difference({dynamic}, {dynamic})",
		"array_reverse({dynamic})", "bag_remove_keys({dynamic}, dynamic(['k']))", "coalesce({dynamic}, {dynamic})", "treepath({dynamic})", "parse_url({string})", "repeat({long}, 2)", "zip({dynamic}, {dynamic})",
		"array_iff({dynamic}, {dynamic}, {dynamic})", "parse_path({string})", "set_intersect({dynamic}, {dynamic})", "pack_all()", "array_shift_left({dynamic}, 1)", "array_rotate_right({dynamic}, 1)",
	},
}

// aggregates are expressions for summarize.
var aggregates = []string{
	"count()", "countif({bool})", "sum({long})", "sum({int})", "sum({real})", "sum({timespan})", "sum({decimal})", "sumif({long}, {bool})", "min({long})", "max({real})", "min({string})", "max({datetime})",
	"min({timespan})", "max({decimal})", "max({guid})", "min({bool})", "avg({long})", "avg({int})", "avg({timespan})", "avgif({real}, {bool})", "dcount({string})", "dcount({long})", "dcountif({string}, {bool})",
	"count_distinct({string})", "make_list({long})", "make_list({string}, 3)", "make_list({dynamic})", "make_list_if({string}, {bool})", "make_list_with_nulls({long})", "make_set({string})", "make_set({long}, 2)",
	"make_set({dynamic})", "make_set_if({long}, {bool})", "make_bag({dynamic})", "arg_max({long}, *)", "arg_min({datetime}, {any})", "arg_max({string}, {any}, {any})", "arg_max({real}, {any})", "take_any({any})",
	"take_any(*)", "percentile({long}, 50)", "percentiles({real}, 25, 75)", "binary_all_or({long})", "binary_all_xor({long})", "maxif({long}, {bool})", "minif({string}, {bool})", "count_distinctif({long}, {bool})",
	"take_anyif({string}, {bool})", "make_bag_if({dynamic}, {bool})", "stdev({int})", "variance({int})", "percentile({datetime}, 90)", "tolong(dcount_hll(hll({string})))", "max({any})", "min({any})", "dcount({any})", "make_list({any})", "make_set({any})", "count_distinct({any})",
}

// A generator makes expressions over the columns of a table.
type generator struct {
	*rand.Rand
	cols   []types.Column
	serial int
	calls  map[types.Type][]call
	aggs   []string
	// lacks says that a column was wanted of a type of which there is none.
	lacks bool
}

func pick[T any](g *generator, of []T) T { return of[g.IntN(len(of))] }

var typesInUse = []types.Type{types.Bool, types.Int, types.Long, types.Long, types.Real, types.Decimal, types.String, types.String, types.String, types.DateTime, types.TimeSpan, types.GUID, types.Dynamic, types.Dynamic}

// fresh returns a name that the query does not have yet.
func (g *generator) fresh() string {
	g.serial++
	return fmt.Sprintf("q%d", g.serial)
}

func quoted(name string) string {
	return "['" + strings.ReplaceAll(name, "'", "\\'") + "']"
}

// column returns a column of type t, or of any type if t is not known, else "".
func (g *generator) column(t types.Type) string {
	of := g.cols
	if t != types.Unknown {
		of = slices.DeleteFunc(slices.Clone(of), func(c types.Column) bool { return c.Type != t })
	}
	if len(of) == 0 {
		return ""
	}
	return quoted(pick(g, of).Name)
}

func (g *generator) expr(t types.Type, depth int) string {
	if depth <= 0 || g.IntN(3) == 0 {
		if c := g.column(t); c != "" && g.IntN(5) > 0 {
			return c
		}
		return g.literal(t)
	}
	if g.IntN(2) == 0 {
		if c := g.called(t, depth); c != "" {
			return c
		}
	}
	return g.fill(pick(g, scalars[t]), depth-1)
}

// fill puts expressions in the holes of a template.
func (g *generator) fill(template string, depth int) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		hole, after, _ := strings.Cut(rest, "}")
		template = after
		b.WriteString(g.hole(hole, depth))
	}
}

func (g *generator) hole(hole string, depth int) string {
	name, literal := strings.CutPrefix(hole, "=")
	switch name {
	case "any":
		return g.expr(pick(g, typesInUse), depth)
	case "col":
		if c := g.column(types.Unknown); c != "" {
			return c
		}
		return "1"
	}
	t, ok := types.Lookup(name)
	switch {
	case !ok:
		// A brace of the text itself.
		return "{" + hole + "}"
	case literal:
		return g.literal(t)
	}
	return g.expr(t, depth)
}
