package kql_test

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/types"
)

// stages are the operators of a pipe. Beside the holes of expressions there are
// {new}, a new name; {cols}, some columns; {keys}, some `name = expression`;
// {aggs}, some aggregates; {order}, what to sort by; {c:type}, a column of a type;
// {U}, a pipe over the other table; {self}, a pipe that has the same columns.
var stages = []string{
	"where {bool}", "where {bool}", "where {bool} and {bool}", "where isnotnull({col}) or {bool}", "where {c:string} has {=string}", "where {c:long} == {=long}",
	"extend {keys}", "extend {keys}", "extend {col} = {any}", "project {cols}, {keys}", "project {cols}", "project-away {cols}", "project-keep {cols}", "project-rename {new} = {col}", "project-reorder {cols}, *",
	"summarize {aggs} by {cols}", "summarize {aggs} by {keys}", "summarize {aggs} by {cols}, {keys}", "summarize {aggs}", "summarize by {cols}", "summarize {aggs} by bin({c:datetime}, 1d)", "distinct {cols}", "distinct *", "count",
	"sort by {order}", "sort by {order}", "top {n} by {order}", "take {n}", "top-hitters {n} of {col}", "top-nested {n} of {col} by max({long}), top-nested {n} of {col} by count()",
	"mv-expand {c:dynamic}", "mv-expand {new} = {dynamic}", "mv-expand {c:dynamic} to typeof(string)", "mv-expand with_itemindex={new} {c:dynamic} to typeof(long) limit 2", "mv-expand {c:dynamic}, {new} = {dynamic}",
	"mv-apply {c:dynamic} on (where {bool} | take 2)", "mv-apply {new} = {dynamic} to typeof(string) on (summarize {new} = count())", "mv-apply {c:dynamic} to typeof(long) on (top 1 by {c:dynamic})",
	"parse {c:string} with * 'a' {new}:string ',' *", "parse {c:string} with {new} '.' {new}:long '.' *", "parse kind=regex {c:string} with '[a-z]' {new} '=' *", "parse-where {c:string} with {new}:string ' ' *", "parse-kv {c:string} as ({new}:string, other:long) with (pair_delimiter=' ', kv_delimiter='=')",
	"make-series {new} = count(), {new} = sum({long}) on {c:datetime} from datetime(2023-12-30) to datetime(2024-03-01) step 5d by {cols}", "make-series {new} = avg({real}) default = 0.5 on {c:long} from 0 to 10 step 2",
	"serialize {new} = row_number(), {new} = prev({c:long})", "serialize {new} = next({c:string}), {new} = row_cumsum({c:long})", "sort by {order} | extend {new} = row_rank_dense({c:string}), {new} = prev({col}, 2)", "sort by {order} | where {c:string} != prev({c:string})",
	"join kind={jkind} ({U}) on {jkeys}", "join kind={jkind} ({U}) on {jkeys}", "join kind={jkind} ({U}) on $left.{c:string} == $right.s", "join ({self}) on {cols}", "lookup kind={lkind} ({U}) on {jkeys}", "lookup ({U}) on $left.{c:string} == $right.s",
	"union ({self})", "union ({U})", "union kind=inner ({U}), ({self})", "union withsource={new} ({U})",
	"partition hint.strategy=native by {c:string} (top 1 by {order})", "partition by {c:long} (summarize {aggs})", "as {new} | union ({U})", "getschema", "sample-distinct 100 of {col}",
	"evaluate bag_unpack({c:dynamic})", "evaluate pivot({c:bool}, count(), {c:string})", "evaluate narrow()", "scan with (step {new}: {bool};)",
	"where {bool} | extend {keys} | summarize {aggs} by {keys} | where {bool}", "extend {keys} | where {bool} | project {cols}", "sort by {order} | take {n}", "summarize {aggs} by {cols} | join kind={jkind} ({self}) on {cols}",
	"search {=string} | project-away ['$table']", "search {=string} and {=string} | project-away ['$table']", "search {c:long} == {=long} or {c:string} has {=string} | project-away ['$table']", "where * has {=string}", "distinct {c:string}, {new} = {any}", "sort by {any} asc, {order}", "top {n} by {any}",
	"mv-expand bagexpansion=array {c:dynamic}", "mv-expand kind=array {c:dynamic}", "mv-expand {new} = split({c:string}, ','), {c:dynamic} limit 3", "mv-expand {c:dynamic} to typeof(real), {new} = {dynamic} to typeof(datetime)",
	"mv-apply {new} = {c:dynamic}, {new} = range(1, 3, 1) on (extend {new} = {bool} | where {bool} | summarize {aggs})", "mv-apply with_itemindex={new} {c:dynamic} on (sort by {order} | take 1 | project {cols})",
	"make-series kind=nonempty {new} = count() default = 0, {new} = max({long}) on {c:datetime} from datetime(2023-12-30) to datetime(2024-03-01) step 10d by {cols}", "make-series {new} = countif({bool}) on {c:timespan} from 0s to 2d step 6h", "make-series {new} = dcount({c:string}), {new} = make_list({c:long}, 3) on {c:datetime} step 20d by {c:bool}",
	"top-nested {n} of {col} with others='rest' by count(), top-nested {n} of {col} with others='more' by sum({long})", "top-nested of {c:string} by {new} = max({long}), top-nested 1 of {c:bool} by dcount({c:string})", "top-hitters 2 of {c:string} by {long}",
	"partition hint.strategy=shuffle by {c:string} (sort by {order} | extend {new} = row_number() | take 2)", "partition hint.strategy=native by {c:bool} (extend {new} = {any} | summarize {aggs} by {cols})",
	"serialize | extend {new} = row_window_session({c:datetime}, 1h, 10m, {c:string} != prev({c:string}))", "sort by {order} | serialize {new} = prev({string}, 1, 'none'), {new} = next({long}, 2, -1)", "serialize {new} = row_cumsum({long}, {bool}), {new} = row_number(5, {bool})", "sort by {c:long} asc | extend {new} = row_rank_min({c:long}, {c:string} != prev({c:string}))",
	"sort by {order} | scan with_match_id={new} declare ({new}: long = 0) with (step s1: {bool}; step s2 output=none: {bool}; step s3: {bool};)", "sort by {order} | scan partition by {c:string} declare (zz: long = 0) with (step s1: true => zz = s1.zz + {long};)",
	"parse kind=relaxed {c:string} with {new}:long '.' {new}:long *", "parse kind=regex flags=i {c:string} with * 'A' {new}:string '[,@]' {new}", "parse-kv {c:string} as (k:string, other:long) with (greedy=true, kv_delimiter='=')", "parse {c:string} with {new} ',' {new}:real ';' {new}:datetime",
	"union kind=outer ({U}), (print {new} = {=long})", "union kind=inner withsource={new} ({self}), ({U})", "union isfuzzy=true ({self}), NoSuchTable", "join hint.strategy=broadcast kind=inner ({U}) on {jkeys}", "join hint.shufflekey=s kind={jkind} ({U}) on s", "join kind={jkind} ({U} | distinct s, l) on $left.{c:string} == $right.s, $left.{c:long} == $right.l",
	"where {c:string} in~ ((U | where {bool} | distinct s))", "where {c:long} !in ((U | project l))", "extend {new} = toscalar(U | where {bool} | summarize max(l))", "where {c:long} > toscalar(U | summarize percentile(l, 50))", "extend {new} = toscalar({self} | count)",
	"summarize {aggs} by {new} = bin({c:long}, 10), {new} = {c:string} has 'a'", "summarize {new} = make_list(bag_pack('a', {any}, 'b', {any})) by {c:bool}", "summarize hint.strategy=shuffle {aggs} by {cols}", "summarize {new} = make_list({col}, 4), {new} = make_set({col}, 3) by {c:string}",
	"evaluate narrow() | where Value has {=string}", "evaluate bag_unpack({c:dynamic}, 'p_')", "evaluate pivot({c:string}, sum({long}), {c:bool})", "reduce by {c:string} with threshold=0.2", "project-by-names dynamic(['s', 'l'])", "project-reorder {cols}, * asc", "project-reorder * granny-desc", "extend {new} = pack_all(), {new} = pack_all(true)",
}

