package builtin

import (
	"maps"
	"math"
	"slices"

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

// polygonToH3 is geo_polygon_to_h3cells().
func polygonToH3(s *shapes, args []dynamic.Value) (dynamic.Value, bool) {
	polygon, ok := s.polygon(args, 0)
	resolution, okR := h3Resolution(args, 1, defaultH3Resolution)
	if !ok || !okR {
		return dynamic.Value{}, true
	}
	var names []string
	var rings []flatRing
	loops := polygon.Loops()
	for i, loop := range loops {
		rings = append(rings, newFlatRing(loop.Vertices()))
		if i+1 < len(loops) && loops[i+1].IsHole() {
			continue
		}
		cells := fillH3(rings, resolution, maxH3Cells-len(names))
		if cells == nil {
			return dynamic.Value{}, true
		}
		names = append(names, h3Names(placedH3(cells, &rings[0], rings, resolution))...)
		rings = nil
	}
	return stringArray(inHashSet(names, 0)), true
}

// fillH3 walks from the cells along the boundary to all those whose centres are
// inside a shell and outside its holes; nil if there are more than limit.
func fillH3(rings []flatRing, resolution, limit int) []h3Cell {
	inside := func(c h3Cell) (in bool) {
		at := s2.LatLngFromPoint(c.centre())
		for i := range rings {
			in = in != rings[i].around(at)
		}
		return in
	}
	known := map[h3Cell]bool{}
	found := []h3Cell{}
	visit := func(c h3Cell) (more bool) {
		for _, near := range c.rings(1) {
			for _, c := range near {
				if !known[c] {
					known[c] = true
					if inside(c) {
						found = append(found, c)
					}
				}
			}
		}
		return len(found) <= limit
	}
	for i := range rings {
		if !rings[i].trace(resolution, visit) {
			return nil
		}
	}
	for at := 0; at < len(found) && visit(found[at]); at++ {
	}
	if len(found) > limit {
		return nil
	}
	return found
}

// placedH3 returns cells in the order in which the H3 library lists them: by
// their remainders of how many it makes room for, which it estimates from the
// sizes of the shell and of the smallest cell. Where a place is taken, the next
// one free counts.
func placedH3(cells []h3Cell, shell *flatRing, rings []flatRing, resolution int) []h3Cell {
	corners := 0
	for i := range rings {
		corners += len(rings[i].points)
	}
	room := h3Cell(max(shell.estimate(resolution), corners, len(cells)) + 12)
	slots := make(map[h3Cell]h3Cell, len(cells))
	for _, c := range cells {
		at := c % room
		for slots[at] != 0 {
			at = (at + 1) % room
		}
		slots[at] = c
	}
	out := make([]h3Cell, 0, len(cells))
	for _, at := range slices.Sorted(maps.Keys(slots)) {
		out = append(out, slots[at])
	}
	return out
}

// estimate returns how many cells the ring's bounds may hold, by the library's
// formula.
func (r *flatRing) estimate(resolution int) int {
	low, high := r.points[0], r.points[0]
	for _, p := range r.points {
		low = s2.LatLng{Lat: min(low.Lat, p.Lat), Lng: min(low.Lng, p.Lng)}
		high = s2.LatLng{Lat: max(high.Lat, p.Lat), Lng: max(high.Lng, p.Lng)}
	}
	smallest := newH3Cell(0).withBase(4) // a pentagon
	for range resolution {
		smallest = smallest.withResolution(smallest.resolution()+1).withDigit(smallest.resolution()+1, 0)
	}
	side := float64(smallest.centre().Distance(smallest.corners()[0]))
	width, height := float64(high.Lng-low.Lng), float64(high.Lat-low.Lat)
	if r.wide {
		width = 2*math.Pi - width
	}
	ratio := max(width, height) / min(width, height)
	diagonal := float64(low.Distance(high))
	return int(math.Ceil(diagonal * diagonal / min(3, ratio) / (0.8 * 2.59807621135 * side * side)))
}

// trace calls visit for cells along the ring, without gaps of a cell, until it
// returns false.
func (r *flatRing) trace(resolution int, visit func(h3Cell) bool) bool {
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
				if !visit(c) {
					return false
				}
				last = c
			}
		}
	}
	return true
}
