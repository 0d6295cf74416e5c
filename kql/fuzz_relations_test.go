package kql_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/types"
)

// A relation is two queries that have the same answer, as templates: {P} is any
// pipe; the other holes are those of stages, a hole that ends in a digit is filled
// with the same text wherever it stands, {[} and {]} are braces.
type relation struct {
	name string
	a, b string
	// ordered says that the rows come in one order.
	ordered bool
}

var relations = []relation{
	{name: "a condition, its opposite and neither are all", a: "{P}", b: "union ({P} | where {bool1}), ({P} | where not({bool1})), ({P} | where isnull({bool1}))"},
	{name: "and is two filters", a: "{P} | where ({bool1}) and ({bool2})", b: "{P} | where {bool1} | where {bool2}"},
	{name: "filters change places", a: "{P} | where {bool1} | where {bool2}", b: "{P} | where {bool2} | where {bool1}"},
	{name: "or is not and", a: "{P} | where ({bool1}) or ({bool2})", b: "{P} | where not(not({bool1}) and not({bool2}))"},
	{name: "a filter is iff", a: "{P} | where {bool1}", b: "{P} | extend {new1} = iff({bool1}, 1, 0) | where {new1} == 1 | project-away {new1}"},
	{name: "a filter is a column", a: "{P} | where {bool1}", b: "{P} | extend {new1} = {bool1} | where {new1} | project-away {new1}"},
	{name: "a filter before a column", a: "{P} | extend {new1} = {any1} | where {bool1}", b: "{P} | where {bool1} | extend {new1} = {any1}"},
	{name: "a filter by a column that is computed", a: "{P} | extend {new1} = {long1} | where {new1} > 3", b: "{P} | where ({long1}) > 3 | extend {new1} = {long1}"},
	{name: "a filter before a sort", a: "{P} | where {bool1} | sort by {order1}", b: "{P} | sort by {order1} | where {bool1}", ordered: true},
	{name: "count", a: "{P} | where {bool1} | count", b: "{P} | summarize Count = countif({bool1})"},
	{name: "count of rows", a: "{P} | where {bool1} | count", b: "print Count = toscalar({P} | where {bool1} | summarize count())"},
	{name: "distinct is summarize", a: "{P} | distinct {cols1}", b: "{P} | summarize by {cols1}"},
	{name: "distinct twice", a: "{P} | distinct {cols1}", b: "{P} | distinct {cols1} | distinct *"},
	{name: "distinct of all and of some", a: "{P} | distinct {cols1}", b: "{P} | project {cols1} | distinct *"},
	{name: "top is sort and take", a: "{P} | top {n1} by {order1}", b: "{P} | sort by {order1} | take {n1}", ordered: true},
	{name: "take by number", a: "{P} | sort by {order1} | take {n1}", b: "{P} | sort by {order1} | extend {new1} = row_number() | where {new1} <= {n1} | project-away {new1}", ordered: true},
	{name: "sums of parts", a: "{P} | summarize za = count(), zb = sum({c1:long}), zc = min({col1}), zd = max({col1}), ze = countif({bool1}), zf = dcount({col2}) by {col3}",
		b: "{P} | summarize za = count(), zb = sum({c1:long}), zc = min({col1}), zd = max({col1}), ze = countif({bool1}), zf = hll({col2}) by {col3}, {col4} | summarize za = sum(za), zb = sum(zb), zc = min(zc), zd = max(zd), ze = sum(ze), zf = coalesce(dcount_hll(hll_merge(zf)), 0) by {col3}"},
	{name: "a sum with a condition", a: "{P} | summarize a = sumif({long1}, {bool1}), b = countif({bool1}), c = maxif({col1}, {bool1}), d = minif({col1}, {bool1})", b: "{P} | where {bool1} | summarize a = sum({long1}), b = count(), c = max({col1}), d = min({col1})"},
	{name: "distinct values", a: "{P} | summarize n = count_distinct({c1:long}), s = count_distinct({c1:string})", b: "print n = toscalar({P} | where isnotnull({c1:long}) | distinct {c1:long} | summarize count()), s = toscalar({P} | distinct {c1:string} | summarize count())"},
	{name: "few distinct values", a: "{P} | summarize n = dcount({c1:bool}) by {c1:string}", b: "{P} | summarize n = countif(isnotnull({c1:bool})) by {c1:string}, {c1:bool} | summarize n = countif(n > 0) by {c1:string}"},
	{name: "a list is as long as there are values", a: "{P} | summarize n = array_length(make_list({c1:long})) by {c1:string}", b: "{P} | summarize n = countif(isnotnull({c1:long})) by {c1:string}"},
	{name: "a set has the distinct values", a: "{P} | summarize n = array_length(make_set({c1:string})) by {c1:bool}", b: "{P} | summarize n = count_distinct({c1:string}) by {c1:bool}"},
	{name: "groups by a constant", a: "{P} | summarize {new1} = sum({long1}), {new2} = count() by {new3} = 'a' | project {new1}, {new2}", b: "{P} | summarize {new1} = sum({long1}), {new2} = count() | where {new2} > 0"},
	{name: "a row for each greatest", a: "{P} | extend {new1} = {long1} | summarize arg_max({new1}, {c1:string}) by {c1:bool} | project {c1:bool}, {new1}", b: "{P} | summarize {new1} = max({long1}) by {c1:bool}"},
	{name: "filter of a group's key", a: "{P} | summarize {new1} = count(), {new2} = max({long1}) by {c1:string} | where {c1:string} has {=string1}", b: "{P} | where {c1:string} has {=string1} | summarize {new1} = count(), {new2} = max({long1}) by {c1:string}"},

	{name: "with and without a partner are all", a: "{P}", b: "union ({P} | join kind=leftsemi ({U1}) on {on1}), ({P} | join kind=leftanti ({U1}) on {on1})"},
	{name: "semi is semi from the other side", a: "{P} | join kind=leftsemi ({U1}) on {on1}", b: "{U1} | join kind=rightsemi ({P}) on {on1:swapped}"},
	{name: "anti is anti from the other side", a: "{P} | join kind=leftanti ({U1}) on {on1}", b: "{U1} | join kind=rightanti ({P}) on {on1:swapped}"},
	{name: "sides of an inner join", a: "{P} | extend {new1} = {col1} | join kind=inner ({U1} | extend {new2} = l) on {on1} | project {new1}, {new2}", b: "{U1} | extend {new2} = l | join kind=inner ({P} | extend {new1} = {col1}) on {on1:swapped} | project {new1}, {new2}"},
	{name: "an outer join is inner and anti", a: "{P} | extend {new1} = {col1} | join kind=leftouter ({U1} | extend {new2} = l) on {on1} | project {new1}, {new2}",
		b: "union ({P} | extend {new1} = {col1} | join kind=inner ({U1} | extend {new2} = l) on {on1} | project {new1}, {new2}), ({P} | extend {new1} = {col1} | join kind=leftanti ({U1}) on {on1} | project {new1}, {new2} = long(null))"},
	{name: "a full outer join", a: "{P} | extend {new1} = {col1} | join kind=fullouter ({U1} | extend {new2} = l) on {on1} | summarize {new3} = count() by {new1}, {new2}",
		b: "union ({P} | extend {new1} = {col1} | join kind=leftouter ({U1} | extend {new2} = l) on {on1} | project {new1}, {new2}), ({P} | extend {new1} = {col1} | join kind=rightanti ({U1} | extend {new2} = l) on {on1} | project {new2} = l) | summarize {new3} = count() by {new1}, {new2}"},
	{name: "right outer is left outer", a: "{P} | extend {new1} = {col1} | join kind=rightouter ({U1} | extend {new2} = l) on {on1} | project {new1}, {new2}", b: "{U1} | extend {new2} = l | join kind=leftouter ({P} | extend {new1} = {col1}) on {on1:swapped} | project {new1}, {new2}"},
	{name: "innerunique of the keys alone", a: "{P} | distinct {c1:string} | join kind=innerunique ({U1}) on $left.{c1:string} == $right.s | project {c1:string}, l", b: "{P} | distinct {c1:string} | join kind=inner ({U1}) on $left.{c1:string} == $right.s | project {c1:string}, l"},
	{name: "innerunique has each right row once for each key", a: "{P} | join ({U1}) on $left.{c1:long} == $right.l | count", b: "{U1} | join kind=leftsemi ({P}) on $left.l == $right.{c1:long} | count"},
	{name: "lookup is a join", a: "{P} | extend {new1} = {col1} | lookup ({U1} | project s, {new2} = l) on $left.{c1:string} == $right.s | project {new1}, {new2}", b: "{P} | extend {new1} = {col1} | join kind=leftouter ({U1} | project s, {new2} = l) on $left.{c1:string} == $right.s | project {new1}, {new2}"},
	{name: "semi is in", a: "{P} | join kind=leftsemi ({U1}) on $left.{c1:string} == $right.s", b: "{P} | where {c1:string} in (({U1} | project s))"},
	{name: "anti is not in", a: "{P} | join kind=leftanti ({U1}) on $left.{c1:string} == $right.s", b: "{P} | where {c1:string} !in (({U1} | project s))"},
	{name: "a filter on the left of a join", a: "{P} | where {bool1} | join kind=inner ({U1} | project s, {new1} = l) on $left.{c1:string} == $right.s", b: "{P} | extend {new2} = {bool1} | join kind=inner ({U1} | project s, {new1} = l) on $left.{c1:string} == $right.s | where {new2} | project-away {new2}"},
	{name: "a filter on the right of a join", a: "{P} | join kind=inner ({U1} | project s, {new1} = l | where {new1} > 1) on $left.{c1:string} == $right.s", b: "{P} | join kind=inner ({U1} | project s, {new1} = l) on $left.{c1:string} == $right.s | where {new1} > 1"},
	{name: "a filter on the right of an outer join", a: "{P} | join kind=leftouter ({U1} | project s, {new1} = l) on $left.{c1:string} == $right.s | where {new1} > 1", b: "{P} | join kind=inner ({U1} | project s, {new1} = l) on $left.{c1:string} == $right.s | where {new1} > 1"},

	{name: "a filter of a union", a: "union ({P}), ({P} | where {bool1}) | where {bool2}", b: "union ({P} | where {bool2}), ({P} | where {bool1} | where {bool2})"},
	{name: "groups of a union", a: "union ({P}), ({P} | where {bool1}) | summarize n = count(), m = sum({long1}) by {c1:string}", b: "union ({P} | summarize n = count(), m = sum({long1}) by {c1:string}), ({P} | where {bool1} | summarize n = count(), m = sum({long1}) by {c1:string}) | summarize n = sum(n), m = sum(m) by {c1:string}"},
	{name: "each part of a union knows its name", a: "union withsource={new1} ({P}), ({P} | where {bool1}) | summarize {new2} = count() by {new1} | project {new2}", b: "union ({P} | count), ({P} | where {bool1} | count) | where Count > 0 | project {new2} = Count"},

	{name: "what is computed once", a: "let X = {P}; union (X | where {bool1}), (X | count)", b: "let X = materialize({P}); union (X | where {bool1}), (X | count)"},
	{name: "what as names", a: "{P} | as X | union (X)", b: "let X = {P}; union (X), (X)"},
	{name: "a function of a row", a: "let f = (a: long, b: string) {[}strcat(b, a + 1, '|', iff(a > 3, b, 'x')){]}; {P} | project {new1} = f(tolong({long1}), {string1})", b: "{P} | project {new1} = strcat({string1}, tolong({long1}) + 1, '|', iff(tolong({long1}) > 3, {string1}, 'x'))"},
	{name: "a function of a number", a: "let f = (n: long) {[}{P} | where {bool1} | take n{]}; f({n1})", b: "{P} | where {bool1} | take {n1}", ordered: true},
	{name: "partitions", a: "{P} | partition hint.strategy=native by {c1:string} (summarize n = count(), m = max({long1}) by {c1:string})", b: "{P} | summarize n = count(), m = max({long1}) by {c1:string}"},
	{name: "partitions with rows each", a: "{P} | partition hint.strategy=native by {c1:string} (where {bool1} | summarize n = count() by {c1:long})", b: "{P} | where {bool1} | summarize n = count() by {c1:string}, {c1:long} | project {c1:long}, n"},
	{name: "top-nested of one level", a: "{P} | top-nested {n1} of {c1:string} by {new1} = count() | project {new1}", b: "{P} | summarize {new1} = count() by {c1:string} | top {n1} by {new1} | project {new1}"},
	{name: "case is iff", a: "{P} | project {new1} = case({bool1}, {long1}, {bool2}, {long2}, {long3})", b: "{P} | project {new1} = iff({bool1}, {long1}, iff({bool2}, {long2}, {long3}))"},
	{name: "between", a: "{P} | where ({long1}) between ({=long1} .. {=long2})", b: "{P} | where ({long1}) >= {=long1} and ({long1}) <= {=long2}"},
	{name: "not between", a: "{P} | where ({datetime1}) !between ({=datetime1} .. {=datetime2})", b: "{P} | where not(({datetime1}) between ({=datetime1} .. {=datetime2}))"},
	{name: "in is ==", a: "{P} | where ({string1}) in ({=string1}, {=string2}, {=string3})", b: "{P} | where ({string1}) == {=string1} or ({string1}) == {=string2} or ({string1}) == {=string3}"},
	{name: "in~ is =~", a: "{P} | where ({string1}) in~ ({=string1}, {=string2}, {=string3})", b: "{P} | where ({string1}) =~ {=string1} or ({string1}) =~ {=string2} or ({string1}) =~ {=string3}"},
	{name: "has_any is has", a: "{P} | where ({string1}) has_any ({=string1}, {=string2}, {=string3})", b: "{P} | where ({string1}) has {=string1} or ({string1}) has {=string2} or ({string1}) has {=string3}"},
	{name: "has_all is has", a: "{P} | where ({string1}) has_all ({=string1}, {=string2})", b: "{P} | where ({string1}) has {=string1} and ({string1}) has {=string2}"},
	{name: "contains_cs is indexof", a: "{P} | where ({string1}) contains_cs {=string1}", b: "{P} | where indexof({string1}, {=string1}) >= 0"},
	{name: "contains is lower case", a: "{P} | where ({string1}) contains {=string1}", b: "{P} | where tolower({string1}) contains_cs tolower({=string1})"},
	{name: "startswith_cs is substring", a: "{P} | where ({string1}) startswith_cs {=string1}", b: "{P} | where substring({string1}, 0, strlen({=string1})) == {=string1}"},
	{name: "has_cs by a regular expression", a: "{P} | where ({string1}) has_cs 'alpha'", b: "{P} | where ({string1}) matches regex @'(^|[^\\pL\\pN])alpha($|[^\\pL\\pN])'"},
	{name: "a constant is a column", a: "{P} | where {c1:string} == {=string1} | project {new1} = {expr:c1=string1}", b: "{P} | where {c1:string} == {=string1} | extend {c1:string} = {=string1} | project {new1} = {expr:c1=string1}"},
	{name: "a text of dynamic and back", a: "{P} | project {new1} = tostring({c1:dynamic})", b: "{P} | project {new1} = tostring(parse_json(tostring({c1:dynamic})))"},
	{name: "a sum of rows", a: "{P} | serialize {new1} = row_cumsum({c1:long}) | summarize {new1} = take_anyif({new1}, false), {new2} = count()", b: "{P} | summarize {new1} = take_anyif(0, false), {new2} = count()"},
	{name: "the row before", a: "{P} | serialize {new1} = prev({col1}), {new2} = row_number() | where {new2} > 1 | project {new1}", b: "{P} | serialize {new2} = row_number() | as Y | where {new2} < toscalar(Y | count) | project {new1} = {col1}"},
	{name: "the row after is the row before", a: "{P} | serialize | extend {new1} = next({col1}) | project {new1}, {new2} = {col1}", b: "{P} | serialize | extend {new3} = next({col1}, 1) | project-reorder {new3}, * | project {new1} = {new3}, {new2} = {col1}", ordered: true},
	{name: "series of counts", a: "{P} | make-series n = count() on {c1:datetime} from datetime(2024-01-01) to datetime(2024-03-01) step 7d by {c1:string} | mv-expand n to typeof(long), {c1:datetime} to typeof(datetime) | where n > 0 | project {c1:string}, {c1:datetime}, n",
		b: "{P} | where {c1:datetime} >= datetime(2024-01-01) and {c1:datetime} < datetime(2024-03-01) | summarize n = count() by {c1:string}, {c1:datetime} = bin_at({c1:datetime}, 7d, datetime(2024-01-01))"},
	{name: "expanded arrays", a: "{P} | where gettype({c1:dynamic}) == 'array' | mv-expand {new1} = {c1:dynamic} | count", b: "{P} | where gettype({c1:dynamic}) == 'array' | summarize Count = sum(array_length({c1:dynamic}))"},
	{name: "elements counted", a: "{P} | where array_length({c1:dynamic}) > 0 | mv-apply {new1} = {c1:dynamic} on (summarize {new2} = count()) | project {new2}", b: "{P} | where array_length({c1:dynamic}) > 0 | project {new2} = array_length({c1:dynamic})"},
	{name: "elements filtered", a: "{P} | mv-apply {new1} = {c1:dynamic} to typeof(string) on (where {new1} has 'a')", b: "{P} | mv-expand {new1} = {c1:dynamic} to typeof(string) | where {new1} has 'a'"},
	{name: "parse is parse-where where it matches", a: "{P} | parse-where {c1:string} with {new1} 'a' {new2}", b: "{P} | parse {c1:string} with {new1} 'a' {new2} | where {c1:string} contains_cs 'a'"},
	{name: "parse is extract", a: "{P} | parse {c1:string} with {new1} 'a' {new2} | project {new1}, {new2}", b: "{P} | project {new1} = extract('(?s)^(.*?)a(.*)$', 1, {c1:string}), {new2} = extract('(?s)^(.*?)a(.*)$', 2, {c1:string})"},
	{name: "scan of each row", a: "{P} | scan with (step s1: {bool1};)", b: "{P} | where {bool1}"},
	{name: "rank is row number without ties", a: "{P} | sort by id asc | extend {new1} = row_rank_min(id) | where {new1} < 5 | project {new1}", b: "{P} | sort by id asc | extend {new1} = row_rank_min(id) | project {new1} | where {new1} < 5"},
	{name: "a window that a filter cuts", a: "{P} | serialize {new1} = row_number() | where {new1} % 2 == 0 | project {cols1}", b: "{P} | scan declare ({new1}: long = 0) with (step s1: true => {new1} = s1.{new1} + 1;) | where {new1} % 2 == 0 | project {cols1}"},
	{name: "invoke", a: "let f = (t: (s: string, l: long), n: long = 1) {[}t | where l > n | summarize n = count() by s{]}; {P} | project s = {c1:string}, l = {c1:long} | invoke f()", b: "{P} | project s = {c1:string}, l = {c1:long} | where l > 1 | summarize n = count() by s"},
	{name: "a scalar by a name", a: "let k = toscalar({P} | where {bool1} | summarize max({long1})); {P} | project {new1} = iff({long1} == k, k, 0)", b: "{P} | project {new1} = iff({long1} == toscalar({P} | where {bool1} | summarize max({long1})), toscalar({P} | where {bool1} | summarize max({long1})), 0)"},
	{name: "in of in", a: "{P} | where {c1:string} in ((U | where l in ((T | where id > 20 | project l)) | project s))", b: "let A = T | where id > 20 | distinct l; let B = U | join kind=leftsemi A on l | distinct s; {P} | where {c1:string} in (B)"},
	{name: "one column from another", a: "{P} | extend {new1} = {long1} | extend {new2} = {new1} + 1", b: "{P} | extend {new1} = {long1}, {new2} = ({long1}) + 1"},
	{name: "groups by what is computed", a: "{P} | summarize {new1} = count(), {new2} = min({col1}) by {new3} = {string1}", b: "{P} | extend {new3} = {string1} | summarize {new1} = count(), {new2} = min({col1}) by {new3}"},
	{name: "distinct of a union", a: "union ({P}), ({P} | where {bool1}) | distinct {cols1}", b: "union ({P} | distinct {cols1}), ({P} | where {bool1} | distinct {cols1}) | distinct {cols1}"},
	{name: "the greatest row of each group", a: "T | where {bool1} | summarize arg_max(id, *) by c | project id, c, s, l, y", b: "T | where {bool1} | partition hint.strategy=native by c (top 1 by id desc) | project id, c, s, l, y"},
	{name: "the first row of each group", a: "T | where {bool1} | summarize arg_min(id, *) by c | project id, c, s, d, g", b: "T | where {bool1} | sort by c asc, id asc | extend rn = row_number(1, c != prev(c)) | where rn == 1 | project id, c, s, d, g"},
	{name: "ends of percentiles", a: "{P} | summarize {new1} = percentile({c1:long}, 0), {new2} = percentile({c1:long}, 100) by {c1:string}", b: "{P} | summarize {new1} = min({c1:long}), {new2} = max({c1:long}) by {c1:string}"},
	{name: "countif is a sum", a: "{P} | summarize {new1} = countif({bool1}) by {c1:string}", b: "{P} | summarize {new1} = sum(iff({bool1}, 1, 0)) by {c1:string}"},
	{name: "an average is a quotient", a: "{P} | summarize {new1} = avg({c1:int}) by {c1:string} | where not(isnan({new1}))", b: "{P} | where isnotnull({c1:int}) | summarize {new1} = todouble(sum({c1:int})) / count() by {c1:string}"},
	{name: "the sum of a list", a: "{P} | summarize {new1} = make_list({c1:int}) by {c1:string} | mv-expand {new1} to typeof(long) | summarize {new2} = sum({new1}) by {c1:string}", b: "{P} | where isnotnull({c1:int}) | summarize {new2} = sum({c1:int}) by {c1:string}"},
	{name: "parts that are joined again", a: "{P} | project {new1} = {string1}", b: "{P} | project {new1} = strcat_array(split({string1}, 'a'), 'a')"},
	{name: "reversed twice", a: "{P} | project {new1} = {string1}", b: "{P} | project {new1} = reverse(reverse({string1}))"},
	{name: "encoded and decoded", a: "{P} | project {new1} = {string1}, {new2} = {string1}, {new3} = {string1}", b: "{P} | project {new1} = base64_decode_tostring(base64_encode_tostring({string1})), {new2} = url_decode(url_encode({string1})), {new3} = tostring(parse_json(tostring(pack_array({string1})))[0])"},
	{name: "cut in two", a: "{P} | project {new1} = {string1}", b: "{P} | project {new1} = strcat(substring({string1}, 0, 3), substring({string1}, 3))"},
	{name: "days", a: "{P} | project {new1} = startofday({c1:datetime}), {new2} = {c1:datetime} + 5h, {new3} = {c1:datetime}, {new4} = endofday({c1:datetime})", b: "{P} | project {new1} = bin({c1:datetime}, 1d), {new2} = datetime_add('hour', 5, {c1:datetime}), {new3} = todatetime(tostring({c1:datetime})), {new4} = bin({c1:datetime}, 1d) + 1d - 1tick"},
	{name: "a series has all", a: "{P} | make-series n = count() on {c1:datetime} from datetime(2023-12-01) to datetime(2024-06-01) step 3d | project {new1} = tolong(array_sum(n))", b: "{P} | where {c1:datetime} >= datetime(2023-12-01) and {c1:datetime} < datetime(2024-06-01) | summarize {new1} = count() | where {new1} > 0"},
	{name: "numbers as text and back", a: "{P} | project {new1} = {c1:long}, {new2} = {c1:int}, {new3} = {c1:timespan}, {new4} = {c1:guid}, {new5} = {c1:decimal}", b: "{P} | project {new1} = tolong(tostring({c1:long})), {new2} = toint(tostring({c1:int})), {new3} = totimespan(tostring({c1:timespan})), {new4} = toguid(tostring({c1:guid})), {new5} = todecimal(tostring({c1:decimal}))"},
	{name: "reals as text and back", a: "{P} | project {new1} = {c1:real}", b: "{P} | project {new1} = toreal(tostring({c1:real}))"},
	{name: "packed and unpacked", a: "{P} | project k = {c1:long}, s = {c1:string}", b: "{P} | project b = bag_pack('k', {c1:long}, 's', {c1:string}) | project k = tolong(b.k), s = tostring(b.s)"},
	{name: "division and remainder", a: "{P} | where isnotnull({c1:int}) | project {new1} = tolong({c1:int})", b: "{P} | where isnotnull({c1:int}) | project {new1} = bin({c1:int}, 7) + {c1:int} % 7"},
	{name: "bits", a: "{P} | project {new1} = binary_xor({c1:long}, 21)", b: "{P} | project {new1} = binary_or(binary_and({c1:long}, binary_not(21)), binary_and(binary_not({c1:long}), 21))"},
	{name: "sets", a: "{P} | where gettype({c1:dynamic}) == 'array' | project {new1} = array_length(set_union({c1:dynamic}, dynamic(['a', 1])))", b: "{P} | where gettype({c1:dynamic}) == 'array' | project {new1} = array_length(set_difference({c1:dynamic}, dynamic(['a', 1]))) + 2"},
	{name: "extremes of two", a: "{P} | where isnotnull({c1:long}) and isnotnull({c1:int}) | project {new1} = max_of({c1:long}, {c1:int}), {new2} = min_of({c1:long}, {c1:int})", b: "{P} | where isnotnull({c1:long}) and isnotnull({c1:int}) | project {new1} = iff({c1:long} > {c1:int}, {c1:long}, tolong({c1:int})), {new2} = iff({c1:long} < {c1:int}, {c1:long}, tolong({c1:int}))"},
	{name: "coalesce is iff", a: "{P} | project {new1} = coalesce({c1:long}, {long1}), {new2} = coalesce({c1:string}, {string1})", b: "{P} | project {new1} = iff(isnotnull({c1:long}), {c1:long}, tolong({long1})), {new2} = iff(isnotempty({c1:string}), {c1:string}, {string1})"},
	{name: "a join on two keys is a join and a filter", a: "{P} | project {new1} = {c1:string}, {new2} = {c1:long} | join kind=inner (U | project s, l) on $left.{new1} == $right.s, $left.{new2} == $right.l", b: "{P} | project {new1} = {c1:string}, {new2} = {c1:long} | join kind=inner (U | project s, l) on $left.{new1} == $right.s | where {new2} == l or (isnull({new2}) and isnull(l))"},
	{name: "a filter of a column that a join made", a: "{P} | project {new1} = {c1:string} | join kind=fullouter (U | project s, l) on $left.{new1} == $right.s | where isempty({new1}) and isnotempty(s)", b: "U | project s, l | join kind=leftanti ({P} | project {new1} = {c1:string}) on $left.s == $right.{new1} | where isnotempty(s) | project {new1} = '', s, l"},
	{name: "summarize of a join", a: "{P} | join kind=inner (U | project s, {new1} = l) on $left.{c1:string} == $right.s | summarize {new2} = count() by {c1:string}", b: "{P} | summarize {new3} = count() by {c1:string} | join kind=inner (U | summarize {new4} = count() by s) on $left.{c1:string} == $right.s | project {c1:string}, {new2} = {new3} * {new4}"},
}

