package builtin

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// versions is parse_version().
func versions() function.Family {
	return function.Family{Title: "Versions", Scalars: []function.Scalar{{
		Doc:       "Returns a version of up to four parts as a decimal that orders as versions do; null if it is none.",
		Overloads: []function.Overload{{Sig: "parse_version(version: string): decimal", Kernel: function.Map1Null(types.String, types.Decimal, parseVersion)}},
		Examples:  []string{`parse_version("1.2.3.4") -> 1000000020000000300000004`, `parse_version("0.2") -> 20000000000000000`, `parse_version("v1") -> `},
	}}}
}

// parseVersion writes the parts with eight digits each, one after the other.
//
// Source: the Kusto documentation, "parse_version()".
func parseVersion(s string) (v types.Decimal128, ok bool) {
	const parts, digits = 4, 8
	given := strings.Split(s, ".")
	if len(given) > parts {
		return v, false
	}
	var text strings.Builder
	for _, part := range given {
		if !isDigits(part) || len(part) > digits {
			return v, false
		}
		text.WriteString(strings.Repeat("0", digits-len(part)) + part)
	}
	text.WriteString(strings.Repeat("0", digits*(parts-len(given))))
	return types.ParseDecimal(text.String())
}
