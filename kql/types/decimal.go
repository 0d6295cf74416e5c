package types

import "github.com/woodsbury/decimal128"

// A Decimal128 is a value of type decimal: IEEE 754-2008 decimal128 with 34
// significant digits, which is Kusto's own representation. Comparable with ==
// only after normalising; use Cmp.
type Decimal128 = decimal128.Decimal

// A GUID128 is a value of type guid, in the order in which it is printed.
type GUID128 [16]byte
