package builtin

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// geoTexts declares the reader of well-known text.
func geoTexts() []function.Scalar {
	return []function.Scalar{
		geoScalar("Reads a geometry in well-known text and returns it as GeoJSON; null if it is invalid.",
			`geo_from_wkt("POINT (1 2)").coordinates -> [1.0,2.0]`,
			"geo_from_wkt(wkt: string): dynamic",
			[]types.Type{types.String}, types.Dynamic, func(_ *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				text, _ := args[0].AsString()
				r := wktReader{rest: text}
				v, ok := r.geometry(0)
				if r.skip(); !ok || r.rest != "" {
					return dynamic.Value{}, true
				}
				return v, true
			}),
	}
}

// A wktReader reads well-known text.
type wktReader struct{ rest string }

// maxWKTDepth bounds how deep collections nest.
const maxWKTDepth = 32

// wktKind returns the GeoJSON type of a tag and how many lists its positions are
// in.
func wktKind(tag string) (name string, depth int) {
	switch tag {
	case "POINT":
		return "Point", 0
	case "LINESTRING":
		return "LineString", 1
	case "POLYGON":
		return "Polygon", 2
	case "MULTIPOINT":
		return "MultiPoint", 1
	case "MULTILINESTRING":
		return "MultiLineString", 2
	case "MULTIPOLYGON":
		return "MultiPolygon", 3
	}
	return "", 0
}

func (r *wktReader) skip() { r.rest = strings.TrimLeft(r.rest, " \t\r\n") }

// take reads c, blanks before it aside.
func (r *wktReader) take(c byte) bool {
	if r.skip(); r.rest == "" || r.rest[0] != c {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

// span reads the longest text of bytes in a class.
func (r *wktReader) span(in func(byte) bool) string {
	r.skip()
	n := 0
	for n < len(r.rest) && in(r.rest[n]) {
		n++
	}
	text := r.rest[:n]
	r.rest = r.rest[n:]
	return text
}

func (r *wktReader) geometry(depth int) (v dynamic.Value, ok bool) {
	tag := strings.ToUpper(r.span(func(b byte) bool { b = lowerByte(b); return 'a' <= b && b <= 'z' }))
	if tag == "GEOMETRYCOLLECTION" && depth < maxWKTDepth {
		list, ok := r.list(func() (dynamic.Value, bool) { return r.geometry(depth + 1) })
		return geoObject("GeometryCollection", "geometries", list), ok
	}
	name, lists := wktKind(tag)
	switch name {
	case "":
		return v, false
	case "Point":
		if !r.take('(') {
			return v, false
		}
		v, ok = r.position()
		return geoObject(name, "coordinates", v), ok && r.take(')')
	case "MultiPoint":
		v, ok = r.list(r.maybeEnclosed)
	default:
		v, ok = r.nested(lists)
	}
	return geoObject(name, "coordinates", v), ok
}

// nested reads positions in depth lists.
func (r *wktReader) nested(depth int) (v dynamic.Value, ok bool) {
	if depth == 0 {
		return r.position()
	}
	return r.list(func() (dynamic.Value, bool) { return r.nested(depth - 1) })
}

// maybeEnclosed reads a position that may stand in parentheses of its own.
func (r *wktReader) maybeEnclosed() (v dynamic.Value, ok bool) {
	enclosed := r.take('(')
	v, ok = r.position()
	return v, ok && (!enclosed || r.take(')'))
}

// list reads parentheses around what is separated by commas.
func (r *wktReader) list(read func() (dynamic.Value, bool)) (v dynamic.Value, ok bool) {
	if !r.take('(') {
		return v, false
	}
	var b dynamic.ArrayBuilder
	for {
		one, ok := read()
		if !ok {
			return v, false
		}
		b.Append(one)
		if !r.take(',') {
			return b.Value(), r.take(')')
		}
	}
}

// position reads two numbers or more; those after the second, a height, count
// as well.
func (r *wktReader) position() (v dynamic.Value, ok bool) {
	var b dynamic.ArrayBuilder
	for {
		text := r.span(func(c byte) bool { return '0' <= c && c <= '9' || strings.IndexByte("+-.eE", c) >= 0 })
		if text == "" {
			n := b.Len()
			return b.Value(), n >= 2 && n <= 4
		}
		x, ok := types.ParseReal(text)
		if !ok {
			return v, false
		}
		b.AppendReal(x)
	}
}
