package builtin

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/golang/geo/s2"

	"github.com/calypso-kql/calypso/kql/dynamic"
)

// randomPoint returns a point that is equally likely anywhere.
func randomPoint(r *rand.Rand) s2.Point {
	return pointOf(s2.LatLngFromDegrees(math.Asin(2*r.Float64()-1)*180/math.Pi, r.Float64()*360-180))
}

// TestH3Cells checks what the grid promises: a cell holds its centre, belongs
// to its parent, has six neighbours or five, and is a neighbour of each.
func TestH3Cells(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	check := func(c h3Cell) {
		t.Helper()
		if read, ok := readH3Cell(c.String()); !ok || read != c {
			t.Fatalf("%s is not read back", c)
		}
		if at := h3PlaceOf(c.centre().Vector, c.resolution()).cell(c.resolution()); at != c {
			t.Fatalf("the centre of %s is in %s", c, at)
		}
		sides := 6
		if c.pentagon() {
			sides = 5
		}
		near := c.neighbors()
		if len(near) != sides {
			t.Fatalf("%s has %d neighbours", c, len(near))
		}
		for _, n := range near {
			if !slices.Contains(n.neighbors(), c) {
				t.Fatalf("%s is a neighbour of %s, not the other way round", n, c)
			}
		}
		if c.resolution() < maxH3Resolution {
			children := c.children(c.resolution()+1, nil)
			if len(children) != sides+1 {
				t.Fatalf("%s has %d children", c, len(children))
			}
			for _, child := range children {
				if !child.valid() || child.parent(c.resolution()) != c {
					t.Fatalf("%s is no child of %s", child, c)
				}
			}
		}
	}
	for range 500 {
		resolution := r.IntN(maxH3Resolution + 1)
		check(h3PlaceOf(randomPoint(r).Vector, resolution).cell(resolution))
	}
	for base := range h3Bases {
		if c := newH3Cell(0).withBase(base); h3Bases[base].pentagon {
			check(c)
			check(c.children(3, nil)[0])
		}
	}
}

// TestH3Rings compares the rings walked on the plane with those found from
// neighbour to neighbour.
func TestH3Rings(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	walked := 0
	for range 200 {
		resolution := r.IntN(maxH3Resolution + 1)
		c := h3PlaceOf(randomPoint(r).Vector, resolution).cell(resolution)
		flat, ok := c.flatRings(3)
		if !ok {
			continue
		}
		walked++
		for i, ring := range c.spreadRings(3) {
			slices.Sort(ring)
			other := slices.Clone(flat[i])
			slices.Sort(other)
			if !slices.Equal(ring, other) {
				t.Fatalf("ring %d of %s: %v and %v", i, c, ring, other)
			}
		}
	}
	if walked < 100 {
		t.Errorf("only %d walks", walked)
	}
}

// TestTwofoldTrigonometry compares with what is known to more digits.
func TestTwofoldTrigonometry(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		angle := (r.Float64()*2 - 1) * math.Pi
		sin, cos := sinCos(angle)
		if math.Abs(sin.hi-math.Sin(angle)) > 2.3e-16 || math.Abs(cos.hi-math.Cos(angle)) > 2.3e-16 {
			t.Fatalf("sine and cosine of %v are %v and %v", angle, sin.hi, cos.hi)
		}
		one := sin.times(sin).plus(cos.times(cos))
		if math.Abs((one.hi-1)+one.lo) > 1e-19 {
			t.Fatalf("sine and cosine of %v squared add up to 1%+g", angle, (one.hi-1)+one.lo)
		}
		if back := arcTangent2(sin.hi, cos.hi); math.Abs(back-angle) > 5e-16 {
			t.Fatalf("%v came back as %v", angle, back)
		}
	}
}

// TestOverlayAreas checks that the areas of two polygons are those of their
// union and their intersection.
func TestOverlayAreas(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		centre := randomPoint(r)
		star := func() *s2.Polygon {
			c := geoBuffer{}
			var ring []s2.Point
			from := centre.Ortho()
			side := centre.Cross(from)
			shift := r.Float64()
			for i := range 12 {
				c.sin, c.cos = math.Sincos(0.01 + 0.02*r.Float64())
				sin, cos := math.Sincos((float64(i) + shift) * math.Pi / 6)
				ring = append(ring, c.beside(centre, from.Mul(cos).Add(side.Mul(sin))))
			}
			return ringPolygon(ring)
		}
		p, q := star(), star()
		union, common := overlay(p, q, false), overlay(p, q, true)
		if sum := union.Area() + common.Area() - p.Area() - q.Area(); math.Abs(sum) > 1e-12 {
			t.Fatalf("areas %v and %v, together %v, in common %v", p.Area(), q.Area(), union.Area(), common.Area())
		}
	}
}

// TestBufferDistance checks that the outline of a buffer is at its radius.
func TestBufferDistance(t *testing.T) {
	shape := dynamic.FromText(`{"type":"LineString","coordinates":[[10,50],[10.1,50.02],[10.12,50.1],[10.3,50.05]]}`)
	line, ok := newGeoLine(shape)
	if !ok {
		t.Fatal("the line is invalid")
	}
	b, ok := newGeoBuffer([]dynamic.Value{dynamic.FromLong(1000), dynamic.FromLong(1)}, 0)
	if !ok {
		t.Fatal("the radius is invalid")
	}
	around := &geoPolygon{Polygon: b.line(line)}
	if around.NumLoops() != 1 {
		t.Fatalf("%d rings", around.NumLoops())
	}
	around.edges(func(p, q s2.Point) bool {
		for _, x := range []s2.Point{p, (segment{a: p, b: q}).middle()} {
			d := float64(x.Distance(closestOn(x, line.edges))) * earthRadius
			if d < 998.9 || d > 1000.001 {
				t.Errorf("a point of the outline is at %v m", d)
			}
		}
		return true
	})
}

// FuzzWellKnownText checks that nothing makes the reader fail, and that what it
// accepts is a geometry.
func FuzzWellKnownText(f *testing.F) {
	for _, seed := range []string{"POINT (1 2)", "polygon((0 0,1 0,1 1,0 0))", "GEOMETRYCOLLECTION(POINT(1 1),MULTIPOINT((1 1),2 2))", "LINESTRING(", "POINT(1)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, ok := (&wktReader{rest: text}).geometry(0)
		if _, typed := v.Member("type"); ok && !typed {
			t.Errorf("%q gave %s", text, v.JSON())
		}
	})
}
