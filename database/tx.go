package database

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"time"
)

// A Tx is a transaction. It belongs to one goroutine, and ends with the function that
// Within called.
type Tx struct {
	on connection
	db *DB
}

// Exec runs a statement.
func (t *Tx) Exec(query string, args ...any) (sql.Result, error) {
	return t.db.exec(t.on, query, args)
}

// Query runs a query. The rows are to be closed before the next statement.
func (t *Tx) Query(query string, args ...any) (*Rows, error) { return t.db.query(t.on, query, args) }

// QueryRow runs a query of which one row is wanted.
func (t *Tx) QueryRow(query string, args ...any) *Row {
	rows, err := t.db.query(t.on, query, args)
	return &Row{rows, err}
}

// maxConflicts is how often a transaction is run again that others got in the way of.
const maxConflicts = 20

// Within runs f in a transaction: what it does is done as a whole, as if nothing else
// happened meanwhile, or not at all if it returns an error. Where several nodes
// write, f may be run more than once, and must not build on what a run before did
// outside of the database. When the connection is lost at the end, whether the
// transaction was done is not known: the error is an ErrAway.
func (d *DB) Within(f func(*Tx) error) error { return d.noted(d.sql, f) }

// Soon is Within for what may be done again: it survives the end of this process, but
// perhaps not a loss of the machine's power in the next seconds. What is lost then is
// the last transactions: whatever others did before one that is there is there, too.
func (d *DB) Soon(f func(*Tx) error) error {
	if d.soon == nil {
		return d.noted(d.sql, f)
	}
	return d.noted(d.soon, f)
}

func (d *DB) noted(pool *sql.DB, f func(*Tx) error) error {
	if err := d.arrive(); err != nil {
		return err
	}
	err := d.within(pool, d.dialect.isolation, patience, f)
	d.health.note(err, true)
	return err
}

func (d *DB) within(pool *sql.DB, level sql.IsolationLevel, limit time.Duration, f func(*Tx) error) error {
	for tries := 1; ; tries++ {
		err := d.once(pool, level, limit, f)
		if err == nil || tries > maxConflicts || !d.dialect.conflict(err, tries) {
			return err
		}
		// Those that met are not to meet again.
		time.Sleep(time.Duration(rand.IntN(tries*10*int(time.Millisecond)) + int(time.Millisecond)))
	}
}

func (d *DB) once(pool *sql.DB, level sql.IsolationLevel, limit time.Duration, f func(*Tx) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*limit)
	defer cancel()
	tx, err := d.begin(ctx, pool, &sql.TxOptions{Isolation: level})
	if err != nil {
		return d.explained(err)
	}
	defer tx.Rollback() // does nothing after a commit
	if err := f(&Tx{connection{pool, tx, d.kept, limit}, d}); err != nil {
		return err
	}
	return d.explained(tx.Commit())
}

// begin begins a transaction. A connection that was open and turns out to be lost, of a
// server that has been restarted, is no reason to fail: nothing has been done on it.
func (d *DB) begin(ctx context.Context, pool *sql.DB, o *sql.TxOptions) (tx *sql.Tx, err error) {
	for range maxConnections + 1 { // all that were open may be lost
		tx, err = pool.BeginTx(ctx, o)
		if err == nil || ctx.Err() != nil || !d.dialect.lost(err) {
			break
		}
	}
	return tx, err
}
