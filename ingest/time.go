package ingest

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

// ParseTime reads a time as Microsoft's logs write it, in ticks: everything that
// todatetime() reads, and hours without a leading zero
// ("2022-09-09T8:48:50.361Z"), and the comma that the portal's exports write
// behind the date. Fractions beyond 100 ns are cut; a time without
// a zone is UTC.
func ParseTime(s string) (ticks int64, ok bool) {
	if t, ok := types.ParseDateTime(s); ok {
		return t, true
	}
	if i := strings.IndexByte(s, 'T'); i > 0 && i+2 < len(s) && s[i+2] == ':' {
		return types.ParseDateTime(s[:i+1] + "0" + s[i+1:])
	}
	if date, clock, ok := strings.Cut(s, ", "); ok {
		return types.ParseDateTime(date + " " + clock)
	}
	return 0, false
}

// looksLikeTime reports whether s is an ISO 8601 time with date and clock: what
// a column must hold throughout to become a datetime without a schema.
func looksLikeTime(s string) bool {
	if len(s) < 16 || len(s) > 40 || s[4] != '-' || s[7] != '-' || s[10] != 'T' && s[10] != ' ' {
		return false
	}
	_, ok := ParseTime(s)
	return ok
}
