package builtin

import (
	"strings"
	"time"
	_ "time/tzdata" // the IANA database, for machines that have none

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// timeZones are the functions between UTC and local time.
func timeZones() function.Family {
	convert := func(name, from, doc string, f func(t int64, zone *time.Location) int64, example string) function.Scalar {
		loop := func(c *function.Call, args []column.Column, n int) (column.Column, error) {
			dates, zones := column.ViewOf[int64](args[0]), column.ViewOf[string](args[1])
			out := column.NewTypedBuilder[int64](c.Out, n)
			for i := range n {
				zone, err := zoneFor(c, zones.At(i))
				if err != nil {
					return nil, err
				}
				t, ok := int64(0), false
				if zone != nil && !dates.Null(i) {
					t, ok = inCalendar(f(dates.At(i), zone), true)
				}
				if ok {
					out.Append(t)
				} else {
					out.AppendNull()
				}
			}
			return out.Finish(), nil
		}
		return function.Scalar{
			Doc: doc,
			Overloads: []function.Overload{{
				Sig:    name + "(" + from + ": datetime, timezone: string): datetime",
				Kernel: rowKernel([]types.Type{types.DateTime, types.String}, types.DateTime, loop),
			}},
			Examples: []string{example},
		}
	}
	return function.Family{Title: "Time zones", Scalars: []function.Scalar{
		convert("datetime_utc_to_local", "from", "Returns the local time of a time zone at a time in UTC; null for an unknown zone.", utcToLocal,
			`datetime_utc_to_local(datetime(2020-02-02 20:00), "Europe/Paris") -> 2020-02-02T21:00:00.0000000Z`),
		convert("datetime_local_to_utc", "from", "Returns the time in UTC of a local time of a time zone; null for an unknown zone.", localToUTC,
			`datetime_local_to_utc(datetime(2020-02-02 20:00), "US/Pacific") -> 2020-02-03T04:00:00.0000000Z`),
		{
			Doc: "Returns the names of the time zones.",
			Overloads: []function.Overload{{
				Sig: "datetime_list_timezones(): dynamic",
				Kernel: rowKernel(nil, types.Dynamic, func(c *function.Call, _ []column.Column, n int) (column.Column, error) {
					var names dynamic.ArrayBuilder
					for name := range strings.FieldsSeq(zoneNames) {
						names.AppendString(name)
					}
					return column.NewConst(c.Out, names.Value(), n), nil
				}),
			}},
			Examples: []string{`datetime_list_timezones()[0] -> Africa/Abidjan`},
		},
	}}
}

// zoneKey is the memo key of a time zone's rules.
type zoneKey struct{ name string }

// zoneFor returns the time zone called name, nil if there is none.
func zoneFor(c *function.Call, name string) (*time.Location, error) {
	return function.Memoize(c, zoneKey{name}, func() (*time.Location, error) {
		if name == "" || name == "Local" {
			return nil, nil
		}
		zone, err := time.LoadLocation(name)
		if err != nil {
			return nil, nil // no zone: Kusto answers null
		}
		return zone, nil
	})
}

// zoneOffset returns how far the zone is ahead of UTC at an instant, in ticks.
func zoneOffset(utc int64, zone *time.Location) int64 {
	_, seconds := types.TimeOf(utc).In(zone).Zone()
	return int64(seconds) * types.TicksPerSecond
}

func utcToLocal(t int64, zone *time.Location) int64 { return t + zoneOffset(t, zone) }

// localToUTC returns the instant at which the zone's clocks show t: the first of
// two when they are put back. When they are put forward and skip t, it is taken
// with the offset that holds afterwards, as Kusto does.
func localToUTC(t int64, zone *time.Location) int64 {
	before := t - zoneOffset(t-types.TicksPerDay, zone)
	after := t - zoneOffset(t+types.TicksPerDay, zone)
	switch {
	case utcToLocal(before, zone) != t && utcToLocal(after, zone) == t:
		return after
	case utcToLocal(after, zone) != t && utcToLocal(before, zone) == t:
		return before
	}
	return min(before, after)
}
