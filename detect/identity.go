package detect

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A digest tells one thing from others.
type digest [16]byte

// GUID returns an identifier that is the same whenever it is made of the same parts.
func GUID(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return digest(h.Sum(nil)[:16]).String()
}

// String writes a digest as Sentinel's alerts have their IDs.
func (d digest) String() string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", d[:4], d[4:6], d[6:8], d[8:10], d[10:])
}

// Run returns an identifier of the evaluation, which its alerts share: of the rule and the window.
func (e *Evaluation) Run() string {
	return GUID("run", e.Rule.ID, strconv.FormatInt(e.From.UnixNano(), 10), strconv.FormatInt(e.To.UnixNano(), 10))
}

// identity derives an alert's ID from the rule, the window (but for a rule that raises
// one alert an event), the rows or their events, and the number of alerts before it that are about
// equal rows. It does not depend on the order of rows, of columns and of what is in lists:
// a query that does not sort may give them in another order when it runs again.
func (e *Evaluation) identity(rows []int, before int) string {
	from, to := e.From.UnixNano(), e.To.UnixNano()
	if e.Rule.Once {
		from, to = 0, 0 // an event has one alert, whichever window finds it
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%d\x00%d\x00%d\x00", e.Rule.ID, from, to, before)
	all := make([]digest, len(rows))
	var buf []byte
	for i, row := range rows {
		buf = e.appendIdentity(buf[:0], row)
		all[i] = digest(sum(buf))
	}
	slices.SortFunc(all, func(a, b digest) int { return bytes.Compare(a[:], b[:]) })
	for i := range all {
		h.Write(all[i][:])
	}
	return digest(h.Sum(nil)[:16]).String()
}

func sum(b []byte) []byte {
	s := sha256.Sum256(b)
	return s[:16]
}

// appendIdentity appends what tells a row apart: its event, or its cells that are not
// empty, in the order of the names of columns.
func (e *Evaluation) appendIdentity(b []byte, row int) []byte {
	if e.Rule.Once && e.cell("ReportId", row) != "" {
		return append(b, e.event(row)...)
	}
	for _, c := range e.texts.named {
		start := len(b)
		b = appendText(b, c.name)
		named := len(b)
		if b = c.appendCell(b, row); len(b) == named {
			b = b[:start]
		}
	}
	return b
}

// appendText appends a text so that what follows does not run into it.
func appendText(b []byte, s string) []byte {
	b = append(strconv.AppendInt(b, int64(len(s)), 10), ':')
	return append(b, s...)
}

// A namedColumn appends what tells a cell of a column apart, nothing for an empty one.
type namedColumn struct {
	name       string
	appendCell func(b []byte, row int) []byte
}

func newNamedColumn(name string, c column.Column, text func(int) string) namedColumn {
	switch c.Type() {
	case types.Real:
		return namedColumn{name, appendReal(c)}
	case types.String, types.Dynamic:
		return namedColumn{name, func(b []byte, row int) []byte { return appendItems(b, text(row)) }}
	}
	return namedColumn{name, func(b []byte, row int) []byte {
		if s := text(row); s != "" {
			b = appendText(b, s)
		}
		return b
	}}
}

// appendReal takes numbers for the same that differ in the last digits, as sums do of the
// same numbers in another order.
func appendReal(c column.Column) func(b []byte, row int) []byte {
	v := column.ViewOf[float64](c)
	return func(b []byte, row int) []byte {
		if v.Null(row) {
			return b
		}
		return append(strconv.AppendFloat(b, v.At(row), 'g', 10, 64), ';')
	}
}

// separators stand between the items of lists: those of dynamics, and of texts that
// strcat_array makes.
const separators = ",;|[]{}\t\r\n"

// appendItems appends a text, of one with separators the items in any order: how many
// there are, and the sum of their hashes.
func appendItems(b []byte, s string) []byte {
	if s == "" {
		return b
	}
	if !strings.ContainsAny(s, separators) {
		return appendText(b, s)
	}
	n, total := 0, uint64(0)
	for item := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		if item = strings.TrimSpace(item); item != "" {
			n++
			total += hashOf(item)
		}
	}
	b = append(strconv.AppendInt(b, int64(n), 10), '*')
	return binary.BigEndian.AppendUint64(b, total)
}

// hashOf is a hash whose bits are all spread, so that sums of them differ.
func hashOf(s string) uint64 {
	h := sha256.Sum256([]byte(s))
	return binary.BigEndian.Uint64(h[:])
}
