package builtin

import (
	"math"

	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// mathematics declares the functions of real numbers. They compute in binary64,
// decimals included.
//
// Sources: the Kusto documentation, the pages of each function.
func mathematics() function.Family {
	return function.Family{Title: "Mathematical functions", Scalars: []function.Scalar{
		absolute(),
		{
			Doc: "Returns 1, 0 or -1, the sign of a number.",
			Overloads: []function.Overload{
				{Sig: "sign(number: integer): real", Kernel: function.Map1(anyInteger, types.Real, func(n int64) float64 { return signOf(float64(n)) })},
				{Sig: "sign(number: real): real", Kernel: function.Map1(types.Real, types.Real, signOf)},
				{Sig: "sign(number: decimal): real", Kernel: function.Map1(types.Decimal, types.Real, func(d types.Decimal128) float64 { return float64(d.Sign()) })},
			},
			Examples: []string{"sign(-42) -> -1", "sign(11.2) -> 1"},
		},
		named(realFunction("sqrt", "Returns the square root; NaN of a negative number.", math.Sqrt, "sqrt(16) -> 4", "sqrt(-1) -> NaN")),
		named(realFunction2("pow", "base", "exponent", "Returns a base raised to an exponent.", power, "pow(2, 3) -> 8")),
		named(realFunction("exp", "Returns e raised to a number.", exponential, "exp(0) -> 1")),
		named(realFunction("exp2", "Returns 2 raised to a number.", func(x float64) float64 { return power(2, x) }, "exp2(10) -> 1024")),
		named(realFunction("exp10", "Returns 10 raised to a number.", func(x float64) float64 { return power(10, x) }, "exp10(3) -> 1000")),
		named(logarithm("log", "Returns the natural logarithm; null of a negative number.", naturalLogarithm(), "log(1) -> 0", "log(0) -> -Infinity", "log(-1) -> null")),
		named(logarithm("log2", "Returns the logarithm to base 2; null of a negative number.", logarithmTo(func(t *mathTables) twofold { return t.invLn2 }), "log2(8) -> 3")),
		named(logarithm("log10", "Returns the logarithm to base 10; null of a negative number.", logarithmTo(func(t *mathTables) twofold { return t.invLn10 }), "log10(1000) -> 3")),
		named(realFunction("sin", "Returns the sine of an angle in radians.", sine, "sin(0) -> 0")),
		named(realFunction("cos", "Returns the cosine of an angle in radians.", cosine, "cos(0) -> 1")),
		named(realFunction("tan", "Returns the tangent of an angle in radians.", tangent, "tan(0) -> 0")),
		realFunction("cot", "Returns the cotangent of an angle in radians.", func(x float64) float64 { return 1 / tangent(x) }, "cot(1) -> 0.6420926159343306"),
		named(realFunction("asin", "Returns the angle in radians whose sine is given; NaN outside -1 to 1.", arcSine, "asin(0) -> 0", "asin(2) -> NaN")),
		named(realFunction("acos", "Returns the angle in radians whose cosine is given; NaN outside -1 to 1.", arcCosine, "acos(1) -> 0")),
		named(realFunction("atan", "Returns the angle in radians whose tangent is given.", arcTangent, "atan(0) -> 0")),
		named(realFunction2("atan2", "y", "x", "Returns the angle in radians between the x axis and the point (x, y).", arcTangent2, "atan2(0, -1) -> 3.141592653589793")),
		realFunction("degrees", "Converts radians to degrees.", func(x float64) float64 { return 180 / math.Pi * x }, "degrees(pi()) -> 180"),
		realFunction("radians", "Converts degrees to radians.", func(x float64) float64 { return math.Pi / 180 * x }, "radians(180) -> 3.141592653589793"),
		{
			Doc:       "Returns the number pi.",
			Overloads: []function.Overload{{Sig: "pi(): real", Kernel: function.Kernel{Out: types.Real, Run: runPi}}},
			Examples:  []string{"pi() -> 3.141592653589793"},
		},
		realTest("isnan", "Tells whether a number is NaN.", math.IsNaN, "isnan(0.0 / 0.0) -> true", "isnan(1) -> false"),
		realTest("isinf", "Tells whether a number is infinite.", func(x float64) bool { return math.IsInf(x, 0) }, "isinf(1.0 / 0.0) -> true"),
		realTest("isfinite", "Tells whether a number is neither infinite nor NaN.", func(x float64) bool { return x-x == 0 }, "isfinite(1.0) -> true", "isfinite(0.0 / 0.0) -> false"),
		random(),
	}}
}

// named makes a column computed by f take the name of its first argument.
func named(f function.Scalar) function.Scalar {
	f.ResultName = function.NameFirstArgument
	return f
}

// realFunction declares a function of one real number, which also takes
// decimals.
func realFunction(name, doc string, f func(float64) float64, examples ...string) function.Scalar {
	return function.Scalar{Doc: doc, Examples: examples, Overloads: []function.Overload{
		{Sig: name + "(number: real): real", Kernel: function.Map1(types.Real, types.Real, f)},
		{Sig: name + "(number: decimal): real", Kernel: function.Map1(types.Decimal, types.Real, func(d types.Decimal128) float64 { return f(d.Float64()) })},
	}}
}

func realFunction2(name, x, y, doc string, f func(x, y float64) float64, examples ...string) function.Scalar {
	sig := func(a, b string) string { return name + "(" + x + ": " + a + ", " + y + ": " + b + "): real" }
	return function.Scalar{Doc: doc, Examples: examples, Overloads: []function.Overload{
		{Sig: sig("real", "real"), Kernel: function.Map2(types.Real, types.Real, types.Real, f)},
		{Sig: sig("decimal", "decimal"), Kernel: function.Map2(types.Decimal, types.Decimal, types.Real, func(a, b types.Decimal128) float64 { return f(a.Float64(), b.Float64()) })},
	}}
}

func logarithm(name, doc string, f func(float64) float64, examples ...string) function.Scalar {
	log := func(x float64) (float64, bool) { return f(x), !(x < 0) }
	return function.Scalar{Doc: doc, Examples: examples, Overloads: []function.Overload{
		{Sig: name + "(number: real): real", Kernel: function.Map1Null(types.Real, types.Real, log)},
		{Sig: name + "(number: decimal): real", Kernel: function.Map1Null(types.Decimal, types.Real, func(d types.Decimal128) (float64, bool) { return log(d.Float64()) })},
	}}
}

func realTest(name, doc string, f func(float64) bool, examples ...string) function.Scalar {
	return function.Scalar{Doc: doc, Examples: examples, Overloads: []function.Overload{
		{Sig: name + "(number: real): bool", Kernel: function.Map1(types.Real, types.Bool, f)},
	}}
}

func absolute() function.Scalar {
	abs := func(n int64) int64 { return max(n, -n) }
	return function.Scalar{
		Doc: "Returns the absolute value of a number or timespan.",
		Overloads: []function.Overload{
			{Sig: "abs(number: integer): long", Kernel: function.Map1(anyInteger, types.Long, abs)},
			{Sig: "abs(number: real): real", Kernel: function.Map1(types.Real, types.Real, math.Abs)},
			{Sig: "abs(number: decimal): decimal", Kernel: function.Map1(types.Decimal, types.Decimal, func(d types.Decimal128) types.Decimal128 {
				if d.Signbit() {
					return d.Neg()
				}
				return d
			})},
			{Sig: "abs(number: timespan): timespan", Kernel: function.Map1(types.TimeSpan, types.TimeSpan, abs)},
		},
		ResultName: function.NameFirstArgument,
		Examples:   []string{"abs(-5) -> 5", "abs(-1.5) -> 1.5", "abs(-1h) -> 01:00:00"},
	}
}

func signOf(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}
