package parquet_test

import (
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/parquet"
)

// TestIdentity scans a file twice: columns of the same rows are known to be the same,
// and no others are.
func TestIdentity(t *testing.T) {
	for _, keep := range []bool{false, true} {
		f := openFile(t, write(t, testRows(20_000), parquet.WriterOptions{}), parquet.Options{Keep: keep})
		seen := map[any][2]int{}
		for scan := range 2 {
			for i, b := range readAll(t, f, plan.Scan{Columns: all(f), BatchRows: 5000}) {
				for c := range b.Width() {
					l, isLazy := b.Raw(c).(*column.Lazy)
					if !isLazy {
						continue
					}
					id, rows := l.Origin()
					if id == nil || rows != nil {
						continue
					}
					at, known := seen[id]
					if known != (scan == 1) || known && at != [2]int{i, c} {
						t.Errorf("keep %v, scan %d: column %d of batch %d is that of %v", keep, scan, c, i, at)
					}
					seen[id] = [2]int{i, c}
				}
			}
		}
		if len(seen) == 0 {
			t.Errorf("keep %v: no column is known", keep)
		}
	}
}
