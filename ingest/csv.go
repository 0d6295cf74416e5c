package ingest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// delimiterOf returns the delimiter of a file with a header line: the one of
// comma, tab and semicolon that the line has most of. A file with one column, which
// has none, is known by its name. ok is false for other text and for what is no text.
func delimiterOf(head []byte, name string) (comma rune, ok bool) {
	if bytes.IndexByte(head, 0) >= 0 {
		return 0, false
	}
	line, _, _ := bytes.Cut(head, []byte{'\n'})
	most := 0
	for _, c := range []byte{',', '\t', ';'} {
		if n := bytes.Count(line, []byte{c}); n > most {
			comma, most = rune(c), n
		}
	}
	if most == 0 && oneColumn.MatchString(name) {
		comma, most = ',', 1
	}
	return comma, most > 0
}

// separatorLine is the line that Excel writes and reads before the header, to say which
// delimiter a file has.
var separatorLine = regexp.MustCompile(`(?i)^(?:\xef\xbb\xbf)?"?sep=([^"\r\n0-9a-z])"?(?:\r?\n|\r)`)

// separatorOf returns the delimiter that the first line says, and that line's length.
func separatorOf(head []byte) (comma rune, n int, ok bool) {
	m := separatorLine.FindSubmatch(head)
	if m == nil || m[1][0] >= utf8.RuneSelf {
		return 0, 0, false
	}
	return rune(m[1][0]), len(m[0]), true
}

var oneColumn = regexp.MustCompile(`(?i)\.(csv|tsv)(\.gz|\.gzip|\.zst|\.zstd)?$`)

// localTime ends the names of datetime columns that the portal has written in the
// zone of whoever exported them, without saying which one that is.
const localTime = " [Local Time]"

var errLocalTime = errors.New("its times are in a local zone that it does not name: export it in UTC")

// decodeDelimited decodes a whole CSV or TSV file with a header. Portal exports
// write the zone behind the names of datetime columns ("TimeGenerated [UTC]"). A first
// column without a name is left out: it holds row numbers.
func (d *decoder) decodeDelimited(r io.Reader, comma rune) error {
	cr := csv.NewReader(r)
	cr.Comma, cr.FieldsPerRecord, cr.LazyQuotes, cr.ReuseRecord = comma, -1, false, true
	head, err := cr.Read()
	if err != nil {
		return err
	}
	for _, name := range head {
		if strings.HasSuffix(name, localTime) {
			return errLocalTime
		}
	}
	a, keys := d.header(head)
	d.under(a, func() { err = d.delimitedRows(cr, keys) })
	return err
}

// header returns the columns under a header, and what the fields of a row are values of.
// A column that has the name of another gets a number behind it, as those of an answer do.
// One without a name is there if it has values; the first one numbers the rows then.
func (d *decoder) header(head []string) (named *answerColumns, keys []*key) {
	named = &answerColumns{}
	taken := map[string]bool{}
	for i, name := range head {
		name = strings.TrimSuffix(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")), " [UTC]")
		free := name
		if name == "" && i > 0 {
			free = "Column" + strconv.Itoa(i+1)
		}
		for n := 1; taken[free]; n++ {
			free = name + strconv.Itoa(n)
		}
		taken[free] = true
		k := d.keys.get(free)
		keys = append(keys, k)
		if name != "" {
			named.keys, named.types = append(named.keys, k), append(named.types, types.Unknown)
		}
	}
	return named, keys
}

func (d *decoder) delimitedRows(cr *csv.Reader, keys []*key) error {
	var members []member
	for {
		fields, err := cr.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			d.piece.reject(d.piece.line+parse.StartLine-1, parse.Err)
			continue
		}
		if err != nil {
			return err
		}
		row, _ := cr.FieldPos(0)
		d.line = d.piece.line + row - 1
		if len(fields) != len(keys) {
			d.report(fmt.Errorf("%d fields under %d columns", len(fields), len(keys)))
			continue
		}
		members = members[:0]
		for i, f := range fields {
			if keys[i].name != "" && f != "" {
				members = append(members, member{keys[i], value{raw: fieldJSON(f)}})
			}
		}
		d.recordOf(members)
		if d.failed != nil {
			return nil
		}
	}
	return nil
}

// carriageReturns reads text whose lines end in carriage returns alone, as old
// spreadsheets write it.
type carriageReturns struct{ io.Reader }

func (c carriageReturns) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// fieldJSON returns a field as JSON text, so that types are found as in JSON:
// numbers, booleans, arrays and bags stand for themselves, all else is a string.
func fieldJSON(f string) string {
	switch f[0] {
	case '{', '[', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		if _, err := dynamic.ParseJSON(f); err == nil {
			return strings.Clone(f)
		}
	case 't', 'T', 'f', 'F':
		if l := strings.ToLower(f); l == "true" || l == "false" {
			return l
		}
	}
	return dynamic.FromString(f).JSON()
}