// TestRelations runs pairs of queries that must have the same answer.
func TestRelations(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	z := newFuzzer(engine)
	from, to := seedRange(t, uint64(3*len(relations)))
	var d dataset
	compared := map[string]int{}
	for seed := from; seed < to; seed++ {
		if seed == from || seed%300 == 0 {
			d = newDataset(t, engine, seed/300, 700, 40)
		}
		r := relations[seed%uint64(len(relations))]
		g := z.generator(seed, 9)
		stages := 0
		if seed%3 > 0 {
			stages = 2
		}
		p := pipe(z.over(g, d.memory, stages))
		if strings.Contains(p, "join (") || strings.Contains(p, "innerunique") {
			continue // any row of each key
		}
		g.cols = resultColumns(engine, p, d.memory)
		fills := map[string]string{"P": p}
		a, b := g.both(r.a, fills), g.both(r.b, fills)
		if g.lacks || resultColumns(engine, a, d.memory) == nil || resultColumns(engine, b, d.memory) == nil {
			continue // of columns that are not there
		}
		if diff := related(t, engine, d, a, b, r.ordered); diff != "" {
			t.Errorf("seed %d: %s:\n%s\n\n%s\n\n%s", seed, r.name, a, b, diff)
		}
		compared[r.name]++
	}
	for _, r := range relations {
		if compared[r.name] == 0 && to-from > uint64(10*len(relations)) {
			t.Errorf("%s: never compared", r.name)
		}
	}
}

