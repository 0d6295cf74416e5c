package dynamic

import (
	"fmt"
	"math"
	"testing"

	"github.com/calypso-kql/calypso/kql/types"
)

// show prints a conversion's answer, null if there is none.
func show[T any](v T, ok bool) string {
	if !ok {
		return "null"
	}
	return fmt.Sprint(v)
}

func TestConversions(t *testing.T) {
	for _, c := range []struct {
		v                             Value
		long, int, real, bool, decima string
	}{
		{Value{}, "null", "null", "null", "null", "null"},
		{FromBool(true), "1", "1", "1", "true", "1"},
		{FromLong(0), "0", "0", "0", "false", "0"},
		{FromLong(math.MaxInt64), "9223372036854775807", "-1", "9.223372036854776e+18", "true", "9.223372036854775807e+18"},
		{FromLong(math.MinInt64), "-9223372036854775808", "0", "-9.223372036854776e+18", "true", "-9.223372036854775808e+18"},
		{FromReal(9.99), "9", "9", "9.99", "true", "9.99"},
		{FromReal(math.MaxFloat64), "9223372036854775807", "2147483647", "1.7976931348623157e+308", "true", "1.7976931348623157e+308"},
		{FromReal(math.NaN()), "null", "null", "NaN", "null", "null"},
		{decimal("-2.75"), "-2", "-2", "-2.75", "true", "-2.75"},
		{FromString("9223372036854775807"), "9223372036854775807", "null", "9.223372036854776e+18", "true", "9.223372036854775807e+18"},
		{FromString("5.9"), "null", "null", "5.9", "null", "5.9"},
		{FromString("False"), "null", "null", "null", "false", "null"},
		{FromTimeSpan(36000000000), "36000000000", "1640261632", "3.6e+10", "null", "3.6e+10"},
		{parse(`[1]`), "null", "null", "null", "null", "null"},
		{parse(`{"a":1}`), "null", "null", "null", "null", "null"},
	} {
		for i, p := range [][2]string{
			{show(c.v.ToLong()), c.long}, {show(c.v.ToInt()), c.int}, {show(c.v.ToReal()), c.real}, {show(c.v.ToBool()), c.bool}, {show(c.v.ToDecimal()), c.decima},
		} {
			if p[0] != p[1] {
				t.Errorf("%s %s, conversion %d: %s, want %s", c.v.Kind(), c.v.JSON(), i, p[0], p[1])
			}
		}
	}
}

func TestTimeConversions(t *testing.T) {
	for _, c := range []struct {
		v              Value
		date, span, id string
	}{
		{Value{}, "null", "null", "null"},
		{FromDateTime(testDate), show(testDate, true), "null", "null"},
		{FromString("2007-01-01"), show(testDate, true), "null", "null"},
		{FromString("1d"), "null", show(types.TicksPerDay, true), "null"},
		{FromTimeSpan(5), "null", "5", "null"},
		{FromLong(5), "5", "5", "null"},
		{FromLong(-1), "null", "-1", "null"},
		{FromLong(math.MaxInt64), "null", show(math.MaxInt64, true), "null"},
		{FromGUID(testGUID), "null", "null", testGUID.String()},
		{FromString(testGUID.String()), "null", "null", testGUID.String()},
		{parse(`["2007-01-01"]`), "null", "null", "null"},
	} {
		if got := show(c.v.ToDateTime()); got != c.date {
			t.Errorf("todatetime(%s) = %s, want %s", c.v.JSON(), got, c.date)
		}
		if got := show(c.v.ToTimeSpan()); got != c.span {
			t.Errorf("totimespan(%s) = %s, want %s", c.v.JSON(), got, c.span)
		}
		if got := show(c.v.ToGUID()); got != c.id {
			t.Errorf("toguid(%s) = %s, want %s", c.v.JSON(), got, c.id)
		}
	}
}
