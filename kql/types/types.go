// Package types names the scalar types of KQL, the schemas built of them, and
// their values in text: what `datetime(2024-01-01)`, `1.02:03:04` or a GUID
// mean, and how Kusto prints them.
//
// It holds no columns and computes nothing; see package column for the layout
// of values in memory.
package types

// A Type is a scalar type of KQL.
//
// Source: the Kusto documentation, "Scalar data types".
type Type uint8

const (
	// Unknown is the type of an expression that could not be typed, so that one
	// mistake is reported once. It never reaches a plan that runs.
	Unknown Type = iota
	// Bool is true or false.
	Bool
	// Int is a signed 32-bit integer, kept in memory as int64.
	Int
	// Long is a signed 64-bit integer.
	Long
	// Real is an IEEE 754 binary64 number.
	Real
	// Decimal is a 128-bit decimal floating-point number.
	Decimal
	// String is UTF-8 text. A string is never null, only empty.
	String
	// DateTime is a point in time: 100 ns ticks since 0001-01-01T00:00:00Z.
	DateTime
	// TimeSpan is a signed duration in 100 ns ticks.
	TimeSpan
	// GUID is a 128-bit identifier.
	GUID
	// Dynamic is a JSON-like value: a scalar, an array or a property bag.
	Dynamic

	numTypes
)

var typeNames = [numTypes]string{
	"unknown", "bool", "int", "long", "real", "decimal", "string", "datetime", "timespan", "guid", "dynamic",
}

// String returns the KQL name, as in a datatable declaration: "long", "datetime".
func (t Type) String() string {
	if t < numTypes {
		return typeNames[t]
	}
	return "invalid"
}

// DotNet returns the name that the Kusto REST v1 answer gives as DataType:
// "Int64" for long, "SByte" for bool, "SqlDecimal" for decimal, and so on.
func (t Type) DotNet() string {
	switch t {
	case Bool:
		return "SByte"
	case Int:
		return "Int32"
	case Long:
		return "Int64"
	case Real:
		return "Double"
	case Decimal:
		return "SqlDecimal"
	case String:
		return "String"
	case DateTime:
		return "DateTime"
	case TimeSpan:
		return "TimeSpan"
	case GUID:
		return "Guid"
	default:
		return "Object"
	}
}

// Lookup returns the type that KQL text calls name, aliases included ("date",
// "time", "double", "boolean", "uuid" …). Names are case-sensitive.
func Lookup(name string) (Type, bool) {
	switch name {
	case "bool", "boolean":
		return Bool, true
	case "int", "int32", "uint", "uint32", "int16", "uint16", "int8", "uint8", "char":
		return Int, true
	case "long", "int64", "ulong", "uint64":
		return Long, true
	case "real", "double", "float", "single":
		return Real, true
	case "decimal":
		return Decimal, true
	case "string":
		return String, true
	case "datetime", "date":
		return DateTime, true
	case "timespan", "time":
		return TimeSpan, true
	case "guid", "uuid", "uniqueid":
		return GUID, true
	case "dynamic", "object":
		return Dynamic, true
	}
	return Unknown, false
}

// IsInteger reports whether t is int or long.
func (t Type) IsInteger() bool { return t == Int || t == Long }

// IsNumeric reports whether t is int, long, real or decimal.
func (t Type) IsNumeric() bool { return t >= Int && t <= Decimal }

// IsSummable reports whether values of t can be added and divided by a count:
// the numbers and timespan (datetime can only be subtracted).
func (t Type) IsSummable() bool { return t.IsNumeric() || t == TimeSpan }
