package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/store"
)

// Deliver stores records, which are JSON objects, in a table. What has been
// delivered under the same ID before is not stored again, and what it returns nil
// for is durable. All records are stored or none.
func (i *Intake) Deliver(ctx context.Context, id, table string, records [][]byte) error {
	d, err := i.Decode(ctx, ingest.Input{Name: id, Into: table, Reader: bytes.NewReader(bytes.Join(records, []byte("\n")))}, 0)
	if err != nil {
		return err
	}
	if d.Records != len(records) || d.Rejected > 0 || d.Broken {
		err := fmt.Errorf("%d of %d records for %s are not understood", len(records)-d.Records, len(records), table)
		for _, p := range d.Problems {
			err = errors.Join(err, errors.New(p.String()))
		}
		return err
	}
	_, err = i.o.Store.Append(ctx, store.Batch{ID: id, Rows: d.Rows})
	return err
}
