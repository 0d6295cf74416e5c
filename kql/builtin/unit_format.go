package builtin

import (
	"fmt"
	"math"
	"strconv"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// numberFormats are the functions that print numbers.
func numberFormats() function.Family {
	hex := func(width string, bits int) function.Overload {
		return function.Overload{
			Sig: "tohex(value: " + width + ", minLength?: integer): string",
			Kernel: rowKernel([]types.Type{types.Long, types.Long}, types.String, func(c *function.Call, args []column.Column, n int) (column.Column, error) {
				return hexRows(c, args, n, bits), nil
			}),
		}
	}
	return function.Family{Title: "Formatting numbers", Scalars: []function.Scalar{
		{
			Doc:        "Returns a number in hexadecimal, negative ones as the bits of their type; with zeros before it up to a length.",
			Overloads:  []function.Overload{hex("int", 32), hex("long", 64)},
			Examples:   []string{`tohex(256) -> 100`, `tohex(-256) -> ffffffffffffff00`, `tohex(toint(-256), 8) -> ffffff00`, `tohex(256, 8) -> 00000100`},
			ResultName: function.NameFirstArgument,
		},
		{
			Doc: "Returns a number of bytes as a text with a unit, rounded to a number of digits after the point (0 unless given).",
			Overloads: []function.Overload{{
				Sig:    "format_bytes(size: number, precision?: const number, format?: const string): string",
				Kernel: rowKernel([]types.Type{types.Real, types.Long, types.String}, types.String, formatBytesRows),
			}},
			Examples:   []string{`format_bytes(564) -> 564 Bytes`, `format_bytes(10332, 1) -> 10.1 KB`, `format_bytes(20010332, 0, "KB") -> 19541 KB`},
			ResultName: function.NameFirstArgument,
		},
	}}
}

// maxHexDigits is the length that tohex() pads to at most.
const maxHexDigits = 16

func hexRows(c *function.Call, args []column.Column, n, bits int) column.Column {
	value := column.ViewOf[int64](args[0])
	out := make([]string, n)
	for i := range out {
		if value.Null(i) {
			continue
		}
		digits := strconv.FormatUint(uint64(value.At(i))&(math.MaxUint64>>(64-bits)), 16)
		if len(args) > 1 {
			width := column.ViewOf[int64](args[1])
			for want := min(width.At(i), maxHexDigits); int64(len(digits)) < want; {
				digits = "0" + digits
			}
		}
		out[i] = digits
	}
	return column.NewVec(c.Out, out, nil)
}

// byteUnits are the units of format_bytes(), each 1024 times the one before.
var byteUnits = [...]string{"Bytes", "KB", "MB", "GB", "TB", "PB", "EB"}

func formatBytesRows(c *function.Call, args []column.Column, n int) (column.Column, error) {
	size := column.ViewOf[float64](args[0])
	precision, unit := 0, ""
	if len(args) > 1 && n > 0 {
		v := column.ViewOf[int64](args[1])
		precision = int(min(max(v.At(0), 0), 15))
	}
	if len(args) > 2 && n > 0 {
		v := column.ViewOf[string](args[2])
		unit = v.At(0)
	}
	out := make([]string, n)
	for i := range out {
		if size.Null(i) {
			continue
		}
		var err error
		if out[i], err = formatBytes(size.At(i), precision, unit); err != nil {
			return nil, err
		}
	}
	return column.NewVec(c.Out, out, nil), nil
}

// formatBytes prints size in unit, or in the largest unit of which it has one.
func formatBytes(size float64, precision int, unit string) (string, error) {
	k := 0
	if unit == "" {
		for v := math.Abs(size); v >= 1024 && k < len(byteUnits)-1; v /= 1024 {
			k++
		}
	} else {
		for k < len(byteUnits) && byteUnits[k] != unit {
			k++
		}
		if k == len(byteUnits) {
			return "", fmt.Errorf("format_bytes(): unknown unit %q", unit)
		}
	}
	scale := math.Pow(10, float64(precision))
	v := math.Round(math.Ldexp(size, -10*k)*scale) / scale
	return strconv.FormatFloat(v, 'f', -1, 64) + " " + byteUnits[k], nil
}
