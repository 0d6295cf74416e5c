package builtin

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/function"
)

// geospatial declares the functions over points, lines, polygons and cells of
// grids. Points are pairs of degrees, geometries GeoJSON; edges are geodesics
// on a sphere. What is invalid gives null.
//
// Source: the Kusto documentation, the pages geo_*().
func geospatial() function.Family {
	return function.Family{Title: "Geospatial functions", Scalars: slices.Concat(
		geoPoints(), geoNearest(), geoLines(), geoPolygons(), geoDensify(), geoSimplify(), geoOverlays(), geoBuffers(),
		geoHashes(), geoS2Cells(), geoH3Cells(), geoTexts(),
	)}
}
