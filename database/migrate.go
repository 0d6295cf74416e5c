package database

import (
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// prepare makes the table of versions, of which every component has a row.
func (d *DB) prepare() error {
	if d.reader {
		return d.reachable()
	}
	return d.alone(patience, func(tx *Tx) error {
		_, err := tx.Exec("CREATE TABLE IF NOT EXISTS components (component TEXT PRIMARY KEY, version BIGINT NOT NULL)")
		return err
	})
}

// alone runs f in a transaction while no other node migrates. Each of its statements
// sees what was committed before it, also while f waited for the others, and may take so
// long.
func (d *DB) alone(limit time.Duration, f func(*Tx) error) error {
	return d.within(d.sql, sql.LevelDefault, limit, func(tx *Tx) error {
		if d.dialect.exclusive != "" {
			if _, err := tx.Exec(d.dialect.exclusive); err != nil {
				return err
			}
		}
		return f(tx)
	})
}

func (d *DB) reachable() error {
	var one int
	return d.first("SELECT 1").Scan(&one)
}

// first is QueryRow for what is asked before the database is said to be there.
func (d *DB) first(query string, args ...any) *Row {
	rows, err := d.query(d.anywhere(), query, args)
	return &Row{rows, err}
}

// Migrate brings the tables of a component to the version that has as many steps as
// are given: the step that makes version n is steps[n-1], a list of statements that
// is run as a whole or not at all, once. What a step once said must not be changed
// later. A database in which the component has a later version is refused, and so is
// one with an earlier if it can only be read.
func (d *DB) Migrate(component string, steps ...string) error {
	if err := d.arrive(); err != nil {
		if !d.arrival.awaited || !errors.Is(err, ErrAway) {
			return err
		}
		if d.arrival.await(component, steps) {
			return nil
		}
	}
	return d.migrate(component, steps)
}

func (d *DB) migrate(component string, steps []string) error {
	if d.reader {
		version, err := d.version(component)
		switch {
		case err != nil:
			return err
		case version == len(steps):
			return nil
		case version < len(steps):
			return fmt.Errorf("%s: it holds no %s, or that of an earlier version of Calypso: calypso serve and calypso schedule bring it up to date", d.name, component)
		}
		return d.tooNew(component, version, len(steps))
	}
	for {
		done, err := d.step(component, steps)
		if err != nil || done {
			return err
		}
	}
}

func (d *DB) tooNew(component string, version, known int) error {
	return fmt.Errorf("%s: its %s has version %d, and this version of Calypso knows %d: use the Calypso that wrote it, or a later one", d.name, component, version, known)
}

// step makes the next step of a component; done says that there was none.
func (d *DB) step(component string, steps []string) (done bool, err error) {
	if version, err := d.version(component); err == nil && version == len(steps) {
		return true, nil // as it is mostly, which is not to wait long for a server that hangs
	}
	err = d.alone(migration, func(tx *Tx) error {
		version, err := versionIn(tx.QueryRow, component)
		if err != nil {
			return err
		}
		if version > len(steps) {
			return d.tooNew(component, version, len(steps))
		}
		if done = version == len(steps); done {
			return nil
		}
		if _, err := tx.Exec(d.dialect.step(steps[version])); err != nil {
			return fmt.Errorf("version %d of %s: %w", version+1, component, err)
		}
		_, err = tx.Exec("INSERT INTO components (component, version) VALUES (?, ?) ON CONFLICT (component) DO UPDATE SET version = excluded.version", component, version+1)
		return err
	})
	return done, err
}

func (d *DB) version(component string) (int, error) {
	if there, err := d.hasComponents(); err != nil || !there {
		return 0, err
	}
	return versionIn(d.first, component)
}

// versionIn returns the version of a component, 0 if it has no tables.
func versionIn(first func(string, ...any) *Row, component string) (version int, err error) {
	err = first("SELECT version FROM components WHERE component = ?", component).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return version, err
}

// hasComponents tells whether the table of versions is there.
func (d *DB) hasComponents() (bool, error) {
	var n int
	err := d.first(d.dialect.tables + " = 'components'").Scan(&n)
	return n > 0, err
}
