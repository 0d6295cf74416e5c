package external

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
)

// A FormatError says what is wrong with the form of data, with Kusto's code.
//
// Source: the Azure Data Explorer documentation, "Ingestion error codes".
type FormatError struct{ Code, Text string }

func (e *FormatError) Error() string { return e.Text }

// endMark is read behind the last record, as one more: if it is not, a quote is open.
const endMark = "\x00end of the records\x00"

// separated returns the fields of each record of a text. If it is strict, a record with
// another number of fields than the first one, and a quote that is not closed, are
// errors.
func separated(text io.Reader, comma rune, strict bool) func() ([]string, error) {
	if !strict {
		r := csv.NewReader(text)
		r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = comma, -1, true, true
		return r.Read
	}
	r := csv.NewReader(io.MultiReader(text, strings.NewReader("\n"+endMark+"\n")))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = comma, -1, true, true
	want := -1
	return func() ([]string, error) {
		fields, err := r.Read()
		if err != nil {
			return nil, err
		}
		last := fields[len(fields)-1]
		line, _ := r.FieldPos(len(fields) - 1)
		switch {
		case fields[0] == endMark:
			return nil, io.EOF
		case strings.HasSuffix(last, endMark+"\n"), strings.HasSuffix(last, endMark):
			return nil, &FormatError{"Stream_ClosingQuoteMissing", fmt.Sprintf("line %d, field %d: the quote is not closed", line, len(fields))}
		case want >= 0 && len(fields) != want:
			return nil, &FormatError{"Stream_WrongNumberOfFields", fmt.Sprintf("line %d: %d fields, where the first record has %d", line, len(fields), want)}
		}
		want = len(fields)
		return fields, nil
	}
}
