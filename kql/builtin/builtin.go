// Package builtin declares the operators and functions of KQL, each in one
// literal: signatures, documentation, examples and the kernels that compute it.
//
// A file holds one family. [Functions] lists the families; nothing else in the
// repository keeps a list of functions.
package builtin

import "github.com/calypso-kql/calypso/kql/function"

// Functions returns all scalar operators and functions and all aggregates. It
// fails only if a declaration is wrong, which a test excludes.
//
// Operators of expressions are declared under their own spelling ("==",
// "!has_cs", "unary -"); `and` and `or` are not functions, for they evaluate
// their arguments only where needed (see package plan).
func Functions() (*function.Registry, error) {
	return function.NewRegistry(
		arithmetic(),
		comparison(),
		membership(),
		stringSearch(),
		termSearch(),
		conversions(),
		conditionals(),
		mathematics(),
		rounding(),
		bitwise(),
		distributions(),
		stringBasics(),
		concatenations(),
		stringPositions(),
		splitting(),
		replacements(),
		extractions(),
		numberFormats(),
		jsonFunctions(),
		parseFunctions(),
		arrayFunctions(),
		bagFunctions(),
		setFunctions(),
		windowFunctions(),
		seriesFunctions(),
		sketches(),
		aggregates(),
		clock(),
		datetimeParts(),
		datetimePeriods(),
		datetimeFormats(),
		timeZones(),
		ipAddresses(),
		ipMatching(),
		ipInText(),
		ipLocations(),
		hashing(),
		encodings(),
		compression(),
		punycodes(),
		urls(),
		userAgents(),
		versions(),
		session(),
		unitConversions(),
		geospatial(),
		seriesAnalysis(),
	)
}
