package bind

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// geoLookup binds geo_polygon_lookup and geo_line_lookup(table, shape, longitude,
// latitude, radius, return_unmatched, lookup_area_radius, return_lookup_key): each
// row with the rows of the table in whose shape, or not further from it than the
// radius, the row's point lies.
//
// Source: the Kusto documentation, "geo_polygon_lookup plugin" and
// "geo_line_lookup plugin".
func (b *binder) geoLookup(sc *scope, in table, op *syntax.EvaluateOp) table {
	line := op.Call.Name.Name == "geo_line_lookup"
	least := 4
	if line {
		least = 5
	}
	args, ok := b.pluginArgs(op, least, "LookupTable", "LookupKey", "SourceLongitude", "SourceLatitude",
		"radius", "return_unmatched", "lookup_area_radius", "return_lookup_key")
	if !ok {
		return unknownTable()
	}
	right := withoutHidden(b.tabular(sc.apart(), args["LookupTable"]))
	shape := b.oneColumn(right, args["LookupKey"])
	point := b.columnList(in, []syntax.Expr{args["SourceLongitude"], args["SourceLatitude"]})
	if shape < 0 || len(point) != 2 {
		return unknownTable()
	}
	consts := map[string]value{}
	if r := args["radius"]; r != nil {
		v := b.constant(sc, r, types.Int, types.Long, types.Real, types.Decimal)
		if v.typ() == types.Decimal {
			b.tolerate(typeExpected(r, v.typ(), types.Real))
		}
		consts["__radius"] = b.convert(r, v, types.Real)
	}
	inner := sc.nested()
	inner.declare("__shapes", &symbol{table: &right, decl: op})
	kept := "__lon, __lat, __one, __one1"
	if e := args["return_lookup_key"]; e == nil || !b.trueConstant(sc, e) {
		kept += ", " + quotedName(right.schema().Columns[shape].Name)
	}
	kind := "inner"
	if e := args["return_unmatched"]; e != nil && b.trueConstant(sc, e) {
		kind = "leftouter"
	}
	p := quoted(in.schema(), point)
	out := b.inKQL(inner, in, op, consts, strings.NewReplacer(
		"LON", p[0], "LAT", p[1], "KIND", kind, "DROPPED", kept,
		"NEAR", nearShape(line, args["radius"] != nil, quotedName(right.schema().Columns[shape].Name)),
	).Replace("serialize __row = row_number() | as __points"+
		" | lookup kind=KIND (__points | project __row, __one = 1, __lon = LON, __lat = LAT"+
		" | join kind=inner (__shapes | extend __one = 1) on __one | where NEAR | project-away DROPPED) on __row"+
		" | project-away __row"))
	out.open = in.open || right.open
	return out
}

// nearShape is the condition that a point matches a shape.
func nearShape(line, radius bool, shape string) string {
	switch {
	case line:
		return "geo_distance_point_to_line(__lon, __lat, " + shape + ") <= __radius"
	case radius:
		return "geo_distance_point_to_polygon(__lon, __lat, " + shape + ") <= __radius"
	}
	return "geo_point_in_polygon(__lon, __lat, " + shape + ")"
}
