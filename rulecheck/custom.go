package rulecheck

import (
	"fmt"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/kql/types"
)

// custom looks for the columns that Defender XDR wants of a custom detection.
//
// Source: Microsoft's documentation of custom detection rules, required columns.
func (x *checker) custom(answer types.Schema) {
	has := func(name string) bool { return answer.Index(name) >= 0 }
	if !has("Timestamp") && !has("TimeGenerated") {
		x.note(Error, codeEvent, "the answer has no Timestamp, which says when an event was: let summarize keep it, as arg_max(Timestamp, *) does")
	}
	if !has("ReportId") {
		x.note(Warning, codeEvent, "the answer has no ReportId, which with Timestamp tells events apart: equal rows are one event, and rows that change are new ones")
	}
}

// continuous notes an operator that a rule can't have in Defender XDR if it runs
// continuously.
func (x *checker) continuous(pos int, what string) {
	if x.rule.Origin == detect.CustomDetection && x.rule.Kind == detect.NRT {
		x.at(pos, Warning, codeNRT, fmt.Sprintf("Defender XDR does not run a rule with %s continuously (period 0)", what))
	}
}
