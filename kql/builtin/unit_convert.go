package builtin

import (
	"math"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// unitConversions are convert_angle() and its like. An unknown unit gives null.
//
// Units are defined by their size in a base unit, as the International System
// and the international yard and pound agreement define them. Source of their
// names: the Kusto documentation, "convert_angle()" and its neighbours.
func unitConversions() function.Family {
	return function.Family{Title: "Conversion of units", Scalars: []function.Scalar{
		unitFunction("angle", angleUnits, `convert_angle(1.5, "Degree", "Arcminute") -> 90`),
		unitFunction("energy", energyUnits, `convert_energy(1.5, "WattHour", "Joule") -> 5400`),
		unitFunction("force", forceUnits, `convert_force(1.5, "Kilonewton", "Newton") -> 1500`),
		unitFunction("length", lengthUnits, `convert_length(1.5, "Kilometer", "Meter") -> 1500`),
		unitFunction("mass", massUnits, `convert_mass(1.5, "Tonne", "Kilogram") -> 1500`),
		unitFunction("speed", speedUnits, `convert_speed(36, "KilometerPerHour", "MeterPerSecond") -> 10`),
		unitFunction("temperature", temperatureUnits, `convert_temperature(25, "DegreeCelsius", "Kelvin") -> 298.15`),
		unitFunction("volume", volumeUnits, `convert_volume(1.5, "CubicMeter", "Liter") -> 1500`),
	}}
}

// A unit is a linear scale: its zero and its size, in the base unit; per of
// them are as large as size, so that 1/3600 is exact. Tilts, the sines of
// angles, are the exception.
type unit struct {
	size, per, zero float64
	sine            bool
}

func (u unit) toBase(v float64) float64 {
	if u.sine {
		v = math.Asin(v)
	}
	return v*u.size/u.per + u.zero
}

func (u unit) fromBase(v float64) float64 {
	v = (v - u.zero) * u.per / u.size
	if u.sine {
		return math.Sin(v)
	}
	return v
}

// unitsKey is the memo key of the units of one quantity.
type unitsKey struct{ quantity string }

func unitFunction(quantity string, units func() map[string]unit, example string) function.Scalar {
	loop := func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		known, err := function.Memoize(c, unitsKey{quantity}, func() (map[string]unit, error) { return units(), nil })
		if err != nil {
			return nil, err
		}
		value, from, to := column.ViewOf[float64](args[0]), column.ViewOf[string](args[1]), column.ViewOf[string](args[2])
		out := column.NewTypedBuilder[float64](c.Out, n)
		for i := range n {
			a, ok1 := known[from.At(i)]
			b, ok2 := known[to.At(i)]
			if value.Null(i) || !ok1 || !ok2 {
				out.AppendNull()
				continue
			}
			if a == b {
				out.Append(value.At(i))
				continue
			}
			out.Append(b.fromBase(a.toBase(value.At(i))))
		}
		return out.Finish(), nil
	}
	return function.Scalar{
		Doc: "Converts a value from one unit of " + quantity + " to another; null if a unit is unknown.",
		Overloads: []function.Overload{{
			Sig:    "convert_" + quantity + "(value: real, from: string, to: string): real",
			Kernel: rowKernel([]types.Type{types.Real, types.String, types.String}, types.Real, loop),
		}},
		Examples: []string{example},
	}
}

// sized returns units whose zero is that of the base unit.
func sized(sizes map[string]float64) map[string]unit {
	units := make(map[string]unit, len(sizes))
	for name, size := range sizes {
		units[name] = unit{size: size, per: 1}
	}
	return units
}

func temperatureUnits() map[string]unit {
	const ice = 273.15
	fahrenheit := 459.67 // above the absolute zero; each step is rounded, as in the engine, so it is no constant
	fahrenheit = fahrenheit * 5 / 9
	return map[string]unit{
		"Kelvin": {1, 1, 0, false}, "SolarTemperature": {5778, 1, 0, false},
		"DegreeCelsius": {1, 1, ice, false}, "MillidegreeCelsius": {1, 1000, ice, false},
		"DegreeFahrenheit": {5, 9, fahrenheit, false}, "DegreeRankine": {5, 9, 0, false},
		"DegreeDelisle": {-2, 3, ice + 100, false}, "DegreeNewton": {100, 33, ice, false},
		"DegreeReaumur": {5, 4, ice, false}, "DegreeRoemer": {40, 21, ice - 7.5*40/21, false},
	}
}

// angleUnits are in degrees.
func angleUnits() map[string]unit {
	const radian = 180 / math.Pi
	units := sized(map[string]float64{
		"Degree": 1, "Millidegree": 1e-3, "Microdegree": 1e-6, "Nanodegree": 1e-9, "Gradian": 0.9, "Revolution": 360,
		"Radian": radian, "Deciradian": radian * 1e-1, "Centiradian": radian * 1e-2, "Milliradian": radian * 1e-3,
		"Microradian": radian * 1e-6, "Nanoradian": radian * 1e-9,
	})
	units["Arcminute"] = unit{size: 1, per: 60}
	units["Arcsecond"] = unit{size: 1, per: 3600}
	units["NatoMil"] = unit{size: 360, per: 6400}
	units["Tilt"] = unit{size: radian, per: 1, sine: true}
	return units
}
