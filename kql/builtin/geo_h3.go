package builtin

import (
	"math"

	"github.com/golang/geo/r3"
	"github.com/golang/geo/s2"
)

// Scales of the projection of a face: the side of a base cell and its inverse.
const (
	h3Unit  = 0.38196601125010500003
	h3Sqrt7 = 2.6457513110645905905016157536392604257102
	h3Turn  = 0.333473172251832115336090755351601070065900389 // of class III, in radians
)

// An h3Place is a hexagon of a resolution on a face, or beyond its edges.
type h3Place struct {
	face int
	at   h3Coord
}

// faceBasis returns the directions north and east at the centre of a face.
func (f *h3Face) basis() (north, east r3.Vector) {
	north = r3.Vector{Z: 1}.Sub(f.centre.Mul(f.centre.Z)).Normalize()
	return north, north.Cross(f.centre)
}

// h3PlaceOf returns the hexagon of a resolution that holds a point.
func h3PlaceOf(p r3.Vector, resolution int) h3Place {
	face, least := 0, math.Inf(1)
	for f := range h3Faces {
		if d := h3Faces[f].centre.Sub(p).Norm2(); d < least {
			face, least = f, d
		}
	}
	r := math.Acos(1 - least/2)
	if r < 1e-16 {
		return h3Place{face: face}
	}
	f := &h3Faces[face]
	north, east := f.basis()
	theta := f.azimuth - math.Atan2(p.Dot(east), p.Dot(north))
	if h3ClassIII(resolution) {
		theta -= h3Turn
	}
	length := math.Tan(r) / h3Unit
	for range resolution {
		length *= h3Sqrt7
	}
	sin, cos := math.Sincos(theta)
	return h3Place{face, h3CoordAt(length*cos, length*sin)}
}

// point returns where x and y of a face's plane are; finer says that they count
// in thirds.
func (f *h3Face) point(x, y float64, resolution int, finer bool) s2.Point {
	length := math.Hypot(x, y)
	if length < 1e-16 {
		return s2.Point{Vector: f.centre}
	}
	theta := math.Atan2(y, x)
	for range resolution {
		length /= h3Sqrt7
	}
	if finer {
		length /= 3
	} else if h3ClassIII(resolution) {
		theta += h3Turn
	}
	r := math.Atan(length * h3Unit)
	north, east := f.basis()
	sin, cos := math.Sincos(f.azimuth - theta)
	direction := north.Mul(cos).Add(east.Mul(sin))
	sin, cos = math.Sincos(r)
	return s2.Point{Vector: f.centre.Mul(cos).Add(direction.Mul(sin)).Normalize()}
}

// centre returns the middle of a hexagon.
func (p h3Place) centre(resolution int) s2.Point {
	x, y := p.at.xy()
	return h3Faces[p.face].point(x, y, resolution, false)
}

// cell returns the index of a hexagon on a face.
func (p h3Place) cell(resolution int) h3Cell {
	c := newH3Cell(resolution)
	at := p.at
	for r := resolution; r > 0; r-- {
		up := at.coarser(r)
		down := up.finer(r)
		c = c.withDigit(r, h3Coord{at.i - down.i, at.j - down.j, at.k - down.k}.normal().digit())
		at = up
	}
	placed := h3Places[p.face][at.i][at.j][at.k]
	base := &h3Bases[placed.cell]
	c = c.withBase(int(placed.cell))
	if !base.pentagon {
		return c.turned(int(placed.turns))
	}
	if c.leading() == h3AxisK {
		turn := 1
		if base.offset[0] == p.face || base.offset[1] == p.face {
			turn = -1
		}
		c = c.turned(turn)
	}
	for range placed.turns {
		c = c.turnedInPentagon()
	}
	return c
}

// place returns where a cell is, on the face where its centre is, and by how
// much its digits' axes are turned there.
func (c h3Cell) place() (p h3Place, turns int) {
	base := &h3Bases[c.base()]
	if base.pentagon && c.leading() == h3AxisIK {
		c, turns = c.turned(-1), 5
	}
	p = h3Place{base.face, base.at}
	for r := 1; r <= c.resolution(); r++ {
		p.at = p.at.finer(r).plus(h3Step(c.digit(r)))
	}
	// Class II, whose grid goes along the edges.
	resolution := c.resolution()
	before := p
	if h3ClassIII(resolution) {
		resolution++
		p.at = p.at.finer(resolution)
	}
	moved, turn := p.folded(resolution, false, base.pentagon && c.leading() == h3AxisI)
	if !moved {
		return before, turns
	}
	for moved && base.pentagon {
		var more int
		moved, more = p.folded(resolution, false, false)
		turn += more
	}
	if resolution != c.resolution() {
		p.at = p.at.coarser(resolution)
	}
	return p, (turns + turn) % 6
}

// folded moves a place beyond an edge of its face, of class II, to the face
// there. gap is for pentagons, around which one sixth is missing.
func (p *h3Place) folded(resolution int, finer, gap bool) (moved bool, turns int) {
	scale := 1
	for range resolution / 2 {
		scale *= 7
	}
	if finer {
		scale *= 3
	}
	edge := 2 * scale
	if p.at.sum() <= edge {
		return false, 0
	}
	next := &h3Faces[p.face].next[2]
	switch {
	case p.at.k > 0 && p.at.j > 0:
		next = &h3Faces[p.face].next[0]
	case p.at.k > 0:
		next = &h3Faces[p.face].next[1]
		if gap {
			corner := h3Coord{edge, 0, 0}
			p.at = h3Coord{p.at.i - corner.i, p.at.j, p.at.k}.normal().turned(5).plus(corner)
			turns = 5
		}
	}
	p.face = next.face
	p.at = p.at.turned(next.turns).plus(next.move.times(scale))
	return true, turns + next.turns
}