// texts are the tables' own columns, one of each type.
const columns = "b: bool, i: int, l: long, r: real, m: decimal, s: string, d: datetime, t: timespan, g: guid, y: dynamic, c: string"

var columnTypes = []types.Type{types.Bool, types.Int, types.Long, types.Real, types.Decimal, types.String, types.DateTime, types.TimeSpan, types.GUID, types.Dynamic, types.String}

// A fuzzed query is a pipe over two tables, T and U.
type fuzzed struct {
	T, U   rows
	Stages []string
}

// rows are the texts of a table's cells, row by row.
type rows []string

func (r rows) String() string {
	return "datatable(" + columns + ")[" + strings.Join(r, ",\n\t") + "]"
}

// query returns the pipe, without its tables.
func (f fuzzed) query() string { return pipe(f.Stages) }

// inline returns the query with its tables in it.
func (f fuzzed) inline() string {
	return "let T = " + f.T.String() + ";\nlet U = " + f.U.String() + ";\n" + f.query()
}

// A fuzzer makes queries.
type fuzzer struct {
	engine *kql.Engine
	calls  map[types.Type][]call
	aggs   []string
}

func newFuzzer(e *kql.Engine) *fuzzer {
	return &fuzzer{engine: e, calls: calls(e), aggs: append(aggregateCalls(e), aggregates...)}
}

func (z *fuzzer) generator(seed, stream uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, stream)), calls: z.calls, aggs: z.aggs}
}

// small returns the query of a seed over small tables of its own.
func (z *fuzzer) small(seed uint64) fuzzed {
	g := z.generator(seed, 1)
	out := fuzzed{T: g.table(pick(g, []int{0, 1, 5, 12, 40})), U: g.table(pick(g, []int{0, 3, 9}))}
	out.Stages = g.pipe(1+g.IntN(5), func(stages []string) []types.Column {
		next := out
		next.Stages = stages
		return resultColumns(z.engine, next.inline(), nil)
	})
	return out
}

