package builtin

import (
	"math/rand/v2"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// session are the functions that tell about the query's surroundings, those
// that Calypso knows but does not support among them.
func session() function.Family {
	fromEnv := func(name, doc string, value func(*function.Env) string) function.Scalar {
		return function.Scalar{
			Doc: doc,
			Overloads: []function.Overload{{Sig: name + "(): string", Kernel: function.Kernel{Out: types.String, Run: func(c *function.Call, _ []column.Column, n int) (column.Column, error) {
				return column.NewConst(c.Out, value(c.Env), n), nil
			}}}},
			Volatile: true, // it depends on who asks, so there is no example
		}
	}
	unsupported := func(name, params, result, reason string, in ...types.Type) function.Scalar {
		out, _ := types.Lookup(result)
		return function.Scalar{
			Doc:       "Known, but not supported: " + reason + ".",
			Overloads: []function.Overload{{Sig: name + "(" + params + "): " + result, Kernel: refused(in, out, name, reason)}},
			Volatile:  true, // never answered, so neither folded nor shown in an example
			Hidden:    true, Unsupported: reason,
		}
	}
	const noCursors = "there are no cursors"
	extentid := extentID("extentid")
	extentid.Hidden, extentid.Obsolete = true, "extent_id"
	return function.Family{Title: "Session functions", Scalars: []function.Scalar{
		fromEnv("current_database", "Returns the name of the database that the query runs in.", func(e *function.Env) string { return e.Database }),
		fromEnv("current_cluster_endpoint", "Returns the name of the cluster that the query runs on.", func(e *function.Env) string { return e.Cluster }),
		fromEnv("current_principal", "Returns the name of who runs the query.", func(e *function.Env) string { return e.User }),
		{
			Doc: "Returns a new random guid for each row.",
			Overloads: []function.Overload{{Sig: "new_guid(): guid", Kernel: function.Kernel{Out: types.GUID, Run: func(c *function.Call, _ []column.Column, n int) (column.Column, error) {
				return column.NewVec(c.Out, randomGUIDs(c.Rand(), n), nil), nil
			}}}},
			Volatile: true,
		},
		principalDetails(),
		principalMembership(),
		unsupported("cursor_after", "cursor: string", "bool", noCursors, types.String),
		unsupported("cursor_before_or_at", "cursor: string", "bool", noCursors, types.String),
		unsupported("cursor_current", "", "string", noCursors),
		unsupported("current_cursor", "", "string", noCursors),
		extentID("extent_id"),
		extentid,
		extentTags(),
		unsupported("row_id", "", "string", "rows have no identity but their values"),
		unsupported("rowstore_ordinal_range", "", "dynamic", "there are no row stores"),
		unsupported("current_node_id", "", "string", "there is no cluster of nodes"),
		dataSize(),
	}}
}

// extentID and extentTags answer for records that are in no extent, as all are
// here: the guid of zeros, and no tags.
//
// Sources: the Kusto documentation, "extent_id()", "extent_tags()".
func extentID(name string) function.Scalar {
	return function.Scalar{
		Doc: "Returns the extent of a record: the guid of zeros, as no record here is in one.",
		Overloads: []function.Overload{{Sig: name + "(): guid", Kernel: function.Kernel{Out: types.GUID, Run: func(c *function.Call, _ []column.Column, n int) (column.Column, error) {
			return column.NewConst(c.Out, types.GUID128{}, n), nil
		}}}},
		Examples: []string{name + "() -> 00000000-0000-0000-0000-000000000000"},
	}
}

func extentTags() function.Scalar {
	return function.Scalar{
		Doc: "Returns the tags of a record's extent: nothing, as no record here is in one.",
		Overloads: []function.Overload{{Sig: "extent_tags(): dynamic", Kernel: function.Kernel{Out: types.Dynamic, Run: func(c *function.Call, _ []column.Column, n int) (column.Column, error) {
			return column.NewConst(c.Out, dynamic.Value{}, n), nil
		}}}},
		Examples: []string{"extent_tags() -> null"},
	}
}

// randomGUIDs returns n guids of version 4.
func randomGUIDs(r *rand.Rand, n int) []types.GUID128 {
	out := make([]types.GUID128, n)
	for i := range out {
		for k := range 2 {
			bits := r.Uint64()
			for b := range 8 {
				out[i][8*k+b] = byte(bits >> (8 * b))
			}
		}
		out[i][6] = out[i][6]&0x0f | 0x40
		out[i][8] = out[i][8]&0x3f | 0x80
	}
	return out
}
