package database_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/internal/postgres"
)

// both are tests that hold over each kind of database.
var both = map[string]func(*testing.T, string){"statements": statements, "migrate": migrate, "concurrent": concurrent}

func TestSQLite(t *testing.T) {
	for name, test := range both {
		t.Run(name, func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "a folder?#%.db")) })
	}
}

func TestPostgreSQL(t *testing.T) {
	s := postgres.Start(t)
	for name, test := range both {
		t.Run(name, func(t *testing.T) { test(t, s.URL()) })
	}
	t.Run("a server that goes away", func(t *testing.T) { goesAway(t, s) })
	t.Run("a server that is away at first", func(t *testing.T) { awayAtFirst(t, s) })
}

func open(t *testing.T, source string) *database.DB {
	t.Helper()
	db, err := database.Open(source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func statements(t *testing.T, source string) {
	db := open(t, source)
	must(t, db.Migrate("things", "CREATE TABLE things (id TEXT PRIMARY KEY, n BIGINT NOT NULL, bytes BLOB)"))
	type kind string
	_, err := db.Exec("INSERT INTO things (id, n, bytes) VALUES (?, ?, ?), ('what?', 2, ?)", kind("a?\x00b"), int64(1)<<40, []byte{0, 1, 255}, nil)
	must(t, err)
	var n int64
	var b []byte
	must(t, db.QueryRow("SELECT n, bytes FROM things WHERE n > ? AND id <> 'what?'", 5).Scan(&n, &b))
	if n != 1<<40 || string(b) != "\x00\x01\xff" {
		t.Errorf("read %d, %q", n, b)
	}
	for _, id := range []string{"soon", "soon", "again"} { // the second is there already
		err = db.Soon(func(tx *database.Tx) error {
			if _, err := tx.Exec("UPDATE things SET n = n + 1 WHERE id = 'what?'"); err != nil {
				return err
			}
			_, err := tx.Exec("INSERT INTO things (id, n) VALUES (?, 0)", id)
			return err
		})
	}
	must(t, err)
	must(t, open(t, source).QueryRow("SELECT n FROM things WHERE id = 'what?'").Scan(&n))
	if n != 4 {
		t.Errorf("two of three transactions made of 2 a %d", n)
	}
	must(t, db.Within(func(tx *database.Tx) error {
		_, err := tx.Exec("DELETE FROM things WHERE id IN (?, ?)", "soon", "again")
		return err
	}))
	if err := db.QueryRow("SELECT n FROM things WHERE id = ?", "c").Scan(&n); err != sql.ErrNoRows {
		t.Errorf("no row is %v", err)
	}
	wrong := errors.New("wrong")
	err = db.Within(func(tx *database.Tx) error {
		if _, err := tx.Exec("DELETE FROM things"); err != nil {
			return err
		}
		return wrong
	})
	var count int
	must(t, db.QueryRow("SELECT count(*) FROM things").Scan(&count))
	if err != wrong || count != 2 {
		t.Errorf("after %v there are %d rows", err, count)
	}
	if _, err := db.Exec("INSERT INTO nothing VALUES (1)"); err == nil || errors.Is(err, database.ErrAway) || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("a wrong statement is %v", err)
	}
	reader, err := database.OpenReader(source)
	must(t, err)
	defer reader.Close()
	must(t, reader.Migrate("things", "CREATE TABLE things"))
	rows, err := reader.Query("SELECT id FROM things ORDER BY n")
	must(t, err)
	var ids []string
	for rows.Next() {
		var id string
		must(t, rows.Scan(&id))
		ids = append(ids, id)
	}
	must(t, rows.Err())
	must(t, rows.Close())
	if len(ids) != 2 || ids[0] != "what?" {
		t.Errorf("ids are %q", ids)
	}
	if _, err := reader.Exec("DELETE FROM things"); err == nil {
		t.Error("a reader wrote")
	}
}

func migrate(t *testing.T, source string) {
	one := "CREATE TABLE a (x TEXT NOT NULL); CREATE TABLE b (x TEXT NOT NULL)"
	two := "ALTER TABLE a ADD COLUMN y BIGINT NOT NULL DEFAULT 7"
	db := open(t, source)
	reader, err := database.OpenReader(source)
	must(t, err)
	defer reader.Close()
	if err := reader.Migrate("c", one); err == nil || !strings.Contains(err.Error(), "holds no c") {
		t.Errorf("a reader of nothing: %v", err)
	}
	must(t, db.Migrate("c", one))
	must(t, db.Migrate("c", one))
	_, err = db.Exec("INSERT INTO a VALUES ('1')")
	must(t, err)
	// A step that fails half-way has done nothing.
	if err := db.Migrate("c", one, two+"; CREATE TABLE b (z TEXT)"); err == nil {
		t.Error("a table was made twice")
	}
	var wg sync.WaitGroup // several nodes start at once
	for range 4 {
		wg.Go(func() {
			other, err := database.Open(source)
			if err == nil {
				err = errors.Join(other.Migrate("c", one, two), other.Migrate("d", "CREATE TABLE d (x TEXT)"), other.Close())
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var y int
	must(t, db.QueryRow("SELECT y FROM a").Scan(&y))
	if y != 7 {
		t.Errorf("y is %d", y)
	}
	for _, d := range []*database.DB{db, reader} {
		if err := d.Migrate("c", one); err == nil || !strings.Contains(err.Error(), "c has version 2, and this version of Calypso knows 1") {
			t.Errorf("a newer version: %v", err)
		}
	}
}

// concurrent adds to a number from many transactions at once: none is lost.
func concurrent(t *testing.T, source string) {
	db := open(t, source)
	must(t, db.Migrate("c", "CREATE TABLE c (n BIGINT NOT NULL); INSERT INTO c VALUES (0)"))
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for range 10 {
				err := db.Within(func(tx *database.Tx) error {
					var n int
					if err := tx.QueryRow("SELECT n FROM c").Scan(&n); err != nil {
						return err
					}
					_, err := tx.Exec("UPDATE c SET n = ?", n+1)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	var n int
	must(t, db.QueryRow("SELECT n FROM c").Scan(&n))
	if n != 60 {
		t.Errorf("n is %d", n)
	}
}

func goesAway(t *testing.T, s *postgres.Server) {
	db := open(t, s.URL())
	must(t, db.Migrate("c", "CREATE TABLE c (n BIGINT NOT NULL)"))
	add := func() error {
		return db.Within(func(tx *database.Tx) error {
			_, err := tx.Exec("INSERT INTO c VALUES (1)")
			return err
		})
	}
	must(t, add())
	s.Stop()
	for range 3 {
		if err := add(); !errors.Is(err, database.ErrAway) || !strings.Contains(err.Error(), "postgres://127.0.0.1") {
			t.Errorf("with the server stopped: %v", err)
		}
	}
	if _, err := database.Open(db.String()); !errors.Is(err, database.ErrAway) {
		t.Errorf("opened while the server is stopped: %v", err)
	}
	s.Resume()
	err := add()
	for range 50 {
		if err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
		err = add()
	}
	must(t, err)
	var n int
	must(t, db.QueryRow("SELECT count(*) FROM c").Scan(&n))
	if n != 2 {
		t.Errorf("%d rows", n)
	}
}

// awayAtFirst opens a database whose server is stopped: components wait for it, and
// have their tables when it is there.
func awayAtFirst(t *testing.T, s *postgres.Server) {
	url := s.URL()
	s.Stop()
	db, err := database.OpenAway(url)
	must(t, err)
	defer db.Close()
	var told []string
	db.Watch(func(since time.Time, err error) {
		if since.IsZero() || time.Since(since) > time.Minute {
			t.Errorf("away since %s", since)
		}
		told = append(told, fmt.Sprint(err != nil))
	})
	must(t, db.Migrate("a", "CREATE TABLE a (n BIGINT NOT NULL)"))
	must(t, db.Migrate("b", "CREATE TABLE b (n BIGINT NOT NULL)", "INSERT INTO b VALUES (7)"))
	if _, err := db.Exec("INSERT INTO a VALUES (1)"); !errors.Is(err, database.ErrAway) || !database.Trouble(err) {
		t.Errorf("with the server stopped: %v", err)
	}
	if _, err := db.Away(); !errors.Is(err, database.ErrAway) {
		t.Errorf("it is away with %v", err)
	}
	s.Resume()
	var n int
	for range 100 {
		if err = db.QueryRow("SELECT n FROM b").Scan(&n); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	must(t, err)
	_, err = db.Exec("INSERT INTO a VALUES (1)")
	must(t, err)
	must(t, db.Migrate("c", "CREATE TABLE c (n BIGINT NOT NULL)"))
	if _, err := db.Exec("INSERT INTO nothing VALUES (1)"); database.Trouble(err) {
		t.Errorf("a wrong statement is the database's trouble: %v", err)
	}
	_, err = db.Away()
	if n != 7 || err != nil || strings.Join(told, " ") != "true false" {
		t.Errorf("n is %d, away is %v, told are %q", n, err, told)
	}
}

// TestFileThatTakesNothing has a file whose disk is full, as far as SQLite knows, take
// nothing for a while: that it can be read does not end it.
func TestFileThatTakesNothing(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "full.db"))
	must(t, db.Migrate("c", "CREATE TABLE c (text TEXT NOT NULL)"))
	_, err := db.Exec("PRAGMA max_page_count = 10")
	must(t, err)
	told := make(chan string, 10)
	db.Watch(func(_ time.Time, err error) { told <- fmt.Sprint(err) })
	if _, err = db.Exec("INSERT INTO c VALUES (?)", strings.Repeat("x", 100_000)); !errors.Is(err, database.ErrAway) {
		t.Fatalf("a full disk is %v", err)
	}
	var n int
	must(t, db.QueryRow("SELECT count(*) FROM c").Scan(&n))
	if _, err := db.Away(); err == nil {
		t.Error("it could be read, and is not away any more")
	}
	// What is small is taken, which is found out by asking.
	for range 100 {
		if _, err = db.Away(); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	must(t, err)
	if first, second := <-told, <-told; !strings.Contains(first, "full.db: the database can't be used now: its disk is full: make room") || second != "<nil>" || len(told) > 0 {
		t.Errorf("told are %q, %q", first, second)
	}
}

func TestFilesThatAreWrong(t *testing.T) {
	dir := t.TempDir()
	if _, err := database.OpenReader(filepath.Join(dir, "none.db")); !errors.Is(err, database.ErrAway) {
		t.Errorf("a file that is not there was opened: %v", err)
	}
	text := filepath.Join(dir, "text.db")
	must(t, os.WriteFile(text, []byte(strings.Repeat("no database ", 1000)), 0o600))
	if _, err := database.Open(text); err == nil || !strings.Contains(err.Error(), text) || !strings.Contains(err.Error(), "damaged, or no database") {
		t.Errorf("a text was opened: %v", err)
	}
	later := filepath.Join(dir, "later.db")
	db := open(t, later)
	_, err := db.Exec(fmt.Sprintf("PRAGMA user_version = %d", 99))
	must(t, err)
	if _, err := database.Open(later); err == nil || !strings.Contains(err.Error(), "version 99") {
		t.Errorf("a file of a later version was opened: %v", err)
	}
	if _, err := database.Open("postgres://u:secret@127.0.0.1:1/x?connect_timeout=2"); !errors.Is(err, database.ErrAway) || strings.Contains(err.Error(), "secret") {
		t.Errorf("a server that is not there: %v", err)
	}
}
