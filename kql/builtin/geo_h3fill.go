package builtin

import (
	"math"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"

	"github.com/calypso-kql/calypso/kql/dynamic"
)

// A flatRing is a ring on a map of degrees. The longitudes of a ring that passes
// 180 degrees go on beyond it.
type flatRing struct {
	points []s2.LatLng
	wide   bool
}

func newFlatRing(points []s2.Point) flatRing {
	r := flatRing{points: make([]s2.LatLng, len(points))}
	for i, p := range points {
		r.points[i] = s2.LatLngFromPoint(p)
	}
	for i, p := range r.points {
		next := r.points[(i+1)%len(points)]
		r.wide = r.wide || math.Abs(float64(p.Lng-next.Lng)) > math.Pi
	}
	for i := range r.points {
		r.points[i].Lng = r.place(r.points[i]).Lng
	}
	return r
}

// place moves a position to where the ring is.
func (r *flatRing) place(p s2.LatLng) s2.LatLng {
	if r.wide && p.Lng < 0 {
		p.Lng += 2 * math.Pi
	}
	return p
}

// around reports whether the ring goes around p.
func (r *flatRing) around(p s2.LatLng) (in bool) {
	p = r.place(p)
	for i, a := range r.points {
		b := r.points[(i+1)%len(r.points)]
		if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lng < a.Lng+(b.Lng-a.Lng)*(p.Lat-a.Lat)/(b.Lat-a.Lat) {
			in = !in
		}
	}
	return in
}

// polygonToH3 is geo_polygon_to_h3cells(). It walks from the cells along the
// boundary to all those whose centres are inside.
func polygonToH3(s *shapes, args []dynamic.Value) (dynamic.Value, bool) {
	polygon, ok := s.polygon(args, 0)
	resolution, okR := h3Resolution(args, 1, defaultH3Resolution)
	if !ok || !okR {
		return dynamic.Value{}, true
	}
	var rings []flatRing
	for _, loop := range polygon.Loops() {
		rings = append(rings, newFlatRing(loop.Vertices()))
	}
	inside := func(c h3Cell) bool {
		at := s2.LatLngFromPoint(c.centre())
		in := false
		for i := range rings {
			in = in != rings[i].around(at)
		}
		return in
	}
	known := map[h3Cell]bool{}
	var queue, found []h3Cell
	visit := func(c h3Cell) {
		for _, near := range c.rings(1) {
			for _, c := range near {
				if !known[c] {
					known[c] = true
					if inside(c) {
						queue, found = append(queue, c), append(found, c)
					}
				}
			}
		}
	}
	for i := range rings {
		rings[i].trace(resolution, visit)
	}
	for len(queue) > 0 && len(found) <= maxH3Cells {
		c := queue[0]
		queue = queue[1:]
		visit(c)
	}
	if len(found) > maxH3Cells {
		return dynamic.Value{}, true
	}
	return stringArray(inHashSet(h3Names(found), 0)), true
}

// trace calls visit for cells along the ring, without gaps of a cell.
func (r *flatRing) trace(resolution int, visit func(h3Cell)) {
	// The side of a cell of resolution 0 is about a sixth of a radian, and each
	// resolution is finer by the root of seven.
	step := 0.1 / math.Pow(h3Sqrt7, float64(resolution))
	var last h3Cell
	for i, a := range r.points {
		b := r.points[(i+1)%len(r.points)]
		n := math.Ceil(math.Hypot(float64(b.Lat-a.Lat), float64(b.Lng-a.Lng)) / step)
		for j := 0.0; j < n; j++ {
			part := j / n
			ll := s2.LatLng{Lat: a.Lat + (b.Lat-a.Lat)*s1.Angle(part), Lng: a.Lng + (b.Lng-a.Lng)*s1.Angle(part)}
			if c := h3PlaceOf(s2.PointFromLatLng(ll).Vector, resolution).cell(resolution); c != last {
				visit(c)
				last = c
			}
		}
	}
}
