package builtin

import "math"

// h3Coord is a hexagon on the plane of a face, by its steps along three axes at
// 120 degrees to each other. Normal coordinates are not negative, one is 0.
type h3Coord struct{ i, j, k int }

func (c h3Coord) plus(d h3Coord) h3Coord { return h3Coord{c.i + d.i, c.j + d.j, c.k + d.k}.normal() }
func (c h3Coord) times(n int) h3Coord    { return h3Coord{c.i * n, c.j * n, c.k * n} }
func (c h3Coord) sum() int               { return c.i + c.j + c.k }

func (c h3Coord) normal() h3Coord {
	low := min(c.i, c.j, c.k)
	return h3Coord{c.i - low, c.j - low, c.k - low}
}

// along returns the coordinates whose axes have become those given.
func (c h3Coord) along(i, j, k h3Coord) h3Coord {
	return i.times(c.i).plus(j.times(c.j)).plus(k.times(c.k))
}

// turned turns by 60 degrees counterclockwise, n times.
func (c h3Coord) turned(n int) h3Coord {
	for range n {
		c = c.along(h3Coord{1, 1, 0}, h3Coord{0, 1, 1}, h3Coord{1, 0, 1})
	}
	return c
}

// h3Step returns the unit step of a digit.
func h3Step(digit int) h3Coord { return h3Coord{digit >> 2 & 1, digit >> 1 & 1, digit & 1} }

// digit returns the digit of a unit step.
func (c h3Coord) digit() int { return c.i<<2 | c.j<<1 | c.k }

// The grids of successive resolutions are turned by about 19 degrees, to and
// fro: odd resolutions are called class III, even ones class II.
func h3ClassIII(resolution int) bool { return resolution%2 == 1 }

// finer returns the same place in the grid of the next resolution.
func (c h3Coord) finer(resolution int) h3Coord {
	if h3ClassIII(resolution) {
		return c.along(h3Coord{3, 0, 1}, h3Coord{1, 3, 0}, h3Coord{0, 1, 3})
	}
	return c.along(h3Coord{3, 1, 0}, h3Coord{0, 3, 1}, h3Coord{1, 0, 3})
}

// coarser returns the hexagon of the resolution before the one given that holds
// a hexagon of it.
func (c h3Coord) coarser(resolution int) h3Coord {
	i, j := float64(c.i-c.k), float64(c.j-c.k)
	if h3ClassIII(resolution) {
		return h3Coord{int(math.Round((3*i - j) / 7)), int(math.Round((i + 2*j) / 7)), 0}.normal()
	}
	return h3Coord{int(math.Round((2*i + j) / 7)), int(math.Round((3*j - i) / 7)), 0}.normal()
}

// third returns the same place in a grid three times finer in each direction,
// in which the corners of hexagons are hexagons.
func (c h3Coord) third() h3Coord {
	c = c.along(h3Coord{2, 0, 1}, h3Coord{1, 2, 0}, h3Coord{0, 1, 2})
	return c.along(h3Coord{2, 1, 0}, h3Coord{0, 2, 1}, h3Coord{1, 0, 2})
}

// xy returns the centre on the plane, whose x axis is i.
func (c h3Coord) xy() (x, y float64) {
	i, j := float64(c.i-c.k), float64(c.j-c.k)
	return i - 0.5*j, j * math.Sqrt(3) / 2
}

// h3CoordAt returns the hexagon that holds a point of the plane.
func h3CoordAt(x, y float64) h3Coord {
	// The point in steps of i and j, then rounded so that i - j and both
	// differ least.
	j := y * 2 / math.Sqrt(3)
	i := x + j/2
	a, b, c := math.Round(i), math.Round(-j), math.Round(j-i)
	da, db, dc := math.Abs(a-i), math.Abs(b+j), math.Abs(c-(j-i))
	switch {
	case da > db && da > dc:
		a = -b - c
	case db > dc:
		b = -a - c
	}
	return h3Coord{int(a), int(-b), 0}.normal()
}
