package parquet

import "github.com/calypso-kql/calypso/kql/types"

// Only returns the text that a column of texts holds in every row, where the file's
// statistics say that there is no other.
func (file *File) Only(column string) (text string, ok bool) {
	i := file.schema.Index(column)
	if i < 0 || file.fields[i].nested != nil || file.fields[i].own != types.String {
		return "", false
	}
	leaf := file.fields[i].leaf
	for _, rg := range file.pf.Metadata().RowGroups {
		s := rg.Columns[leaf].MetaData.Statistics
		low := string(s.MinValue)
		if low == "" || low != string(s.MaxValue) || s.NullCount > 0 || ok && low != text {
			return "", false
		}
		text, ok = low, true
	}
	return text, ok
}
