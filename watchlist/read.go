package watchlist

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/calypso-kql/calypso/internal/filetree"
	"github.com/calypso-kql/calypso/kql/types"
)

// Options say how watchlists are read.
type Options struct {
	// SearchKeys has the column of the search keys by alias. A list that it does
	// not name has its keys in the column SearchKey or, without one, in the first.
	SearchKeys map[string]string
}

// Open reads the watchlists of files, and of all files in folders whose name ends
// in .csv, .tsv or .json. The alias of a list is the name of its file; a template
// says it itself.
func Open(paths []string, o Options) (*Set, error) {
	s := &Set{lists: map[string]*list{}}
	var errs []error
	for _, path := range paths {
		filetree.Walk(path, func(file string, info fs.FileInfo, err error) {
			if err == nil {
				err = s.read(file, info, o, file == path)
			}
			if err != nil {
				errs = append(errs, fmt.Errorf("watchlist %s: %w", file, err))
			}
		})
	}
	for alias := range o.SearchKeys {
		if s.lists[alias] == nil {
			errs = append(errs, fmt.Errorf("the search key of the watchlist %s: there is no such list", alias))
		}
	}
	return s, errors.Join(errs...)
}

// read reads one file. One that a folder has and whose ending is another is none of
// ours.
func (s *Set) read(file string, info fs.FileInfo, o Options, named bool) error {
	base := filepath.Base(file)
	ext := strings.ToLower(filepath.Ext(base))
	switch {
	case ext == ".csv", ext == ".tsv", ext == ".json":
	case named:
		return errors.New("want a .csv, a .tsv or an ARM template in .json")
	default:
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	updated, _ := types.TicksOf(info.ModTime())
	if ext == ".json" {
		return s.readTemplate(file, text, o, updated)
	}
	comma := ','
	if ext == ".tsv" {
		comma = '\t'
	}
	alias := strings.TrimSuffix(base, filepath.Ext(base))
	l, err := readCSV(alias, o.SearchKeys[alias], string(text), comma, updated)
	if err != nil {
		return err
	}
	return s.add(l, file)
}

func (s *Set) add(l *list, file string) error {
	if before := s.lists[l.alias]; before != nil {
		return fmt.Errorf("the watchlist %s is in %s already", l.alias, before.file)
	}
	l.file = file
	s.lists[l.alias] = l
	return nil
}

// readCSV reads a list with a header. Every row must have as many fields as it.
func readCSV(alias, key, text string, comma rune, updated int64) (*list, error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.Comma = comma
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty: want a line with the names of the columns")
	}
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for i, name := range header {
		name = strings.TrimSuffix(strings.TrimSpace(name), " [UTC]")
		if name == "" {
			return nil, fmt.Errorf("column %d has no name", i+1)
		}
		if seen[name] {
			return nil, fmt.Errorf("there are two columns called %s", name)
		}
		header[i], seen[name] = name, true
	}
	rows, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	return newList(alias, key, updated, header, rows)
}

// A missingKey is a column of search keys that a list does not have.
type missingKey struct {
	key    string
	header []string
}

func (e *missingKey) Error() string {
	return fmt.Sprintf("no column is called %s, for the search keys; there are %s", e.key, strings.Join(e.header, ", "))
}
