// Package rulecheck says what is wrong with detection rules before they run: what
// their queries have for mistakes, columns that rules name and queries do not answer
// with, and what makes rules miss or repeat events.
package rulecheck

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// A Level is how bad a finding is, by the names of SARIF.
type Level string

// The levels. A rule with an error does not run, or does not what it says.
const (
	Error   Level = "error"
	Warning Level = "warning"
	Note    Level = "note"
)

// A Finding is something about a rule.
type Finding struct {
	File string `json:"file"`
	// Line and Column are where it is, from 1; Column is 0 where only the line is
	// known.
	Line   int   `json:"line"`
	Column int   `json:"column,omitempty"`
	Level  Level `json:"level"`
	// Code is Microsoft's for a finding about a query (KS142), else one of ours
	// (RULE001), which Codes lists.
	Code    string `json:"code"`
	Rule    string `json:"rule,omitempty"` // the rule's name
	Message string `json:"message"`
}

// String writes a finding as compilers do.
func (f Finding) String() string {
	place := fmt.Sprintf("%s:%d", f.File, f.Line)
	if f.Column > 0 {
		place = fmt.Sprintf("%s:%d", place, f.Column)
	}
	return fmt.Sprintf("%s: %s %s: %s", place, f.Level, f.Code, f.Message)
}

// Our own codes.
const (
	codeRead     = "RULE000" // the file or the rule can't be read
	codeLimit    = "RULE001" // Sentinel would refuse this
	codeColumn   = "RULE002" // a column that the query does not answer with
	codeLookBack = "RULE003" // the query looks further back than the rule's period
	codeJoin     = "RULE004" // a join without a kind
	codeTime     = "RULE005" // the answer has no TimeGenerated
	codeEvent    = "RULE006" // the answer lacks a column that a custom detection must have
	codeNRT      = "RULE007" // Defender XDR would not run the query continuously

	codeTechnique  = "RULE008" // a technique that does not exist
	codeDeprecated = "RULE009" // a table or column that is deprecated
	codeTimeBound  = "RULE010" // windows overlap, and the query bounds no time
	codeCostly     = "RULE011" // what makes a query slow
	codeLate       = "RULE012" // a source that arrives later than the rule looks back
	codeSchedule   = "RULE013" // the query and the rule say different schedules
)

// Codes returns what our own codes mean.
func Codes() map[string]string {
	return map[string]string{
		codeRead:     "The rule can't be read",
		codeLimit:    "Sentinel would refuse this; it runs here",
		codeColumn:   "A column is named that the query does not answer with",
		codeLookBack: "The query looks further back than the rule's period, which cuts off what it reads",
		codeJoin:     "A join without a kind keeps one row of the left side for each key (innerunique)",
		codeTime:     "The answer has no TimeGenerated, so that alerts do not say when their events were",
		codeEvent:    "The answer lacks a column that Defender XDR wants of a custom detection",
		codeNRT:      "Defender XDR would not run the query continuously; it runs here",

		codeTechnique:  "MITRE ATT&CK has no such technique",
		codeDeprecated: "A table or column is deprecated",
		codeTimeBound:  "Windows overlap and the query bounds no time, so that events raise alerts again and again",
		codeCostly:     "The query is slower than need be",
		codeLate:       "A source is known to arrive later than the rule looks back",
		codeSchedule:   "The query says another schedule than the rule",
	}
}

