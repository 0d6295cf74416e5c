package store

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
)

// The names in a store's folder; format.md says what each file holds.
const (
	lockName      = "LOCK"
	rootName      = "store.json"
	purgesName    = "purges.json"
	notesName     = "notes.json"
	logFolder     = "log"
	endsName      = "ends.json"
	tablesFolder  = "tables"
	damagedFolder = "damaged"
	manifestName  = "manifest.json"
	tableName     = "table.json"
	segmentEnd    = ".parquet"
	sumsEnd       = ".sums"
	termsEnd      = ".terms"
	logEnd        = ".log"
	idsEnd        = ".ids"
	tornEnd       = ".torn"
	tempEnd       = ".tmp"
	droppedEnd    = ".dropped"
	copyEnd       = ".copy"
	damagedEnd    = ".damaged"
)

func logName(seq uint64) string     { return fmt.Sprintf("%012d%s", seq, logEnd) }
func idsName(seq uint64) string     { return fmt.Sprintf("%012d%s", seq, idsEnd) }
func segmentName(seq uint64) string { return fmt.Sprintf("%012d%s", seq, segmentEnd) }

// sumsName is the file with the checksums of a segment.
func sumsName(segment string) string { return strings.TrimSuffix(segment, segmentEnd) + sumsEnd }

// termsName is the file with the term index of a segment.
func termsName(segment string) string { return strings.TrimSuffix(segment, segmentEnd) + termsEnd }

// seqOf returns the number in a file's name, if it ends in end.
func seqOf(name, end string) (uint64, bool) {
	digits, ok := strings.CutSuffix(name, end)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	return n, err == nil
}

// maxFolderName is how long the name of a table's folder may be: file systems take
// 255 bytes, and ends come behind it.
const maxFolderName = 200

// A NameError says that no table can have a name.
type NameError struct{ Table string }

// CheckName returns a [NameError] for what no table can be called.
func CheckName(table string) error {
	if table == "" || len(folderOf(table)) > maxFolderName || strings.ContainsFunc(table, unicode.IsControl) {
		return &NameError{Table: table}
	}
	return nil
}

// Error implements error.
func (e *NameError) Error() string {
	switch {
	case e.Table == "":
		return "a table needs a name"
	case len(folderOf(e.Table)) <= maxFolderName:
		return fmt.Sprintf("the table name %q has control characters", e.Table)
	}
	return fmt.Sprintf("the table name %.20q… is too long: want at most %d letters, digits, - and _; other characters count for three", e.Table, maxFolderName)
}

// folderOf returns the folder's name of a table: the table's own, with what a
// file system may not take as %XX.
func folderOf(table string) string {
	var b strings.Builder
	for _, c := range []byte(table) {
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c == '_', c == '-':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// unfold is the inverse of folderOf.
func unfold(folder string) string {
	name, err := url.PathUnescape(folder)
	if err != nil {
		return folder
	}
	return name
}

func (s *Store) tableDir(table string) string {
	return filepath.Join(s.dir, tablesFolder, folderOf(table))
}
