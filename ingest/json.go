package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/calypso-kql/calypso/kql/dynamic"
)

// decodeLines decodes a piece with one record a line.
func (d *decoder) decodeLines(p *piece) {
	text, line := p.text, p.line
	for len(text) > 0 {
		var one []byte
		if i := bytes.IndexByte(text, '\n'); i >= 0 {
			one, text = text[:i], text[i+1:]
		} else {
			one, text = text, nil
		}
		if one = bytes.TrimSpace(one); len(one) > 0 {
			d.value(str(one), func(err error) { p.reject(line, err) })
		}
		line++
	}
	p.take(d)
}

// decodeDocument decodes a piece of JSON values that may span lines.
func (d *decoder) decodeDocument(p *piece) {
	text := str(p.text)
	at, line := 0, p.line
	between := " \n\r\t,"
	torn, before := false, 0
	for {
		next := at
		for next < len(text) && strings.IndexByte(between, text[next]) >= 0 {
			next++
		}
		line += bytes.Count(p.text[at:next], []byte{'\n'})
		if next == len(text) {
			if torn && len(p.rejected) == before {
				p.reject(line, errNotClosed)
			}
			break
		}
		at = next
		end, err := valueEnd(text, at)
		if inner := listStart(text, at); err != nil && inner > 0 {
			// A list that is torn: its whole records are read one by one.
			line += lines(text[at:inner])
			at, between = inner, " \n\r\t,]}"
			torn, before = true, len(p.rejected)
			continue
		}
		if err != nil {
			p.reject(line+lines(text[at:min(end, len(text))]), err)
			if end = nextRecord(text, max(end, at+1)); end < 0 {
				break
			}
		} else {
			d.value(text[at:end], func(err error) { p.reject(line, err) })
		}
		line += lines(text[at:end])
		at = end
	}
	p.take(d)
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

var openingOfList = regexp.MustCompile(`^(\{\s*"(records|value)"\s*:\s*)?\[`)

func lines(s string) int { return strings.Count(s, "\n") }

// valueEnd returns the end of the array or object at offset at.
func valueEnd(text string, at int) (int, error) {
	switch text[at] {
	case '{':
		return dynamic.ScanMembers(text, at, func(string, string) bool { return true })
	case '[':
		return dynamic.ScanElements(text, at, func(int, string) bool { return true })
	}
	return at, errNotRecord
}

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
		return nil, fmt.Errorf("a JSON document of more than %d MiB: write one record a line", maxRecord>>20)
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

// take takes the rows out of d.
func (p *piece) take(d *decoder) {
	for _, table := range d.order {
		p.rows = append(p.rows, d.out[table])
	}
	d.out, d.order, d.columns, d.layouts = map[string]*rows{}, nil, map[string]*columns{}, map[layoutKey]*layout{}
	p.text = nil
}
