package builtin

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// geohashDigits are the digits of a geohash, of five bits each.
const geohashDigits = "0123456789bcdefghjkmnpqrstuvwxyz"

// maxGeohash is the greatest number of digits.
const maxGeohash = 18

// geoHashes declares the grid of geohashes.
func geoHashes() []function.Scalar {
	d, s, u := types.Dynamic, types.String, types.Unknown
	over := func(f func(c geohashCell) dynamic.Value) func(*shapes, []dynamic.Value) (dynamic.Value, bool) {
		return func(_ *shapes, args []dynamic.Value) (dynamic.Value, bool) {
			text, _ := args[0].AsString()
			cell, ok := readGeohash(text)
			if !ok {
				return dynamic.Value{}, true
			}
			return f(cell), true
		}
	}
	return []function.Scalar{
		geoScalar("Returns the geohash of a point, of 1 to 18 characters, 5 if not given; empty if it is invalid.",
			"geo_point_to_geohash(-80.195829, 25.802215, 8) -> dhwfz15h",
			"geo_point_to_geohash(longitude: number, latitude: number, accuracy?: number): string",
			[]types.Type{u, u, u}, s, pointToGeohash),
		geoScalar("Returns the centre of a geohash.",
			`geo_geohash_to_central_point("sunny").coordinates -> [42.47314453125,23.70849609375]`,
			"geo_geohash_to_central_point(geohash: string): dynamic",
			[]types.Type{s}, d, over(func(c geohashCell) dynamic.Value {
				return geoObject("Point", "coordinates", geoPair(c.degrees(c.x*2+1, c.y*2+1)))
			})),
		geoScalar("Returns the rectangle that a geohash stands for.",
			`geo_geohash_to_polygon("sunny").type -> Polygon`,
			"geo_geohash_to_polygon(geohash: string): dynamic",
			[]types.Type{s}, d, over(func(c geohashCell) dynamic.Value {
				var ring, rings dynamic.ArrayBuilder
				for _, corner := range [...][2]int64{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}} {
					ring.Append(geoPair(c.degrees((c.x+corner[0])*2, (c.y+corner[1])*2)))
				}
				rings.Append(ring.Value())
				return geoObject("Polygon", "coordinates", rings.Value())
			})),
		geoScalar("Returns the geohashes around a geohash.",
			`array_sort_asc(geo_geohash_neighbors("sunny")) -> ["sunnt","sunnv","sunnw","sunnx","sunnz","sunpj","sunpn","sunpp"]`,
			"geo_geohash_neighbors(geohash: string): dynamic",
			[]types.Type{s}, d, over(geohashNeighbors)),
	}
}

// A geohashCell is column x and row y, from the south-west, of the grid of
// 2^xBits by 2^yBits.
type geohashCell struct {
	x, y   int64
	digits int
}

func (c geohashCell) bits() (xBits, yBits int) { return (5*c.digits + 1) / 2, 5 * c.digits / 2 }

// degrees returns the position of a half column and a half row.
func (c geohashCell) degrees(halfX, halfY int64) (lng, lat float64) {
	xBits, yBits := c.bits()
	return float64(halfX)*360/float64(int64(2)<<xBits) - 180, float64(halfY)*180/float64(int64(2)<<yBits) - 90
}

func readGeohash(text string) (c geohashCell, ok bool) {
	if len(text) == 0 || len(text) > maxGeohash {
		return c, false
	}
	even := true
	for i := range len(text) {
		digit := strings.IndexByte(geohashDigits, lowerByte(text[i]))
		if digit < 0 {
			return c, false
		}
		for bit := 4; bit >= 0; bit-- {
			if even {
				c.x = c.x<<1 | int64(digit>>bit&1)
			} else {
				c.y = c.y<<1 | int64(digit>>bit&1)
			}
			even = !even
		}
	}
	c.digits = len(text)
	return c, true
}

func lowerByte(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}

func (c geohashCell) String() string {
	xBits, yBits := c.bits()
	out := make([]byte, c.digits)
	even := true
	for i := range out {
		digit := 0
		for range 5 {
			digit <<= 1
			if even {
				xBits--
				digit |= int(c.x >> xBits & 1)
			} else {
				yBits--
				digit |= int(c.y >> yBits & 1)
			}
			even = !even
		}
		out[i] = geohashDigits[digit]
	}
	return string(out)
}

func pointToGeohash(_ *shapes, args []dynamic.Value) (hash string, ok bool) {
	accuracy, okA := realArgument(args, 2, 5)
	if _, ok := geoPoint(args[0], args[1]); !ok || !okA || accuracy != float64(int(accuracy)) || accuracy < 1 || accuracy > maxGeohash {
		return "", true
	}
	lng, _ := args[0].ToReal()
	lat, _ := args[1].ToReal()
	c := geohashCell{digits: int(accuracy)}
	xBits, yBits := c.bits()
	c.x = gridLine((lng+180)/360, xBits)
	c.y = gridLine((lat+90)/180, yBits)
	return c.String(), true
}

// gridLine returns which of 2^bits parts of 0 to 1 holds part.
func gridLine(part float64, bits int) int64 {
	n := int64(1) << bits
	return min(int64(part*float64(n)), n-1)
}

// geohashNeighbors returns the cells around c, of which there
// are none beyond the poles.
func geohashNeighbors(c geohashCell) dynamic.Value {
	xBits, yBits := c.bits()
	var names []string
	for _, step := range [...][2]int64{{-1, 1}, {0, 1}, {1, 1}, {1, 0}, {1, -1}, {0, -1}, {-1, -1}, {-1, 0}} {
		next := geohashCell{x: (c.x + step[0]) & (1<<xBits - 1), y: c.y + step[1], digits: c.digits}
		if next.y >= 0 && next.y < 1<<yBits {
			names = append(names, next.String())
		}
	}
	return stringArray(inHashSet(names, 8))
}
