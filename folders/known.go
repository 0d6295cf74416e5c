package folders

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/zeebo/xxh3"
)

// beginning is how many bytes of a file its digest is of, at most: those of its
// lines when something of it was first stored.
const beginning = 1 << 10

// linesPrefix begins the names of the store's streams of files that are read by
// lines.
const linesPrefix = "lines:"

// An entry is a log of which something has been stored. Its key is the name of a
// stream in the store, whose offset says how far.
type entry struct {
	sum   digest // of the first n bytes
	n     int64
	id    fileID // of the file that it was first met as
	gen   int    // tells apart those that are the same in all this
	table string // that all records go to, if they don't say

	// The registry's mu guards these.
	offset int64
	owner  *file
}

// key returns the name of the entry's stream.
func (e *entry) key() string {
	return fmt.Sprintf("%s%x:%d:%x:%x:%d:%s", linesPrefix, e.sum[:], e.n, e.id.dev, e.id.ino, e.gen, e.table)
}

// parseKey reads what key writes.
func parseKey(key string) (*entry, bool) {
	parts := strings.SplitN(strings.TrimPrefix(key, linesPrefix), ":", 6)
	if len(parts) != 6 {
		return nil, false
	}
	n, err1 := strconv.ParseInt(parts[1], 10, 64)
	dev, err2 := strconv.ParseUint(parts[2], 16, 64)
	ino, err3 := strconv.ParseUint(parts[3], 16, 64)
	gen, err4 := strconv.Atoi(parts[4])
	sum, err0 := hex.DecodeString(parts[0])
	if err0 != nil || len(sum) != len(digest{}) || err1 != nil || err2 != nil || err3 != nil || err4 != nil {
		return nil, false
	}
	return &entry{sum: digest(sum), n: n, id: fileID{dev, ino}, gen: gen, table: parts[5]}, true
}

// A digest is one of bytes of a file.
type digest [16]byte

func digestOf(b []byte) digest { return xxh3.Hash128(b).Bytes() }

// A registry has the entries of all files that were ever followed. It is safe for
// concurrent use.
type registry struct {
	mu      sync.Mutex
	entries map[int64]map[digest][]*entry // by the length of the beginning, and its digest
	held    map[*file]*entry
}

func newRegistry() *registry {
	return &registry{entries: map[int64]map[digest][]*entry{}, held: map[*file]*entry{}}
}

func (r *registry) add(e *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.addLocked(e)
}

func (r *registry) addLocked(e *entry) {
	if r.entries[e.n] == nil {
		r.entries[e.n] = map[digest][]*entry{}
	}
	r.entries[e.n][e.sum] = append(r.entries[e.n][e.sum], e)
}

// alike returns the entries of a table that begin as head does.
func (r *registry) alike(head []byte, table string) []*entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []*entry
	for n, bySum := range r.entries {
		if n > int64(len(head)) {
			continue
		}
		for _, e := range bySum[digestOf(head[:n])] {
			if e.table == table {
				out = append(out, e)
			}
		}
	}
	return out
}

// claim makes x the owner of an entry that has none, and returns its offset.
func (r *registry) claim(e *entry, x *file) (offset int64, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.owner != nil && e.owner != x {
		return 0, false
	}
	r.own(e, x)
	return e.offset, true
}

// create returns a new entry for a file that begins with head, owned by it, which
// is read up to offset. Where another file that begins so was faster and has an
// owner, it returns that one's entry.
func (r *registry) create(x *file, head []byte, offset int64, apart bool) (e, other *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e = &entry{sum: digestOf(head), n: int64(len(head)), id: x.id, table: x.folder.Table, offset: offset}
	for _, have := range r.entries[e.n][e.sum] {
		if have.table != e.table {
			continue
		}
		if have.owner != nil && have.owner != x && !apart {
			return nil, have
		}
		if have.id == e.id {
			e.gen = max(e.gen, have.gen+1)
		}
	}
	r.addLocked(e)
	r.own(e, x)
	return e, nil
}

// owned returns the names of the streams of entries that have an owner.
func (r *registry) owned() (sources []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.held {
		sources = append(sources, e.key())
	}
	return sources
}

// remove forgets what has the name of a stream; it is false for an entry that has an
// owner, which stays.
func (r *registry) remove(source string) bool {
	e, ok := parseKey(source)
	if !ok || !strings.HasPrefix(source, linesPrefix) {
		return true // of a file that is read all at once
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	alike := r.entries[e.n][e.sum]
	for i, have := range alike {
		if have.key() != source {
			continue
		}
		if have.owner != nil {
			return false
		}
		if r.entries[e.n][e.sum] = slices.Delete(alike, i, i+1); len(alike) == 1 {
			delete(r.entries[e.n], e.sum)
		}
		break
	}
	return true
}

// reach notes how far an entry has been stored.
func (r *registry) reach(e *entry, offset int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.offset = offset
}

// state returns the offset of an entry, and its owner.
func (r *registry) state(e *entry) (offset int64, owner *file) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return e.offset, e.owner
}

// leave says that a file no longer is what its entry names.
func (r *registry) leave(x *file) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e := r.held[x]; e != nil {
		e.owner = nil
		delete(r.held, x)
	}
}

// own makes x the owner of e and of nothing else. The caller holds mu.
func (r *registry) own(e *entry, x *file) {
	if old := r.held[x]; old != nil {
		old.owner = nil
	}
	e.owner, r.held[x] = x, e
}

// holds reports whether a file is the owner of an entry.
func (r *registry) holds(x *file) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.held[x] != nil
}
