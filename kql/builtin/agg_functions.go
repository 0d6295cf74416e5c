package builtin

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/function"
)

// aggregates declares the aggregate functions.
func aggregates() function.Family {
	return function.Family{Title: "Aggregate functions", Aggregates: slices.Concat(
		countAggregates(),
		sumAggregates(),
		minMaxAggregates(),
		anyAggregates(),
		argAggregates(),
		distinctAggregates(),
		listAggregates(),
		setAggregates(),
		bagAggregates(),
		varianceAggregates(),
		covarianceAggregates(),
		percentileAggregates(),
		digestAggregates(),
		hllAggregates(),
		schemaAggregates(),
		binaryAggregates(),
	)}
}
