package builtin

import "github.com/golang/geo/s2"

// h3Across returns the cell across the side from a to b: the one that holds the
// centre mirrored in the side's middle.
func h3Across(centre, a, b s2.Point, resolution int) h3Cell {
	middle := a.Add(b.Vector).Normalize()
	p := middle.Mul(2 * middle.Dot(centre.Vector)).Sub(centre.Vector).Normalize()
	return h3PlaceOf(p, resolution).cell(resolution)
}

// centre returns the middle of a cell.
func (c h3Cell) centre() s2.Point {
	p, _ := c.place()
	return p.centre(c.resolution())
}

// rings returns the cells at each distance from 0 to n, each ring from the
// corner in the direction of i counterclockwise.
func (c h3Cell) rings(n int) [][]h3Cell {
	if rings, ok := c.flatRings(n); ok {
		return rings
	}
	return c.spreadRings(n)
}

// flatRings walks the rings on the plane of the cell's face; !ok if there is a
// pentagon in them, around which the plane does not close.
func (c h3Cell) flatRings(n int) (rings [][]h3Cell, ok bool) {
	if c.pentagon() {
		return nil, false
	}
	rings = append(rings, []h3Cell{c})
	p, turns := c.place()
	resolution := c.resolution()
	for distance := 1; distance <= n; distance++ {
		p.at = p.at.plus(h3Step(h3AxisI).turned(turns))
		ring := make([]h3Cell, 0, 6*distance)
		for side := range 6 {
			for range distance {
				p.at = p.at.plus(h3Step(h3AxisI).turned((turns + 2 + side) % 6))
				next := p.seen(resolution)
				if next.pentagon() {
					return nil, false
				}
				ring = append(ring, next)
			}
		}
		rings = append(rings, ring)
	}
	return rings, true
}

// seen returns the cell at a place that may be beyond the edges of its face.
func (p h3Place) seen(resolution int) h3Cell {
	fine := resolution
	if h3ClassIII(resolution) {
		fine++
		p.at = p.at.finer(fine)
	}
	for moved := true; moved; {
		moved, _ = p.folded(fine, false, false)
	}
	if fine != resolution {
		p.at = p.at.coarser(fine)
	}
	return p.cell(resolution)
}

// neighbors returns the cells that have a side in common with c.
func (c h3Cell) neighbors() []h3Cell {
	centre, corners := c.centre(), c.corners()
	var out []h3Cell
	known := map[h3Cell]bool{c: true}
	for i, a := range corners {
		next := h3Across(centre, a, corners[(i+1)%len(corners)], c.resolution())
		if !known[next] {
			known[next] = true
			out = append(out, next)
		}
	}
	return out
}

// spreadRings finds the rings from neighbour to neighbour.
func (c h3Cell) spreadRings(n int) [][]h3Cell {
	rings := [][]h3Cell{{c}}
	known := map[h3Cell]bool{c: true}
	for range n {
		var ring []h3Cell
		for _, at := range rings[len(rings)-1] {
			for _, next := range at.neighbors() {
				if !known[next] {
					known[next] = true
					ring = append(ring, next)
				}
			}
		}
		rings = append(rings, ring)
	}
	return rings
}