// both fills the holes of a relation; what a hole is filled with is kept in fills.
func (g *generator) both(template string, fills map[string]string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		hole, after, _ := strings.Cut(rest, "}")
		template = after
		switch hole {
		case "[":
			b.WriteString("{")
			continue
		case "]":
			b.WriteString("}")
			continue
		}
		text, ok := fills[hole]
		if !ok {
			text = g.one(hole, fills)
			fills[hole] = text
		}
		b.WriteString(text)
	}
}

func (g *generator) one(hole string, fills map[string]string) string {
	if strings.HasPrefix(hole, "expr:") {
		own := g.cols
		g.cols = []types.Column{{Name: strings.Trim(fills["c1:string"], "[']"), Type: types.String}}
		defer func() { g.cols = own }()
		return g.expr(types.String, 3)
	}
	if on, ok := strings.CutSuffix(hole, ":swapped"); ok {
		var keys []string
		for _, key := range strings.Split(fills[on], ", ") {
			left, right, _ := strings.Cut(strings.TrimPrefix(key, "$left."), " == $right.")
			keys = append(keys, "$left."+right+" == $right."+left)
		}
		return strings.Join(keys, ", ")
	}
	if strings.HasPrefix(hole, "on") {
		var keys []string
		for i, t := range columnTypes {
			if c := g.column(t); c != "" && t != types.Dynamic {
				keys = append(keys, "$left."+c+" == $right."+strings.Split(columns, ", ")[i][:1])
			}
		}
		if g.lacks = g.lacks || len(keys) == 0; g.lacks {
			return ""
		}
		return g.some(3, func() string { return pick(g, keys) })
	}
	if i := strings.IndexByte(hole, ':'); i >= 0 {
		if t, _ := types.Lookup(hole[i+1:]); g.column(t) == "" {
			g.lacks = true
		}
		return g.part(hole[:i-1]+hole[i:], "T")
	}
	return g.stage("{"+strings.TrimRight(hole, "0123456789")+"}", "T")
}