// over returns up to most operators over the tables given, T and U.
func (z *fuzzer) over(g *generator, tables kql.Tables, most int) []string {
	return g.pipe(g.IntN(most+1), func(stages []string) []types.Column {
		return resultColumns(z.engine, pipe(stages), tables)
	})
}

// pipe returns the query of stages behind T.
func pipe(stages []string) string { return strings.Join(append([]string{"T"}, stages...), "\n| ") }

// pipe returns up to n operators. It grows operator by operator: what the engine
// says of the columns so far is what the next operator may use, and an operator
// that does not fit is thrown away.
func (g *generator) pipe(n int, columnsOf func([]string) []types.Column) (out []string) {
	for range n {
		g.cols = columnsOf(out)
		if len(g.cols) == 0 {
			break
		}
		next := append(slices.Clone(out), g.stage(pick(g, stages), pipe(out)))
		if len(pipe(next)) > 4000 || columnsOf(next) == nil {
			continue
		}
		out = next
		if last := out[len(out)-1]; strings.Contains(last, "join (") || strings.Contains(last, "innerunique") {
			// Which row innerunique keeps of each key is free, and a filter behind
			// it may decide before it does.
			break
		}
	}
	return out
}

// resultColumns returns the columns of a query, or nil if it is wrong.
func resultColumns(e *kql.Engine, text string, tables kql.Tables) []types.Column {
	q, diags := e.Compile(text, tables)
	if hasErrors(diags) || len(q.Results()) != 1 {
		return nil
	}
	return q.Results()[0].Columns
}

func (g *generator) table(n int) rows {
	out := make(rows, n)
	for i := range out {
		var cells []string
		for _, t := range columnTypes {
			cells = append(cells, pick(g, literals[t]))
		}
		out[i] = strings.Join(cells, ", ")
	}
	return out
}

// stage fills the holes of an operator.
func (g *generator) stage(template, before string) string {
	for {
		at := strings.Index(template, "{")
		if at < 0 {
			return template
		}
		end := at + strings.Index(template[at:], "}")
		text := g.part(template[at+1:end], before)
		// What is filled in is hidden from the search for more holes.
		text = strings.NewReplacer("{", "\x01", "}", "\x02").Replace(text)
		template = template[:at] + text + template[end+1:]
		if !strings.Contains(template, "{") {
			return strings.NewReplacer("\x01", "{", "\x02", "}").Replace(template)
		}
	}
}

func (g *generator) part(hole, before string) string {
	switch hole {
	case "new":
		return g.fresh()
	case "n":
		return pick(g, []string{"0", "1", "2", "3", "7", "100"})
	case "cols":
		return g.some(3, func() string { return g.column(types.Unknown) })
	case "keys":
		return g.some(2, func() string { return g.fresh() + " = " + g.expr(pick(g, typesInUse), 2) })
	case "aggs":
		return g.some(3, func() string { return g.fill(pick(g, g.aggs), 1) })
	case "order":
		return g.some(3, func() string {
			return g.column(types.Unknown) + pick(g, []string{"", " asc", " desc", " asc nulls last", " desc nulls first"})
		})
	case "jkind":
		return pick(g, []string{"inner", "innerunique", "leftouter", "rightouter", "fullouter", "leftsemi", "leftanti", "rightsemi", "rightanti"})
	case "lkind":
		return pick(g, []string{"leftouter", "inner"})
	case "jkeys":
		return g.some(2, func() string { return pick(g, []string{"s", "l", "c", "d", "g", "b", "i"}) })
	case "U":
		return g.other()
	case "self":
		return pick(g, []string{before, "T | where l > 0", "T"})
	}
	if name, ok := strings.CutPrefix(hole, "c:"); ok {
		t, _ := types.Lookup(name)
		if c := g.column(t); c != "" {
			return c
		}
		return g.column(types.Unknown)
	}
	return g.fill("{"+hole+"}", 2)
}

// other returns a pipe over the other table that keeps its columns.
func (g *generator) other() string {
	own := g.cols
	defer func() { g.cols = own }()
	g.cols = nil
	for i, def := range strings.Split(columns, ", ") {
		name, _, _ := strings.Cut(def, ":")
		g.cols = append(g.cols, types.Column{Name: name, Type: columnTypes[i]})
	}
	switch g.IntN(4) {
	case 0:
		return "U | where " + g.expr(types.Bool, 1)
	case 1:
		return "U | extend " + g.fresh() + " = " + g.expr(pick(g, typesInUse), 2)
	case 2:
		return "U | summarize n = count() by s, l, c, d, g, b, i"
	}
	return "U"
}

// some returns one to most things with commas between, none twice.
func (g *generator) some(most int, one func() string) string {
	var out []string
	seen := map[string]bool{}
	for range 1 + g.IntN(most) {
		if s := one(); !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return strings.Join(out, ", ")
}
