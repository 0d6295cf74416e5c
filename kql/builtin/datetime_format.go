package builtin

import (
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// datetimeFormats are format_datetime() and format_timespan().
func datetimeFormats() function.Family {
	return function.Family{Title: "Formatting datetimes and timespans", Scalars: []function.Scalar{
		{
			Doc: "Prints a datetime in a format of y, M, d, H, h, m, s, f, F and tt, with blanks and / - : , . _ [ ] between.",
			Overloads: []function.Overload{{
				Sig:    "format_datetime(date: datetime, format: literal string): string",
				Kernel: rowKernel([]types.Type{types.DateTime, types.String}, types.String, formatRows("format_datetime()", datetimeWidth, appendDateTimeFields)),
			}},
			Check:      checkText(1, func(s string) error { _, err := parseFormat(s, datetimeWidth); return err }),
			Examples:   []string{`format_datetime(datetime(2017-01-29 09:00:05), "yy-MM-dd [hh:mm:ss tt]") -> 17-01-29 [09:00:05 AM]`},
			ResultName: function.NameFirstArgument,
		},
		{
			Doc: "Prints a timespan in a format of d, H, h, m, s, f and F, with blanks and / - : , . _ [ ] between.",
			Overloads: []function.Overload{{
				Sig:    "format_timespan(timespan: timespan, format: literal string): string",
				Kernel: rowKernel([]types.Type{types.TimeSpan, types.String}, types.String, formatRows("format_timespan()", timespanWidth, appendTimeSpanFields)),
			}},
			Check:      checkText(1, func(s string) error { _, err := parseFormat(s, timespanWidth); return err }),
			Examples:   []string{`format_timespan(time(29.09:00:05.12345), "dd.hh:mm:ss:FF") -> 29.09:00:05:12`, `format_timespan(-90s, "mm:ss") -> -01:30`},
			ResultName: function.NameFirstArgument,
		},
	}}
}

// A formatField is one field of a format: a letter with the times it is
// repeated, or a delimiter with width 0.
type formatField struct {
	letter byte
	width  int
}

const formatDelimiters = " /-:,._[]"

// formatKey is the memo key of a format.
type formatKey struct{ function, format string }

// parseFormat splits a format into fields. widest returns how often a letter can
// be repeated when it occurs run times in a row, 0 if it is no field: "dddd" is
// the day twice, "yyy" is "yy" and "y".
func parseFormat(format string, widest func(letter byte, run int) int) ([]formatField, error) {
	var fields []formatField
	for i := 0; i < len(format); {
		c := format[i]
		if strings.IndexByte(formatDelimiters, c) >= 0 {
			fields = append(fields, formatField{letter: c})
			i++
			continue
		}
		run := 1
		for i+run < len(format) && format[i+run] == c {
			run++
		}
		w := widest(c, run)
		if w == 0 {
			return nil, fmt.Errorf("format %q: %q is not supported", format, format[i:i+run])
		}
		fields = append(fields, formatField{c, w})
		i += w
	}
	return fields, nil
}

func datetimeWidth(letter byte, run int) int {
	switch letter {
	case 'd', 'H', 'h', 'm', 'M', 's':
		return min(run, 2)
	case 'f', 'F':
		return min(run, 7)
	case 'y':
		if run >= 4 {
			return 4
		}
		return min(run, 2)
	case 't':
		if run >= 2 {
			return 2
		}
	}
	return 0
}

func timespanWidth(letter byte, run int) int {
	switch letter {
	case 'd':
		return min(run, 8)
	case 'H', 'h', 'm', 's':
		return min(run, 2)
	case 'f', 'F':
		return min(run, 7)
	}
	return 0
}

// formatRows returns the loop that prints ticks, all rows into one buffer.
func formatRows(name string, widest func(byte, int) int, appendFields func(dst []byte, ticks int64, fields []formatField) []byte) func(c *function.Call, args []column.Column, n int) (column.Column, error) {
	return func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		ticks, formats := column.ViewOf[int64](args[0]), column.ViewOf[string](args[1])
		buf := make([]byte, 0, n*24)
		ends := make([]int, n)
		var fields []formatField
		last := -1
		for i := range ends {
			if last < 0 || formats.At(i) != formats.At(last) {
				var err error
				fields, err = function.Memoize(c, formatKey{name, formats.At(i)}, func() ([]formatField, error) { return parseFormat(formats.At(i), widest) })
				if err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
				last = i
			}
			if !ticks.Null(i) {
				buf = appendFields(buf, ticks.At(i), fields)
			}
			ends[i] = len(buf)
		}
		text := string(buf)
		out := make([]string, n)
		start := 0
		for i, end := range ends {
			out[i] = text[start:end]
			start = end
		}
		return column.NewVec(c.Out, out, nil), nil
	}
}

func appendDateTimeFields(dst []byte, ticks int64, fields []formatField) []byte {
	c := types.CivilOf(ticks)
	for _, f := range fields {
		switch f.letter {
		case 'y':
			if f.width < 4 {
				dst = appendPadded(dst, int64(c.Year%100), f.width)
			} else {
				dst = appendPadded(dst, int64(c.Year), f.width)
			}
		case 'M':
			dst = appendPadded(dst, int64(c.Month), f.width)
		case 'd':
			dst = appendPadded(dst, int64(c.Day), f.width)
		case 'h':
			dst = appendPadded(dst, int64((c.Hour+11)%12+1), f.width)
		case 't':
			dst = append(dst, "AMPM"[c.Hour/12*2:c.Hour/12*2+2]...)
		default:
			dst = appendClock(dst, f, c)
		}
	}
	return dst
}

func appendTimeSpanFields(dst []byte, ticks int64, fields []formatField) []byte {
	rest := uint64(ticks)
	if ticks < 0 {
		dst = append(dst, '-')
		rest = -rest
	}
	days := rest / types.TicksPerDay
	secs := int(rest % types.TicksPerDay / types.TicksPerSecond)
	c := types.Civil{Hour: secs / 3600, Minute: secs / 60 % 60, Second: secs % 60, Tick: int(rest % types.TicksPerSecond)}
	for _, f := range fields {
		switch f.letter {
		case 'd':
			dst = appendPadded(dst, int64(days), f.width)
		case 'h':
			dst = appendPadded(dst, int64(c.Hour), f.width)
		default:
			dst = appendClock(dst, f, c)
		}
	}
	return dst
}

// appendClock appends a field that both formats have, or a delimiter.
func appendClock(dst []byte, f formatField, c types.Civil) []byte {
	switch f.letter {
	case 'H':
		return appendPadded(dst, int64(c.Hour), f.width)
	case 'm':
		return appendPadded(dst, int64(c.Minute), f.width)
	case 's':
		return appendPadded(dst, int64(c.Second), f.width)
	case 'f', 'F':
		n, digits := int64(c.Tick), f.width
		for range 7 - digits {
			n /= 10
		}
		for f.letter == 'F' && digits > 0 && n%10 == 0 {
			n /= 10
			digits--
		}
		if digits == 0 {
			return dst
		}
		return appendPadded(dst, n, digits)
	}
	return append(dst, f.letter)
}

// appendPadded appends n with zeros before it up to width.
func appendPadded(dst []byte, n int64, width int) []byte {
	if width == 2 && n < 100 {
		return append(dst, byte('0'+n/10), byte('0'+n%10))
	}
	var digits [20]byte
	i := len(digits)
	for n > 0 || width > 0 || i == len(digits) {
		i--
		digits[i] = byte('0' + n%10)
		n /= 10
		width--
	}
	return append(dst, digits[i:]...)
}