// Rule checks one rule over the tables and functions of a catalog.
func Rule(e *kql.Engine, c bind.Catalog, r *detect.Rule) []Finding {
	x := &checker{rule: r, lets: detect.NewConstants()}
	for _, w := range r.Warnings {
		x.found = append(x.found, Finding{File: w.File, Line: w.Line, Level: Warning, Code: codeLimit, Rule: r.Name, Message: w.Field + " " + w.Message})
	}
	q, diags := e.Check(r.Query, c)
	failed := false
	for _, d := range diags {
		level := Note
		switch {
		case d.Severity == syntax.Error || d.Refused: // the rule can't run
			level, failed = Error, true
		case d.Severity == syntax.Warning:
			level = Warning
		}
		x.at(d.Pos, level, d.Code, d.Message)
	}
	if !failed {
		x.columns(q)
	}
	x.query(q.Tree())
	x.techniques()
	slices.SortStableFunc(x.found, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
	return x.found
}

type checker struct {
	rule  *detect.Rule
	lets  detect.Constants // those that were seen
	found []Finding
}

// at notes a finding at a byte of the query.
func (x *checker) at(pos int, level Level, code, message string) {
	before := x.rule.Query[:min(pos, len(x.rule.Query))]
	place := x.rule.QueryPlace
	f := Finding{File: x.rule.File, Line: max(place.Line, 1), Level: level, Code: code, Rule: x.rule.Name, Message: message}
	if lines := strings.Count(before, "\n"); place.Block {
		f.Line += lines
		f.Column = place.Indent + len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1
	} else if lines > 0 {
		f.Message = fmt.Sprintf("%s (line %d of the query)", message, lines+1)
	}
	x.found = append(x.found, f)
}

// note notes a finding about the query as a whole, field one about a field of the rule.
func (x *checker) note(level Level, code, format string, args ...any) {
	x.field("", level, code, format, args...)
}

func (x *checker) field(field string, level Level, code, format string, args ...any) {
	line := cmp.Or(x.rule.Lines[field], max(x.rule.QueryPlace.Line, 1))
	x.found = append(x.found, Finding{File: x.rule.File, Line: line, Level: level, Code: code, Rule: x.rule.Name, Message: fmt.Sprintf(format, args...)})
}

// columns looks for the columns that the rule names in the query's answer.
func (x *checker) columns(q *kql.Query) {
	results := q.Results()
	if len(results) == 0 {
		x.note(Error, codeColumn, "the query answers with no table")
		return
	}
	answer := results[len(results)-1]
	have := func(name string) bool { return answer.Index(name) >= 0 }
	want := func(field, what, column string) {
		if column == "" || have(column) {
			return
		}
		near := ""
		for _, c := range answer.Columns {
			if strings.EqualFold(c.Name, column) {
				near = ": did you mean " + c.Name + "?"
			}
		}
		x.field(field, Error, codeColumn, "%s names the column %s, which the query does not answer with%s", what, column, near)
	}
	const override = "alertDetailsOverride"
	r := x.rule
	for i, m := range r.Entities {
		for _, f := range m.Fields {
			field := fmt.Sprintf("entityMappings[%d]", i)
			want(field, fmt.Sprintf("%s (%s)", field, m.Type), f.Column)
		}
	}
	for _, c := range r.EntityColumns {
		want("sentinelEntitiesMappings", "sentinelEntitiesMappings", c)
	}
	for _, key := range slices.Sorted(maps.Keys(r.CustomDetails)) {
		want("customDetails", "customDetails."+key, r.CustomDetails[key])
	}
	for _, c := range r.Override.Placeholders() {
		want(override, override, c)
	}
	want(override, "alertSeverityColumnName", r.Override.SeverityColumn)
	want(override, "alertTacticsColumnName", r.Override.TacticsColumn)
	for _, p := range slices.Sorted(maps.Keys(r.Override.Properties)) {
		want(override, "alertDynamicProperties."+p, r.Override.Properties[p])
	}
	x.outdated(q, answer)
	x.late(q)
	if r.Origin == detect.CustomDetection {
		x.custom(answer)
		return
	}
	if i := answer.Index("TimeGenerated"); i < 0 || answer.Columns[i].Type != types.DateTime {
		x.note(Note, codeTime, "the answer has no TimeGenerated: alerts say the window's time, not that of their events")
	}
}

// query looks at what makes a rule miss or repeat events, and at what makes it slow.
func (x *checker) query(tree *syntax.Query) {
	costly := newCostly(x)
	syntax.Walk(tree, func(n syntax.Node) bool {
		costly.visit(n)
		switch n := n.(type) {
		case *syntax.LetStmt:
			x.lets.Let(n)
			x.says(n)
		case *syntax.CallExpr:
			x.lookBack(n)
		case *syntax.BinaryExpr:
			x.lookBack(n)
		case *syntax.ExternalDataExpr:
			x.continuous(n.Pos(), "externaldata")
		case *syntax.UnionOp:
			x.continuous(n.Pos(), "union")
		case *syntax.JoinOp:
			x.continuous(n.Pos(), "join")
			if syntax.FindParam(n.Params, "kind") == nil {
				x.at(n.Pos(), Note, codeJoin, "a join without a kind is innerunique, which keeps one row of the left side for each key: write kind=inner if that is meant")
			}
		}
		return true
	})
	costly.tell()
	x.overlap(tree)
}

var place = regexp.MustCompile(`(?s)^(.*?):(\d+):(?:(\d+):)? (?:error (KS\d+): )?(.*)$`)

// placeOfFile is for errors about a file as a whole.
var placeOfFile = regexp.MustCompile(`(?s)^(.*?\.(?:yaml|yml|json|kql)): (.*)$`)

// Unreadable returns the errors of reading rules as findings: rules of kinds that do
// not run here are notes.
func Unreadable(errs []error) (out []Finding) {
	for _, err := range errs {
		f := Finding{Line: 1, Level: Error, Code: codeRead, Message: err.Error()}
		if m := place.FindStringSubmatch(err.Error()); m != nil {
			f.File, f.Message, f.Code = m[1], m[5], cmp.Or(m[4], codeRead)
			f.Line, _ = strconv.Atoi(m[2])   // digits
			f.Column, _ = strconv.Atoi(m[3]) // or nothing
		} else if missing := (*fs.PathError)(nil); errors.As(err, &missing) {
			f.File, f.Message = missing.Path, missing.Err.Error()
		} else if m := placeOfFile.FindStringSubmatch(err.Error()); m != nil {
			f.File, f.Message = m[1], m[2]
		}
		var other *detect.SkippedError
		if errors.As(err, &other) {
			f.Level = Note
		}
		out = append(out, f)
	}
	return out
}
