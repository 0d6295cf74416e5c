package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

func (d *DB) openPostgres(source string) error {
	config, err := pgx.ParseConfig(source)
	if err != nil {
		return fmt.Errorf("PostgreSQL's URL: %w", err) // the library leaves the password out
	}
	d.name = fmt.Sprintf("postgres://%s:%d/%s", config.Host, config.Port, config.Database)
	blob, hint := regexp.MustCompile(`\bBLOB\b`), regexp.MustCompile(`\bINDEXED BY \w+`)
	d.dialect = dialect{
		statement: func(s string) string { return numbered(hint.ReplaceAllString(s, "")) }, step: func(s string) string { return blob.ReplaceAllString(s, "BYTEA") }, argument: storable,
		exclusive: "SELECT pg_advisory_xact_lock(7310305785)", // any number that is ours
		isolation: sql.LevelSerializable, explain: explainPostgres, conflict: conflicting, lost: lostConnection,
		tables: "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename",
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = patience / 3
	}
	set := func(name, value string) {
		if _, ok := config.RuntimeParams[name]; !ok {
			config.RuntimeParams[name] = value
		}
	}
	set("application_name", "calypso")
	set("idle_in_transaction_session_timeout", strconv.Itoa(int(2*patience/time.Millisecond)))
	if d.reader {
		set("default_transaction_read_only", "on")
	}
	d.sql = stdlib.OpenDB(*config)
	d.sql.SetMaxOpenConns(maxConnections)
	d.sql.SetConnMaxIdleTime(5 * time.Minute)
	return nil
}

// numbered writes $1, $2 … for the question marks that are not in quotes.
func numbered(query string) string {
	if !strings.Contains(query, "?") {
		return query
	}
	var b strings.Builder
	quote, n := rune(0), 0
	for _, r := range query {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			quote = r
		case r == '?':
			n++
			fmt.Fprintf(&b, "$%d", n)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// storable replaces what PostgreSQL's texts can't hold: zero bytes, and bytes that
// are not UTF-8.
func storable(v any) any {
	s := reflect.ValueOf(v)
	if s.Kind() != reflect.String {
		return v
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s.String(), "\uFFFD"), "\x00", "\uFFFD")
}

// explainPostgres says what an error means, by PostgreSQL's class of it or by what
// became of the connection.
//
// Source: the appendix "PostgreSQL Error Codes" of its documentation.
func explainPostgres(err error) (text string, how trouble) {
	var e *pgconn.PgError
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.As(err, &e):
		switch {
		case strings.HasPrefix(e.Code, "28"):
			return "the server does not let us in", lasting
		case e.Code == "3D000":
			return "the server has no such database: createdb makes it", lasting
		case strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "57P"):
			return "the server is stopping, starting, or gone", unreachable
		case e.Code == "53100":
			return "the server's disk is full: make room on it", unwritable
		case strings.HasPrefix(e.Code, "53"), strings.HasPrefix(e.Code, "58"):
			return "the server is short of what it needs", unwritable
		case e.Code == "40001" || e.Code == "40P01":
			return "others write the same", unwritable
		}
		return "", none
	case errors.As(err, &connect):
		return "the server does not answer", unreachable
	case errors.Is(err, context.DeadlineExceeded):
		return "the server has not answered in time", unreachable
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, driver.ErrBadConn), errors.Is(err, net.ErrClosed),
		errors.Is(err, pgconn.ErrConnClosed), pgconn.SafeToRetry(err):
		return "the connection is lost", unreachable
	}
	return "", none
}

// lostConnection tells whether a connection is lost that was open; a server that lets
// nobody in is something else.
func lostConnection(err error) bool {
	var connect *pgconn.ConnectError
	_, how := explainPostgres(err)
	return how == unreachable && !errors.As(err, &connect)
}

// conflicting tells whether a transaction failed for what others did meanwhile, and may
// succeed when it is run again. A key that is there already may be of a transaction that
// ran at the same time, which the next run sees; then it is not tried for long.
//
// Source: PostgreSQL's documentation, "Serialization Failure Handling".
func conflicting(err error, tries int) bool {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return false
	}
	return e.Code == "40001" || e.Code == "40P01" || e.Code == "23505" && tries <= 3
}
