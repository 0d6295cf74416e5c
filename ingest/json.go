package ingest

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/calypso-kql/calypso/kql/dynamic"
)

// decodeLines decodes a piece with one record per line. Several that follow each other
// on a line, as some collectors write them, are as many records.
func (d *decoder) decodeLines() {
	text := d.scan.text
	for i := 0; i < len(text); {
		if c := text[i]; isBlank(c) {
			if c == '\n' {
				d.line++
			}
			i++
			continue
		}
		lines := d.scan.lines
		next, ok := d.read(i)
		if ok && d.scan.lines == lines {
			for next < len(text) && text[next] != '\n' && isBlank(text[next]) {
				next++
			}
			if next == len(text) || text[next] == '\n' || text[next] == '{' {
				d.decode(i)
				d.scan.lines = lines
				i = next
				continue
			}
		}
		// The mistake is at next, or where the line ends if that comes before.
		end := len(text)
		if n := strings.IndexByte(text[i:], '\n'); n >= 0 {
			end = i + n
		}
		if inner := listStart(text[:end], i); inner > 0 {
			d.tornList(inner, end)
		} else {
			d.report(d.mistake(min(next, end) - i))
		}
		i, d.scan.lines = end, lines
	}
	d.piece.lines = d.line - d.piece.line
}

// tornList decodes the whole records of a list on a line that has a mistake in it:
// those from i on, up to the mistake or the end of the line.
func (d *decoder) tornList(i, end int) {
	text := d.scan.text
	for {
		for i < end && (isBlank(text[i]) || text[i] == ',') {
			i++
		}
		if i == end {
			d.report(errNotClosed)
			return
		}
		next, ok := d.read(i)
		if !ok || next > end {
			d.report(d.mistake(min(next, end) - i))
			return
		}
		d.decode(i)
		i = next
	}
}

// decodeDocument decodes a piece of JSON values that may span lines.
func (d *decoder) decodeDocument() {
	text := d.scan.text
	at, between := 0, " \n\r\t,"
	torn, before := false, 0
	for {
		next := at
		for next < len(text) && strings.IndexByte(between, text[next]) >= 0 {
			next++
		}
		d.line += lines(text[at:next])
		if d.failed != nil {
			return
		}
		if next == len(text) {
			if torn && d.mistakes == before {
				d.report(errNotClosed)
			}
			return
		}
		at = next
		line := d.line
		end, ok := d.read(at)
		if inner := listStart(text, at); !ok && inner > 0 && !torn {
			// A list that is torn: its whole records are read one by one.
			d.line += lines(text[at:inner])
			at, between = inner, " \n\r\t,]}"
			torn, before = true, d.mistakes
			continue
		}
		if ok {
			d.decode(at)
		} else {
			d.line += lines(text[at:min(end, len(text))])
			d.report(d.mistake(end - at))
			if end = nextRecord(text, max(end, at+1)); end < 0 {
				return
			}
		}
		d.line = line + lines(text[at:end])
		at = end
	}
}

// mistake returns what is wrong with the record that the scanner did not come to the
// end of, but to an offset in it.
func (d *decoder) mistake(offset int) error {
	if d.scan.deep {
		d.scan.deep = false
		return fmt.Errorf("not read: its values are nested more than %d deep", dynamic.MaxDepth)
	}
	return &dynamic.SyntaxError{Offset: offset}
}

var errNotClosed = errors.New("the list of records ends early")

// listStart returns the offset behind the bracket that opens the list of records
// at offset at, bare or in an envelope; -1 if there is none.
func listStart(text string, at int) int {
	m := openingOfList.FindStringIndex(text[at:min(len(text), at+200)])
	if m == nil {
		return -1
	}
	return at + m[1]
}

var openingOfList = regexp.MustCompile(`^(\{\s*"([rR]ecords|value)"\s*:\s*)?\[`)

func lines(s string) int { return strings.Count(s, "\n") }

// nextRecord returns where, after a mistake, a line begins with a record again.
func nextRecord(text string, from int) int {
	for {
		i := strings.IndexByte(text[from:], '\n')
		if i < 0 {
			return -1
		}
		from += i + 1
		if from < len(text) && text[from] == '{' {
			return from
		}
	}
}

// readDocument reads all of r as one piece.
func readDocument(r io.Reader) (*piece, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxRecord+1))
	if len(text) > maxRecord {
		return nil, fmt.Errorf("a JSON document of more than %d MiB: write one record per line", maxRecord>>20)
	}
	return &piece{text: text, line: 1}, err
}

func (p *piece) reject(line int, err error) {
	var s *dynamic.SyntaxError
	if errors.As(err, &s) {
		err = fmt.Errorf("not JSON: mistake at byte %d of the record", s.Offset+1)
	}
	p.rejected = append(p.rejected, rejection{line, err})
}
