package output

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/types"
)

const (
	maxCell = 60 // display cells of one column before it is cut
	minCell = 6
)

// writeText writes tables for people: a header, a rule, aligned rows, numbers
// to the right, and the number of rows. Cells that are too wide end in "…".
func writeText(w *bufio.Writer, tables []kql.Table, o Options) error {
	for k, t := range tables {
		if k > 0 {
			w.WriteByte('\n')
		}
		if t.Name != "" {
			fmt.Fprintf(w, "%s\n", t.Name)
		}
		rows, err := textRows(t)
		if err != nil {
			return err
		}
		writeGrid(w, t.Schema, rows, o)
		if len(rows) == 1 {
			fmt.Fprint(w, "1 row\n")
		} else {
			fmt.Fprintf(w, "%d rows\n", len(rows))
		}
	}
	return nil
}

func textRows(t kql.Table) ([][]string, error) {
	var rows [][]string
	var buf []byte
	err := eachRow(t, textCell, func(cells []cell, i int, _ bool) error {
		row := make([]string, len(cells))
		for j, cell := range cells {
			buf = cell(buf[:0], i)
			row[j] = oneLine(buf)
		}
		rows = append(rows, row)
		return nil
	})
	return rows, err
}

// oneLine shows line ends and other control characters as one blank.
func oneLine(b []byte) string {
	return string(bytes.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, b))
}

func writeGrid(w *bufio.Writer, s types.Schema, rows [][]string, o Options) {
	widths := columnWidths(s, rows, o.Width)
	bold, plain := "", ""
	if o.Color {
		bold, plain = "\x1b[1m", "\x1b[0m"
	}
	for j, c := range s.Columns {
		w.WriteString(gap(j) + bold + fit(c.Name, widths[j], c.Type.IsNumeric()) + plain)
	}
	w.WriteByte('\n')
	for j := range s.Columns {
		w.WriteString(gap(j) + strings.Repeat("─", widths[j]))
	}
	w.WriteByte('\n')
	var line strings.Builder
	for _, row := range rows {
		line.Reset()
		for j, text := range row {
			line.WriteString(gap(j) + fit(text, widths[j], s.Columns[j].Type.IsNumeric()))
		}
		w.WriteString(strings.TrimRight(line.String(), " "))
		w.WriteByte('\n')
	}
}

func gap(j int) string {
	if j == 0 {
		return ""
	}
	return "  "
}

// columnWidths gives every column what its widest cell needs, up to maxCell;
// if that is too much for the terminal, the widest columns give way first.
func columnWidths(s types.Schema, rows [][]string, terminal int) []int {
	widths := make([]int, s.Len())
	total := 2 * (s.Len() - 1)
	for j, c := range s.Columns {
		widths[j] = runewidth.StringWidth(c.Name)
		for _, row := range rows {
			widths[j] = max(widths[j], runewidth.StringWidth(row[j]))
		}
		widths[j] = min(widths[j], max(maxCell, runewidth.StringWidth(c.Name)))
		total += widths[j]
	}
	for terminal > 0 && total > terminal {
		widest := 0
		for j := range widths {
			if widths[j] > widths[widest] {
				widest = j
			}
		}
		if widths[widest] <= minCell {
			break
		}
		widths[widest]--
		total--
	}
	return widths
}

func fit(text string, width int, right bool) string {
	if runewidth.StringWidth(text) > width {
		text = runewidth.Truncate(text, width, "…")
	}
	if right {
		return runewidth.FillLeft(text, width)
	}
	return runewidth.FillRight(text, width)
}
