package builtin

import (
	"math"

	"github.com/golang/geo/s2"
)

// h3Corners holds the corners of a hexagon of class II and III in thirds, from
// the i axis counterclockwise. A pentagon has the first five.
var h3Corners = [2][6]h3Coord{
	{{2, 1, 0}, {1, 2, 0}, {0, 2, 1}, {0, 1, 2}, {1, 0, 2}, {2, 0, 1}},
	{{5, 4, 0}, {1, 5, 0}, {0, 5, 4}, {0, 1, 5}, {4, 0, 5}, {5, 0, 1}},
}

// An h3Outline is a cell's outline in the making.
type h3Outline struct {
	centre     h3Place   // in thirds of class II
	corners    []h3Place // the same, still on the plane of the centre's face
	resolution int       // of class II
	scale      int       // 7 to the power of half the resolution
	points     []s2.Point
}

// corners returns the corners of a cell counterclockwise. Where a side passes
// an edge of the icosahedron it has a corner more.
func (c h3Cell) corners() []s2.Point {
	p, _ := c.place()
	o := h3Outline{centre: p, resolution: c.resolution()}
	o.centre.at = p.at.third()
	bent := h3ClassIII(o.resolution)
	if bent {
		o.resolution++
		o.centre.at = o.centre.at.finer(o.resolution)
	}
	o.scale = 1
	for range o.resolution / 2 {
		o.scale *= 7
	}
	sides := 6
	if c.pentagon() {
		sides = 5
	}
	for _, d := range h3Corners[c.resolution()%2][:sides] {
		o.corners = append(o.corners, h3Place{p.face, o.centre.at.plus(d)})
	}
	var last h3Place
	lastOnEdge := false
	for v := 0; v <= sides; v++ {
		q := o.corners[v%sides]
		onEdge := o.fold(&q, sides == 5)
		if bent && v > 0 && q.face != last.face {
			switch {
			case sides == 5:
				o.passPentagon(last, q)
			case !lastOnEdge:
				o.pass(v, sides, last.face, q.face)
			}
		}
		if v < sides {
			x, y := q.at.xy()
			o.points = append(o.points, h3Faces[q.face].point(x, y, o.resolution, true))
		}
		last, lastOnEdge = q, onEdge
	}
	return o.points
}

// fold moves a corner to its face, around a pentagon's middle if several times,
// and reports whether it lies on an edge of the face.
func (o *h3Outline) fold(q *h3Place, several bool) (onEdge bool) {
	edge := 6 * o.scale
	for {
		if q.at.sum() == edge {
			return true
		}
		if moved, _ := q.folded(o.resolution, true, false); !moved || !several {
			return moved && q.at.sum() == edge
		}
	}
}

// pass adds the point where the side to corner v passes the edge between two
// faces, unless it is a corner.
func (o *h3Outline) pass(v, sides, from, to int) {
	other := from
	if from == o.centre.face {
		other = to
	}
	x0, y0 := o.corners[(v+sides-1)%sides].at.xy()
	x1, y1 := o.corners[v%sides].at.xy()
	x, y := o.cross(o.centre.face, other, x0, y0, x1, y1)
	same := func(u, v float64) bool { return math.Abs(u-v) < 1.1920929e-07 }
	if (same(x, x0) && same(y, y0)) || (same(x, x1) && same(y, y1)) {
		return
	}
	o.points = append(o.points, h3Faces[o.centre.face].point(x, y, o.resolution, true))
}

// passPentagon is pass for a side of a pentagon, between corners on neighbouring
// faces.
func (o *h3Outline) passPentagon(last, q h3Place) {
	x0, y0 := last.at.xy()
	back := h3Faces[q.face].next[h3Side(q.face, last.face)]
	x1, y1 := q.at.turned(back.turns).plus(back.move.times(3 * o.scale)).xy()
	x, y := o.cross(last.face, q.face, x0, y0, x1, y1)
	o.points = append(o.points, h3Faces[last.face].point(x, y, o.resolution, true))
}

// h3Side returns on which side of a face another is: 0 between j and k, 1
// between k and i, 2 between i and j.
func h3Side(face, other int) int {
	for side := range h3Faces[face].next {
		if h3Faces[face].next[side].face == other {
			return side
		}
	}
	return 1
}

// cross returns where a line on the plane of a face crosses its edge to
// another.
func (o *h3Outline) cross(face, other int, x0, y0, x1, y1 float64) (x, y float64) {
	size := 6 * float64(o.scale)
	ends := [3][2]float64{{size, 0}, {-size / 2, size * math.Sqrt(3) / 2}, {-size / 2, -size * math.Sqrt(3) / 2}}
	side := h3Side(face, other)
	a, b := ends[(side+1)%3], ends[(side+2)%3]
	dx, dy, ex, ey := x1-x0, y1-y0, b[0]-a[0], b[1]-a[1]
	t := (ex*(y0-a[1]) - ey*(x0-a[0])) / (dx*ey - ex*dy)
	return x0 + t*dx, y0 + t*dy
}
