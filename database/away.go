package database

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// ErrAway is what an error is (errors.Is) that the statement is not to blame for:
// the server does not answer, the file is locked, the disk is full.
var ErrAway = errors.New("the database can't be used now")

// trouble is what is wrong with a database, rather than with a statement.
type trouble int

const (
	none        trouble = iota
	unreachable         // it answers nothing: an answer is the end of it
	unwritable          // it may answer, and takes nothing
	lasting             // it is damaged, or lets nobody in: waiting does not help
)

// troubleError says what is wrong with a database. It is an ErrAway unless it lasts.
type troubleError struct {
	name, text string
	err        error
	how        trouble
}

func (e *troubleError) Error() string {
	if e.how == lasting {
		return fmt.Sprintf("%s: %s: %v", e.name, e.text, e.err)
	}
	return fmt.Sprintf("%s: %v: %s: %v", e.name, ErrAway, e.text, e.err)
}

func (e *troubleError) Unwrap() []error {
	if e.how == lasting {
		return []error{e.err}
	}
	return []error{ErrAway, e.err}
}

// Trouble tells whether an error is of the database rather than of what was asked of
// it: those that Watch tells of.
func Trouble(err error) bool {
	var e *troubleError
	return errors.As(err, &e)
}

// arrival is what is to be done before a database is used.
type arrival struct {
	awaited bool // until then calls fail, rather than Open
	there   atomic.Bool

	mu     sync.Mutex
	wanted []component
	tried  time.Time
	err    error // of the last try
}

type component struct {
	name  string
	steps []string
}

// tryAgain is the pause between looks at whether a server has come: those who ask
// meanwhile get the last answer.
const tryAgain = time.Second

// arrive makes what is to be made before the database is used, once.
func (d *DB) arrive() error {
	a := &d.arrival
	if a.there.Load() {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.there.Load() {
		return nil
	}
	if a.err != nil && time.Since(a.tried) < tryAgain {
		return a.err
	}
	a.err = d.settle(a.wanted)
	a.tried = time.Now()
	d.health.set(a.err)
	a.there.Store(a.err == nil)
	return a.err
}

// settle makes the tables of a database that has come.
func (d *DB) settle(wanted []component) error {
	// A reader of a file makes no table, so that it says what is missing.
	if err := d.prepare(); err != nil {
		return err
	}
	for _, c := range wanted {
		if err := d.migrate(c.name, c.steps); err != nil {
			return err
		}
	}
	return nil
}

// await has a component's tables made when the database comes; false if it has come.
func (a *arrival) await(name string, steps []string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.there.Load() {
		return false
	}
	a.wanted = append(a.wanted, component{name, steps})
	return true
}

// health is what calls of late have come to.
type health struct {
	mu    sync.Mutex
	err   error     // of the last that failed since the last that succeeded
	since time.Time // when the first of them failed
	// probing says that a write is on its way that shows whether writes fail still.
	probing bool
	watch   func(since time.Time, err error)
}

// note tells what a call has come to, which wrote or only read. Mistakes in statements
// say nothing of the database.
func (h *health) note(err error, wrote bool) {
	var now, before *troubleError
	if err != nil && !errors.As(err, &now) {
		return
	}
	h.mu.Lock()
	read := err == nil && !wrote && errors.As(h.err, &before) && before.how != unreachable
	h.mu.Unlock()
	if !read { // that it can be read was never in doubt
		h.set(err)
	}
}

func (h *health) set(err error) {
	h.mu.Lock()
	tell := (err == nil) != (h.err == nil)
	if tell && err != nil {
		h.since = time.Now()
	}
	h.err = err
	watch, since := h.watch, h.since
	h.mu.Unlock()
	if tell && watch != nil {
		watch(since, err)
	}
}

// Away returns what calls of late have failed with for which statements are not to
// blame, and since when; no error if the last has not. A database that took nothing is
// tried again, for later answers, since it may be long until there is something to write.
func (d *DB) Away() (since time.Time, err error) {
	h := &d.health
	h.mu.Lock()
	defer h.mu.Unlock()
	var e *troubleError
	if errors.As(h.err, &e) && e.how == unwritable && !h.probing && d.arrival.there.Load() {
		h.probing = true
		go d.probe()
	}
	return h.since, h.err
}

// probe writes something that changes nothing.
func (d *DB) probe() {
	_, _ = d.Exec("UPDATE components SET version = version") // it is noted
	d.health.mu.Lock()
	defer d.health.mu.Unlock()
	d.health.probing = false
}

// Watch has f told when calls begin to fail for which statements are not to blame, and,
// with no error, when they succeed again; since is when they began to fail. f may be
// called concurrently. If they fail already, f is told now.
func (d *DB) Watch(f func(since time.Time, err error)) {
	d.health.mu.Lock()
	d.health.watch = f
	since, err := d.health.since, d.health.err
	d.health.mu.Unlock()
	if err != nil {
		f(since, err)
	}
}
