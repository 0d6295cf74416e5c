package bind

import (
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// schemaMerge makes one schema of several, which are rows as getschema has them.
// Numbers of several types become the widest. Other types, and with PreserveOrder a
// column at two positions, are an error that stands where the type would.
//
// Source: the Kusto documentation, "schema_merge plugin".
func (b *binder) schemaMerge(sc *scope, in table, op *syntax.EvaluateOp) table {
	args, ok := b.pluginArgs(op, 0, "PreserveOrder")
	if !ok {
		return unknownTable()
	}
	want := types.NewSchema(types.Column{Name: "ColumnName", Type: types.String}, types.Column{Name: "ColumnOrdinal", Type: types.Int},
		types.Column{Name: "DataType", Type: types.String}, types.Column{Name: "ColumnType", Type: types.String})
	for _, c := range want.Columns {
		i := in.schema().Index(c.Name)
		if in.open {
			return unknownTable()
		}
		if have := types.Unknown; i < 0 || in.schema().Columns[i].Type != c.Type {
			if i >= 0 {
				have = in.schema().Columns[i].Type
			}
			if have == types.Long && c.Type == types.Int {
				continue
			}
			b.report(schemaDiffers(op.Call, want, in.schema().Visible()))
			return unknownTable()
		}
	}
	preserve := constOf(types.Bool, true)
	if a := args["PreserveOrder"]; a != nil {
		preserve = b.constant(sc, a, types.Bool)
	}
	if preserve.unknown() {
		return unknownTable()
	}
	return b.inKQL(sc, in, op, map[string]value{"__preserve": preserve}, schemaMergeText)
}

const schemaMergeText = `summarize __types = make_set(ColumnType), __data = take_any(DataType), __low = min(ColumnOrdinal), __high = max(ColumnOrdinal) by ColumnName
| extend __out = __preserve and __low != __high
| extend ColumnType = case(
    __out, "ERROR(columns are out of order)",
    array_length(__types) == 1, tostring(__types[0]),
    array_length(set_difference(__types, dynamic(["int", "long"]))) == 0, "long",
    array_length(set_difference(__types, dynamic(["int", "long", "real"]))) == 0, "real",
    array_length(set_difference(__types, dynamic(["int", "long", "real", "decimal"]))) == 0, "decimal",
    strcat("ERROR(no common type: ", strcat_array(array_sort_asc(__types), ", "), ")"))
| extend DataType = case(
    ColumnType startswith "ERROR", strcat("ERROR(unknown CSL type:", ColumnType, ")"),
    array_length(__types) == 1, __data,
    ColumnType == "long", "System.Int64", ColumnType == "real", "System.Double", "System.Data.SqlTypes.SqlDecimal")
| sort by __out asc, __high asc, ColumnName asc
| project ColumnName, ColumnOrdinal = toint(case(__out, -1, __preserve, __low, row_number() - 1)), DataType, ColumnType`
