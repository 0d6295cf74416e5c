package builtin

import (
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// around declares around(): whether a value lies within a distance of another,
// both ends included.
//
// Source: around-function.md.
func around() function.Scalar {
	const (
		long     = types.Long
		real     = types.Real
		datetime = types.DateTime
		timespan = types.TimeSpan
	)
	near := func(v, center, delta int64) bool { return v >= center-delta && v <= center+delta }
	return function.Scalar{
		Doc: "Tells whether a value is within a distance of a center; both ends count.",
		Overloads: []function.Overload{
			{Sig: "around(value: integer, center: integer, delta: integer): bool", Kernel: function.Map3(long, long, long, types.Bool, near)},
			{Sig: "around(value: number, center: number, delta: number): bool",
				Kernel: function.Map3(real, real, real, types.Bool, func(v, center, delta float64) bool { return v >= center-delta && v <= center+delta })},
			{Sig: "around(value: datetime, center: datetime, delta: timespan): bool", Kernel: function.Map3(datetime, datetime, timespan, types.Bool, near)},
			{Sig: "around(value: timespan, center: timespan, delta: timespan): bool", Kernel: function.Map3(timespan, timespan, timespan, types.Bool, near)},
		},
		Examples: []string{
			"around(5, 7, 2) -> true",
			"around(datetime(2026-03-01 10:00), datetime(2026-03-01 10:30), 10m) -> false",
		},
	}
}
