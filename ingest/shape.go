package ingest

import (
	"math"

	"github.com/calypso-kql/calypso/kql/types"
)

// A shape is what a JSON value looks like, for tables without a known schema.
type shape uint8

const (
	shapeBool shape = 1 << iota
	shapeWhole
	shapeReal
	shapeTime // text that reads as an ISO 8601 time
	shapeText
	shapeNested
)

// typeOf returns the type that fits all values of a column without a known
// schema.
func (s shape) typeOf() types.Type {
	switch {
	case s == 0:
		return types.String
	case s&shapeNested != 0:
		return types.Dynamic
	case s == shapeBool:
		return types.Bool
	case s == shapeWhole:
		return types.Long
	case s&^(shapeWhole|shapeReal) == 0:
		return types.Real
	case s == shapeTime:
		return types.DateTime
	}
	return types.String
}

// evidence is what says which type a column without a known schema has.
type evidence struct {
	shapes   shape      // of its values
	declared types.Type // what answers say of it
	mixed    bool       // some values are of no answer, or answers differ
}

// add takes over what a part has of the column. declared is Unknown where it says no type.
func (e *evidence) add(values bool, s shape, declared types.Type) {
	e.shapes |= s
	switch {
	case declared == types.Unknown:
		e.mixed = e.mixed || values
	case e.declared == types.Unknown:
		e.declared = declared
	case e.declared != declared:
		e.mixed = true
	}
}

func (e *evidence) typeOf() types.Type {
	if e.declared != types.Unknown && !e.mixed {
		return e.declared
	}
	return e.shapes.typeOf()
}

// parseBool also reads 0 and 1, which Log Analytics exports write.
func parseBool(s string) (bool, bool) {
	switch s {
	case "0":
		return false, true
	case "1":
		return true, true
	}
	return types.ParseBool(s)
}

// parseLong also reads whole numbers written as reals: 12.0, 1e3.
func parseLong(s string) (int64, bool) {
	if v, ok := types.ParseLong(s); ok {
		return v, true
	}
	f, ok := types.ParseReal(s)
	if !ok || f != math.Trunc(f) || math.Abs(f) >= 1<<63 {
		return 0, false
	}
	return int64(f), true
}

func parseInt(s string) (int64, bool) {
	v, ok := parseLong(s)
	return v, ok && v == int64(int32(v))
}
