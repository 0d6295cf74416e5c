package bind

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

// namedShape returns the shape that a function always gives.
func namedShape(name string) *shape {
	switch name {
	case "split", "parse_command_line", "treepath", "bag_keys", "column_names_of", "labels", "extent_tags",
		"geo_polygon_to_s2cells", "geo_line_to_s2cells", "geo_geohash_neighbors", "geo_s2cell_neighbors", "geo_h3cell_neighbors",
		"geo_h3cell_children", "geo_polygon_to_h3cells":
		return arrayOf(scalarShape(types.String))
	case "series_fir", "series_iir", "series_divide", "series_pow", "series_seasonal", "series_exp", "series_sin", "series_asin",
		"series_cos", "series_acos", "series_tan", "series_atan", "series_log", "jaccard_index":
		return arrayOf(scalarShape(types.Real))
	case "series_greater", "series_greater_equals", "series_less", "series_less_equals", "series_equals", "series_not_equals":
		return arrayOf(scalarShape(types.Bool))
	case "series_sign":
		return arrayOf(scalarShape(types.Long))
	case "zip":
		return arrayOf(arrayOf(nil))
	case "geo_h3cell_rings":
		return arrayOf(arrayOf(scalarShape(types.String)))
	case "extract_all", "extractall", "parse_csv", "to_utf8",
		"unicode_codepoints_from_string", "base64_decode_toarray", "datetime_list_timezones", "tdigest", "tdigest_merge", "merge_tdigest",
		"hll", "hll_if", "hll_merge", "percentiles_array", "percentiles_array_tdigest", "ipv4_range_to_cidr_list",
		"series_add", "series_subtract", "series_multiply", "series_floor":
		return arrayOf(nil)
	case "series_stats_dynamic":
		return bagOf(types.Real, "min", "max", "avg", "stdev", "variance").with(types.Long, "min_idx", "max_idx")
	case "series_fit_line_dynamic":
		s := bagOf(types.Real, "rsquare", "slope", "variance", "rvariance", "interception")
		s.props["line_fit"] = arrayOf(scalarShape(types.Real))
		return s
	case "geo_from_wkt", "geo_point_buffer", "geo_line_buffer", "geo_polygon_buffer", "geo_intersection_2lines",
		"geo_intersection_line_with_polygon", "geo_intersection_2polygons", "geo_union_polygons_array", "geo_union_lines_array",
		"geo_polygon_densify", "geo_polygon_centroid", "geo_line_centroid", "geo_line_densify", "geo_line_simplify",
		"geo_line_interpolate_point", "geo_closest_point_on_line", "geo_closest_point_on_polygon", "geo_polygon_simplify",
		"geo_simplify_polygons_array", "geo_geohash_to_central_point", "geo_geohash_to_polygon", "geo_s2cell_to_central_point",
		"geo_s2cell_to_polygon", "geo_h3cell_to_central_point", "geo_h3cell_to_polygon":
		s := bagOf(types.String, "type")
		s.props["coordinates"] = arrayOf(nil)
		return s
	case "parse_url", "parseurl":
		return bagOf(types.String, "Scheme", "Host", "Port", "Path", "Username", "Password", "Fragment")
	case "parse_path":
		return bagOf(types.String, "Scheme", "RootPath", "DirectoryPath", "DirectoryName", "Filename", "Extension", "AlternateDataStreamName")
	case "current_principal_details":
		return bagOf(types.String, "UserPrincipalName", "IdentityProvider", "Authority", "Mfa", "Type", "DisplayName", "ObjectId", "FQN", "Notes")
	case "parse_xml", "parse_urlquery", "parseurlquery", "parse_user_agent",
		"pack", "bag_pack", "pack_dictionary", "pack_all", "bag_pack_columns", "bag_merge", "bag_remove_keys",
		"bag_zip", "series_fit_2lines_dynamic", "make_bag", "make_bag_if", "make_dictionary", "buildschema":
		return &shape{kind: shapeBag}
	}
	return nil
}

// partShape returns the shape of the arrays among the columns that a function of a
// series yields.
func partShape(name string) *shape {
	if strings.HasPrefix(name, "series_decompose") {
		return arrayOf(nil)
	}
	return arrayOf(scalarShape(types.Real))
}

func arrayOf(elem *shape) *shape { return &shape{kind: shapeArray, elem: elem} }

// bagOf returns the shape of a bag with values of one type under some names.
func bagOf(t types.Type, names ...string) *shape {
	return (&shape{kind: shapeBag, props: map[string]*shape{}}).with(t, names...)
}

func (s *shape) with(t types.Type, names ...string) *shape {
	for _, name := range names {
		s.props[name] = scalarShape(t)
	}
	return s
}
