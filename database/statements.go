package database

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"time"
)

// statements keeps what SQLite has made of statements, which are few and come again
// and again: to read one takes it longer than to do what most say. PostgreSQL's driver
// does the same by itself.
type statements struct {
	mu   sync.Mutex
	kept map[preparedKey]*sql.Stmt
}

type preparedKey struct {
	pool  *sql.DB
	query string
}

// mostStatements bounds those that are kept: a condition with a list is another
// statement for each length of the list.
const mostStatements = 256

// of returns what is kept of a statement; nil if it is to be run as it is.
func (s *statements) of(ctx context.Context, pool *sql.DB, query string) *sql.Stmt {
	if strings.Contains(query, ";") { // the steps of a migration, each of which runs once
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := preparedKey{pool, query}
	if stmt := s.kept[key]; stmt != nil || len(s.kept) >= mostStatements {
		return stmt
	}
	stmt, err := pool.PrepareContext(ctx, query)
	if err != nil {
		return nil // who runs it says so
	}
	if s.kept == nil {
		s.kept = map[preparedKey]*sql.Stmt{}
	}
	s.kept[key] = stmt
	return stmt
}

// A connection is where statements run: any connection of a pool, or that of a
// transaction.
type connection struct {
	pool *sql.DB
	tx   *sql.Tx
	kept *statements // nil where nothing is kept of statements
	// limit is how long a statement may take.
	limit time.Duration
}

func (c connection) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	if stmt := c.statement(ctx, query); stmt != nil {
		return stmt.ExecContext(ctx, args...)
	}
	if c.tx != nil {
		return c.tx.ExecContext(ctx, query, args...)
	}
	return c.pool.ExecContext(ctx, query, args...)
}

func (c connection) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	if stmt := c.statement(ctx, query); stmt != nil {
		return stmt.QueryContext(ctx, args...)
	}
	if c.tx != nil {
		return c.tx.QueryContext(ctx, query, args...)
	}
	return c.pool.QueryContext(ctx, query, args...)
}

func (c connection) statement(ctx context.Context, query string) *sql.Stmt {
	if c.kept == nil {
		return nil
	}
	stmt := c.kept.of(ctx, c.pool, query)
	if stmt != nil && c.tx != nil {
		return c.tx.StmtContext(ctx, stmt)
	}
	return stmt
}
