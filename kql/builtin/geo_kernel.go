package builtin

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// shapes reads the geometries among the arguments of a call. A geometry that
// is the same as in the row before, a constant above all, is read once.
type shapes struct {
	lines    [3]shape[*geoLine]
	polygons [3]shape[*geoPolygon]
}

type shape[S any] struct {
	text  dynamic.Value
	value S
	ok    bool
	known bool
}

func (s *shape[S]) of(v dynamic.Value, read func(dynamic.Value) (S, bool)) (S, bool) {
	if !s.known || s.text != v {
		s.text, s.known = v, true
		s.value, s.ok = read(v)
	}
	return s.value, s.ok
}

// line returns argument i as a line.
func (s *shapes) line(args []dynamic.Value, i int) (*geoLine, bool) {
	return s.lines[i].of(args[i], newGeoLine)
}

// polygon returns argument i as a polygon.
func (s *shapes) polygon(args []dynamic.Value, i int) (*geoPolygon, bool) {
	return s.polygons[i].of(args[i], newGeoPolygon)
}

type shapesKey struct{}

// overShapes lifts f, which returns !ok for a null, over arguments that it gets
// as dynamic values together with the geometries among them.
func overShapes[R column.Value](in []types.Type, out types.Type, f func(s *shapes, args []dynamic.Value) (r R, ok bool)) function.Kernel {
	return function.Kernel{In: in, Out: out, Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		known, err := function.Memoize(c, shapesKey{}, func() (*shapes, error) { return &shapes{}, nil })
		if err != nil {
			return nil, err
		}
		return function.OverOne(c, args, n, func(args []column.Column, n int) (column.Column, error) {
			views := dynamicViews(args)
			row := make([]dynamic.Value, len(views))
			vals, has := make([]R, n), make([]bool, n)
			for i := range vals {
				for j := range views {
					row[j] = views[j].At(i)
				}
				vals[i], has[i] = f(known, row)
			}
			return column.NewVec(out, vals, bitmapOf(has)), nil
		})
	}}
}

// geoScalar declares a function of one overload.
func geoScalar[R column.Value](doc, example, sig string, in []types.Type, out types.Type, f func(s *shapes, args []dynamic.Value) (R, bool)) function.Scalar {
	return function.Scalar{Doc: doc, Examples: []string{example}, Overloads: []function.Overload{
		{Sig: sig, Kernel: overShapes(in, out, f)},
	}}
}

// realArgument returns args[i], or otherwise if it was not given; !ok if it is
// null.
func realArgument(args []dynamic.Value, i int, otherwise float64) (x float64, ok bool) {
	if i >= len(args) {
		return otherwise, true
	}
	return args[i].ToReal()
}
