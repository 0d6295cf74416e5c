// Package watchlist reads Microsoft Sentinel's watchlists from files: CSV, as they
// are uploaded and exported, and the ARM templates that deploy them.
//
// It promises the columns that _GetWatchlist answers with in a workspace, and the
// rows of the table Watchlist behind it. A file that is no watchlist is an error,
// with its name and, where there is one, its line; nothing is left out.
package watchlist

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/calypso-kql/calypso/kql/types"
)

// A list is one watchlist.
type list struct {
	alias, name string
	file        string
	columns     []string
	items       []item
}

// An item is one row of a watchlist.
type item struct {
	id      string // _DTItemId
	key     string // SearchKey
	updated int64  // LastUpdatedTimeUTC, in ticks
	values  []string
}

// The columns that a workspace adds to those of the list.
const (
	itemID      = "_DTItemId"
	lastUpdated = "LastUpdatedTimeUTC"
	searchKey   = "SearchKey"
)

// newList makes a list of a header and the rows below it. Where the header has
// columns of a workspace, as in what the portal exports, they are not the list's
// own. key is the column that the search keys are in, "" for the first.
func newList(alias, key string, updated int64, header []string, rows [][]string) (*list, error) {
	l := &list{alias: alias, name: alias}
	var own []int
	at := map[string]int{}
	for i, name := range header {
		at[name] = i
		if name != itemID && name != lastUpdated && name != searchKey {
			own = append(own, i)
			l.columns = append(l.columns, name)
		}
	}
	keyAt, err := keyColumn(key, header, at, own)
	if err != nil {
		return nil, err
	}
	for n, row := range rows {
		it := item{key: row[keyAt], updated: updated, values: make([]string, len(own))}
		for i, from := range own {
			it.values[i] = row[from]
		}
		if i, ok := at[lastUpdated]; ok {
			if t, ok := types.ParseDateTime(row[i]); ok {
				it.updated = t
			}
		}
		if i, ok := at[itemID]; ok {
			it.id = row[i]
		} else {
			it.id = makeID(alias, n, row)
		}
		l.items = append(l.items, it)
	}
	return l, nil
}

// keyColumn returns the position of the column that holds the search keys: the one
// called key or, if that is "", SearchKey or the first.
func keyColumn(key string, header []string, at map[string]int, own []int) (int, error) {
	if key != "" {
		if i, ok := at[key]; ok {
			return i, nil
		}
		return 0, &missingKey{key, header}
	}
	if i, ok := at[searchKey]; ok {
		return i, nil
	}
	if len(own) == 0 {
		return 0, &missingKey{searchKey, header}
	}
	return own[0], nil
}

// makeID returns an identifier that an item has as long as the file is the same.
func makeID(alias string, n int, row []string) string {
	h := sha256.New()
	h.Write([]byte(alias + "\x00" + strconv.Itoa(n)))
	for _, v := range row {
		h.Write([]byte("\x00" + v))
	}
	s := hex.EncodeToString(h.Sum(nil)[:16])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// A Set is the watchlists of some files. It is immutable and safe for concurrent
// use.
type Set struct {
	lists map[string]*list
}

// Aliases returns the names of the lists, sorted.
func (s *Set) Aliases() []string {
	names := make([]string, 0, len(s.lists))
	for n := range s.lists {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
