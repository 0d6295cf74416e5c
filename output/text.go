package output

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/calypso-kql/calypso/internal/oneline"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/types"
)

const (
	maxCell = 60 // display cells of one column before it is cut
	minCell = 6
)

// writeText writes tables for people: a header, a rule, aligned rows, numbers
// to the right, and the number of rows. Cells that are too wide end in "…". A
// table with more columns than the terminal can show side by side is written a
// column a line, row after row.
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
		if o.Width > 0 && narrowest(t.Schema) > o.Width {
			writeRecords(w, t.Schema, rows, o)
		} else {
			writeGrid(w, t.Schema, rows, o)
		}
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
			row[j] = oneline.Blanked(string(buf))
		}
		rows = append(rows, row)
		return nil
	})
	return rows, err
}

func columnNames(s types.Schema) []string {
	names := make([]string, s.Len())
	for j, c := range s.Columns {
		names[j] = oneline.Blanked(c.Name)
	}
	return names
}

// narrowest is the least width in which the columns stand side by side.
func narrowest(s types.Schema) int { return s.Len()*(minCell+2) - 2 }

// writeRecords writes a line for each column.
func writeRecords(w *bufio.Writer, s types.Schema, rows [][]string, o Options) {
	names := columnNames(s)
	width := 0
	for _, n := range names {
		width = max(width, runewidth.StringWidth(n))
	}
	width = min(width, max(o.Width/2, minCell))
	bold, plain := styles(o)
	for i, row := range rows {
		fmt.Fprintf(w, "%s── row %d %s%s\n", bold, i+1, strings.Repeat("─", max(0, min(o.Width, maxCell)-9)), plain)
		for j, text := range row {
			line := fit(names[j], width, false) + "  " + text
			w.WriteString(strings.TrimRight(runewidth.Truncate(line, o.Width, "…"), " ") + "\n")
		}
	}
}

// styles returns what begins and ends what is to stand out.
func styles(o Options) (begin, end string) {
	if o.Color {
		return "\x1b[1m", "\x1b[0m"
	}
	return "", ""
}

func writeGrid(w *bufio.Writer, s types.Schema, rows [][]string, o Options) {
	names := columnNames(s)
	widths := columnWidths(names, rows, o.Width)
	bold, plain := styles(o)
	var line strings.Builder
	for j, c := range s.Columns {
		line.WriteString(gap(j) + fit(names[j], widths[j], c.Type.IsNumeric()))
	}
	w.WriteString(bold + strings.TrimRight(line.String(), " ") + plain + "\n")
	for j := range s.Columns {
		w.WriteString(gap(j) + strings.Repeat("─", widths[j]))
	}
	w.WriteByte('\n')
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
func columnWidths(names []string, rows [][]string, terminal int) []int {
	widths := make([]int, len(names))
	total := 2 * (len(names) - 1)
	for j, name := range names {
		widths[j] = runewidth.StringWidth(name)
		for _, row := range rows {
			widths[j] = max(widths[j], runewidth.StringWidth(row[j]))
		}
		widths[j] = min(widths[j], max(maxCell, runewidth.StringWidth(name)))
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
