package builtin

import "strconv"

// An h3Cell is an index of the H3 grid: from the top a zero, four bits of mode,
// three reserved ones, four of resolution, seven of the base cell and fifteen
// digits of three bits, those below the resolution all ones.
type h3Cell uint64

// maxH3Resolution is the finest resolution.
const maxH3Resolution = 15

// h3NoDigit stands below the resolution of a cell.
const h3NoDigit = 7

// Digits are sets of axes: k is 1, j is 2, i is 4.
const (
	h3AxisK  = 1
	h3AxisI  = 4
	h3AxisIK = 5
)

func newH3Cell(resolution int) h3Cell {
	return 1<<59 | h3Cell(resolution)<<52 | 1<<45 - 1
}

func (c h3Cell) resolution() int { return int(c >> 52 & 15) }
func (c h3Cell) base() int       { return int(c >> 45 & 127) }

func (c h3Cell) digit(r int) int { return int(c >> (3 * (maxH3Resolution - r)) & 7) }

func (c h3Cell) withDigit(r, digit int) h3Cell {
	shift := 3 * (maxH3Resolution - r)
	return c&^(7<<shift) | h3Cell(digit)<<shift
}

func (c h3Cell) withBase(base int) h3Cell { return c&^(127<<45) | h3Cell(base)<<45 }

func (c h3Cell) withResolution(r int) h3Cell { return c&^(15<<52) | h3Cell(r)<<52 }

// leading returns the first digit that is not 0; 0 if there is none.
func (c h3Cell) leading() int {
	for r := 1; r <= c.resolution(); r++ {
		if d := c.digit(r); d != 0 {
			return d
		}
	}
	return 0
}

// pentagon reports whether the cell has five sides, in whose middle a corner of
// the icosahedron lies.
func (c h3Cell) pentagon() bool { return h3Bases[c.base()].pentagon && c.leading() == 0 }

func (c h3Cell) valid() bool {
	if c>>56 != 1<<3 || c.base() >= len(h3Bases) {
		return false
	}
	for r := 1; r <= maxH3Resolution; r++ {
		if (c.digit(r) == h3NoDigit) != (r > c.resolution()) {
			return false
		}
	}
	return !h3Bases[c.base()].pentagon || c.leading() != h3AxisK
}

func (c h3Cell) String() string { return strconv.FormatUint(uint64(c), 16) }

func readH3Cell(text string) (c h3Cell, ok bool) {
	n, err := strconv.ParseUint(text, 16, 64)
	return h3Cell(n), err == nil && h3Cell(n).valid()
}

// turned turns each digit by 60 degrees, n times, counterclockwise.
func (c h3Cell) turned(n int) h3Cell {
	for r := 1; r <= c.resolution(); r++ {
		c = c.withDigit(r, turnedDigit(c.digit(r), n))
	}
	return c
}

// turnedInPentagon turns once within a pentagonal base cell, which has nothing
// in the direction of k.
func (c h3Cell) turnedInPentagon() h3Cell {
	found := false
	for r := 1; r <= c.resolution(); r++ {
		c = c.withDigit(r, turnedDigit(c.digit(r), 1))
		if !found && c.digit(r) != 0 {
			found = true
			if c.leading() == h3AxisK {
				c = c.turned(1)
			}
		}
	}
	return c
}

// turnedDigit turns a digit by 60 degrees, n times, counterclockwise.
func turnedDigit(digit, n int) int {
	const circle = "\x04\x06\x02\x03\x01\x05" // i, ij, j, jk, k, ik
	for at := range len(circle) {
		if int(circle[at]) == digit {
			return int(circle[((at+n)%6+6)%6])
		}
	}
	return digit
}

// parent returns the cell of a coarser resolution that holds c.
func (c h3Cell) parent(resolution int) h3Cell {
	for r := resolution + 1; r <= c.resolution(); r++ {
		c = c.withDigit(r, h3NoDigit)
	}
	return c.withResolution(resolution)
}

// children appends the cells of a finer resolution that c holds.
func (c h3Cell) children(resolution int, to []h3Cell) []h3Cell {
	next := c.resolution() + 1
	if next > resolution {
		return append(to, c)
	}
	pentagon := c.pentagon()
	for digit := range 7 {
		if pentagon && digit == h3AxisK {
			continue
		}
		to = c.withResolution(next).withDigit(next, digit).children(resolution, to)
	}
	return to
}