// related says how the answers to a and b differ, or "".
func related(t *testing.T, e *kql.Engine, d dataset, a, b string, ordered bool) string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var answers [2]string
	for i, text := range []string{a, b} {
		tables := []kql.Tables{d.memory, d.store}[i]
		if len(a)%2 == 0 {
			tables = d.memory
		}
		q, diags := e.Compile(text, tables)
		if hasErrors(diags) {
			return fmt.Sprintf("one of them is wrong:\n%s\n%v", text, diags)
		}
		answers[i] = answer(t, ctx, q, kql.RunOptions{Now: now, MemoryLimit: 256 << 20, MaxRows: 60_000})
		if answers[i] == "limit" || answers[i] == "error" {
			return ""
		}
	}
	if answers[0] == answers[1] || !ordered && sameRows(answers[0], answers[1]) {
		return ""
	}
	if ordered {
		return difference(answers[0], answers[1])
	}
	return differenceOfBags(answers[0], answers[1])
}

// differenceOfBags shows lines that only one of two answers has.
func differenceOfBags(a, b string) string {
	count := map[string]int{}
	for _, line := range strings.Split(a, "\n") {
		count[line]++
	}
	for _, line := range strings.Split(b, "\n") {
		count[line]--
	}
	var out []string
	for line, n := range count {
		if n != 0 && len(out) < 8 {
			out = append(out, fmt.Sprintf("%+d %s", n, line))
		}
	}
	return strings.Join(out, "\n")
}
