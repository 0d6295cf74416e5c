// Package database keeps what is not a log: which windows of rules have run, and
// what people and systems do with what came of them. It is one database, in a file
// of SQLite or on a PostgreSQL server that several nodes share, and each component
// has its tables in it.
//
// Statements are written once for both: with ? for arguments, in the SQL that both
// have. That means BIGINT and not INTEGER for 64 bits, BLOB for bytes (it becomes
// PostgreSQL's BYTEA), CASE and not max(a, b), a condition and not a number after
// WHERE, the table's name before a column on the right side of ON CONFLICT … DO
// UPDATE SET, and no negative LIMIT. Times are whole numbers. The operator ? of
// PostgreSQL can't be written. INDEXED BY, after a table's name, is for SQLite, which knows
// nothing of what is in a table: PostgreSQL, which does, is not told.
//
// A call ends after 30 seconds with an error if the server does not answer, a step of
// Migrate after half an hour. An error that is not the statement's own fault, but of a
// database that is away, locked or full, is an ErrAway: the same may succeed later.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A DB is an open database. It is safe for concurrent use.
type DB struct {
	sql *sql.DB
	// soon is sql with commits that do not wait for the disk; nil if there are none.
	soon    *sql.DB
	kept    *statements // nil where the driver keeps them
	dialect dialect
	name    string // for messages; without a password
	reader  bool
	arrival arrival
	health  health
}

// dialect is what differs between databases.
type dialect struct {
	// statement writes a statement's arguments and hints as the database does, step a
	// migration's types.
	statement, step func(string) string
	// argument makes a value one that the database takes.
	argument func(any) any
	// tables counts tables of a name, which follows.
	tables string
	// exclusive keeps other nodes from migrating until the transaction ends.
	exclusive string
	isolation sql.IsolationLevel
	// explain says what an error means; conflict, that the transaction may succeed if
	// it is run again, after so many tries; lost, that a connection is lost that was open.
	explain  func(error) (text string, how trouble)
	conflict func(error, int) bool
	lost     func(error) bool
}

// maxConnections is how many connections to a server there are at most, and to a file
// stay open.
const maxConnections = 8

// patience is how long a call may take, migration a step that brings tables up to date:
// it may go through all of a large one.
const (
	patience  = 30 * time.Second
	migration = 30 * time.Minute
)

// Open opens a database: source is the path of a file, which is made if it does not
// exist, or a URL (postgres://user@host:5432/name), for which PostgreSQL's
// environment variables and password file count, too.
func Open(source string) (*DB, error) { return open(source, &DB{}) }

// OpenReader opens a database for reading only. A file must exist.
func OpenReader(source string) (*DB, error) { return open(source, &DB{reader: true}) }

// OpenAway opens a database as Open does, for a process that goes on without it: a
// server that is away now is no error. Until it is there every call is an ErrAway, but
// for those of Migrate, whose steps are then made before anything else.
func OpenAway(source string) (*DB, error) {
	db := &DB{}
	db.arrival.awaited = IsURL(source)
	return open(source, db)
}

func open(source string, db *DB) (*DB, error) {
	db.name = source
	var err error
	if IsURL(source) {
		err = db.openPostgres(source)
	} else {
		err = db.openSQLite(source)
	}
	if err != nil {
		return nil, err
	}
	if err := db.arrive(); err != nil && !(db.arrival.awaited && errors.Is(err, ErrAway)) {
		db.Close()
		return nil, err
	}
	return db, nil
}

// IsURL tells whether a source is a server's URL, rather than the path of a file.
func IsURL(source string) bool {
	return strings.HasPrefix(source, "postgres://") || strings.HasPrefix(source, "postgresql://")
}

// Close closes the database.
func (d *DB) Close() error {
	if d.soon == nil {
		return d.sql.Close()
	}
	return errors.Join(d.soon.Close(), d.sql.Close())
}

// String returns the database's path or URL, without a password.
func (d *DB) String() string { return d.name }

// Exec runs a statement.
func (d *DB) Exec(query string, args ...any) (sql.Result, error) {
	return d.execOn(d.anywhere, query, args)
}

// execOn runs a statement on a connection that is asked for when the database is there.
func (d *DB) execOn(on func() connection, query string, args []any) (sql.Result, error) {
	if err := d.arrive(); err != nil {
		return nil, err
	}
	res, err := d.exec(on(), query, args)
	d.health.note(err, true)
	return res, err
}

// ExecSoon is Exec for what may be done again, as [DB.Soon] is Within for it.
func (d *DB) ExecSoon(query string, args ...any) (sql.Result, error) {
	return d.execOn(func() connection {
		if d.soon == nil {
			return d.anywhere()
		}
		return connection{pool: d.soon, kept: d.kept, limit: patience}
	}, query, args)
}

// Query runs a query. The rows are to be closed.
func (d *DB) Query(query string, args ...any) (*Rows, error) {
	if err := d.arrive(); err != nil {
		return nil, err
	}
	rows, err := d.query(d.anywhere(), query, args)
	d.health.note(err, false)
	return rows, err
}

// QueryRow runs a query of which one row is wanted.
func (d *DB) QueryRow(query string, args ...any) *Row {
	rows, err := d.Query(query, args...)
	return &Row{rows, err}
}

// anywhere is any connection.
func (d *DB) anywhere() connection { return connection{pool: d.sql, kept: d.kept, limit: patience} }

func (d *DB) exec(c connection, query string, args []any) (sql.Result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), c.limit)
	defer cancel()
	res, err := c.exec(ctx, d.dialect.statement(query), d.arguments(args))
	return res, d.explained(err)
}

func (d *DB) query(c connection, query string, args []any) (*Rows, error) {
	ctx, cancel := context.WithTimeout(context.Background(), c.limit)
	rows, err := c.query(ctx, d.dialect.statement(query), d.arguments(args))
	if err != nil {
		cancel()
		return nil, d.explained(err)
	}
	return &Rows{rows, d, cancel}, nil
}

func (d *DB) arguments(args []any) []any {
	if d.dialect.argument == nil {
		return args
	}
	out := make([]any, len(args))
	for i, a := range args {
		out[i] = d.dialect.argument(a)
	}
	return out
}

// Rows are the answer of a query, as of database/sql.
type Rows struct {
	rows   *sql.Rows
	db     *DB
	cancel context.CancelFunc
}

// Next goes to the next row; false if there is none, or an error.
func (r *Rows) Next() bool { return r.rows.Next() }

// Scan copies the row's columns.
func (r *Rows) Scan(dest ...any) error { return r.db.explained(r.rows.Scan(dest...)) }

// Err returns what ended Next, if it was an error.
func (r *Rows) Err() error { return r.db.explained(r.rows.Err()) }

// Close lets go of the rows. It may be called twice.
func (r *Rows) Close() error {
	defer r.cancel()
	return r.rows.Close()
}

// A Row is the first row of an answer.
type Row struct {
	rows *Rows
	err  error
}

// Scan copies the row's columns; the error is sql.ErrNoRows if there is no row.
func (r *Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	return r.rows.Close()
}

// explained says where an error comes from, and what it means.
func (d *DB) explained(err error) error {
	if err == nil || err == sql.ErrNoRows {
		return err
	}
	if text, how := d.dialect.explain(err); how != none {
		return &troubleError{d.name, text, err, how}
	}
	return fmt.Errorf("%s: %w", d.name, err)
}
