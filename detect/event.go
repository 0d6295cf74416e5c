package detect

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// unseen returns the rows that alerts are about: all, or, of a rule that raises one
// alert an event, the first row of each event that has not been seen.
func (e *Evaluation) unseen(seen func(event string) bool) []int {
	out := make([]int, 0, e.Rows)
	here := map[string]bool{}
	for i := range e.Rows {
		if e.Rule.Once {
			event := e.event(i)
			if here[event] || seen != nil && seen(event) {
				continue
			}
			here[event] = true
		}
		out = append(out, i)
	}
	return out
}

// event returns what tells a row's event apart: its time, DeviceId and ReportId, or
// all of the row if it has no ReportId.
//
// Source: Microsoft's documentation of custom detection rules, required columns.
func (e *Evaluation) event(row int) string {
	h := sha256.New()
	add := func(s string) { fmt.Fprintf(h, "%d:%s", len(s), s) }
	if e.cell("ReportId", row) != "" {
		for _, name := range []string{"Timestamp", "TimeGenerated", "DeviceId", "ReportId"} {
			add(e.cell(name, row))
		}
	} else {
		for _, cell := range e.texts.order {
			add(cell(row))
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
