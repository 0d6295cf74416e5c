package store

import (
	"strings"
	"time"

	"github.com/calypso-kql/calypso/kql/types"
)

// A streamEnd is how far a stream has been stored, and when somebody last stored of
// it or was interested in it, in ticks.
type streamEnd struct{ offset, at int64 }

// streams are the ends of streams, by name.
type streams map[string]streamEnd

// reach notes that a stream has been stored up to an end.
func (s streams) reach(source string, to streamEnd) {
	have, ok := s[source]
	if !ok || to.offset > have.offset {
		have.offset = to.offset
	}
	have.at = max(have.at, to.at)
	s[source] = have
}

// Offset returns the offset of the last batch of a stream that was stored.
func (s *Store) Offset(source string) (offset int64, ok bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	end, ok := s.seen.ends[source]
	return end.offset, ok
}

// Offsets returns the offsets of all streams whose names begin with prefix.
func (s *Store) Offsets(prefix string) map[string]int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := map[string]int64{}
	for source, end := range s.seen.ends {
		if strings.HasPrefix(source, prefix) {
			out[source] = end.offset
		}
	}
	return out
}

// LastSeen returns, for all streams whose names begin with prefix, when they were
// last stored of, or given to [Store.Touch].
func (s *Store) LastSeen(prefix string) map[string]time.Time {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := map[string]time.Time{}
	for source, end := range s.seen.ends {
		if strings.HasPrefix(source, prefix) {
			out[source] = types.TimeOf(end.at)
		}
	}
	return out
}

// Touch makes now the time at which streams were last seen. It is durable some time
// later, with the log file that is written to now.
func (s *Store) Touch(sources ...string) {
	now, ok := types.TicksOf(s.opt.Now())
	if !ok {
		return
	}
	touch := func(ends streams) {
		for _, source := range sources {
			if end, ok := ends[source]; ok {
				ends[source] = streamEnd{end.offset, now}
			}
		}
	}
	s.mu.Lock()
	touch(s.seen.ends)
	s.mu.Unlock()
	s.log.each(touch)
}

// Forget makes streams unknown, as if nothing of them had ever been stored: for
// those whose messages can't come again, or are known by another stream, too. A crash
// may bring them back.
func (s *Store) Forget(sources ...string) {
	forget := func(ends streams) {
		for _, source := range sources {
			delete(ends, source)
		}
	}
	s.mu.Lock()
	forget(s.seen.ends)
	s.mu.Unlock()
	s.log.each(forget)
}
