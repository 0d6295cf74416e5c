package schedule

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/kql/types"
)

// properties are ExtendedProperties of an alert, named and ordered as in a workspace; all
// are texts. Correlation is the same for all alerts of a window. Events is ours: how many rows the
// alert is about.
type properties struct {
	Period        string `json:"Query Period"`
	Operator      string `json:"Trigger Operator"`
	Threshold     string `json:"Trigger Threshold"`
	Correlation   string `json:"Correlation Id"`
	Count         string `json:"Search Query Results Overall Count"`
	Events        string `json:"Events"`
	Sources       string `json:"Data Sources,omitempty"`
	Query         string `json:"Query"`
	OriginalQuery string `json:"OriginalQuery,omitempty"`
	Start         string `json:"Query Start Time UTC"`
	End           string `json:"Query End Time UTC"`
	RuleIDs       string `json:"Analytic Rule Ids"`
	Grouping      string `json:"Event Grouping"`
	RuleName      string `json:"Analytic Rule Name"`
	Details       string `json:"Custom Details,omitempty"`
	Processed     string `json:"ProcessedBySentinel"`
	Status        string `json:"Alert generation status"`
}

func propertiesText(e *detect.Evaluation, a *detect.Alert, workspace string) (string, error) {
	r := e.Rule
	p := properties{
		Period: string(types.AppendTimeSpan(nil, int64(e.To.Sub(e.From)/100))), Operator: operator(r.Trigger.Operator), Threshold: strconv.Itoa(r.Trigger.Threshold),
		Count: strconv.Itoa(e.Rows), Events: strconv.Itoa(len(a.Rows)), Start: second(e.From), End: second(e.To.Add(time.Second - 1)),
		RuleIDs: list([]string{r.ID}), RuleName: r.Name, Grouping: string(detect.SingleAlert), Query: queryAt(r.Query, e.To),
		Correlation: e.Run(), Processed: "True", Status: "Full alert created",
	}
	if workspace != "" {
		p.Sources = list([]string{workspace})
	}
	if r.Grouping == detect.AlertPerResult && len(a.Rows) == 1 {
		p.Grouping, p.OriginalQuery = "AlertPerEvent", r.Query
		query, err := eventQuery(e, a.Rows[0])
		if err != nil {
			return "", err
		}
		if query != "" {
			p.Query = query
		}
	}
	if len(a.Details) > 0 {
		p.Details = detect.DetailsText(a.Details)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // queries look for what is in the text
	err := enc.Encode(p)
	return string(bytes.TrimSpace(b.Bytes())), err
}

// second writes a time as the properties have it: whole seconds, the window's first within
// them and its last, too.
func second(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

// queryAt is a rule's query as it ran at a time: run again, its now() is that time.
func queryAt(query string, at time.Time) string {
	return fmt.Sprintf("// The rule ran as of query_now.\nset query_now = datetime(%s);\n%s", stamp(at), query)
}

// maxEvent bounds the text of an event's query; of a larger event there is none.
//
// Source: Microsoft's page on troubleshooting analytics rules.
const maxEvent = 10 << 10

// eventQuery is a query that answers with one row of the result, which it holds
// compressed; empty if that is too large. It has the form of Sentinel's, which
// playbooks take apart: the row is the text between [' and '].
func eventQuery(e *detect.Evaluation, row int) (string, error) {
	text, err := e.EventText(row)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	packed := base64.StdEncoding.EncodeToString(b.Bytes())
	if len(packed) > maxEvent {
		return "", nil
	}
	return "// The event of this alert.\nlet alertedEvent = datatable(compressedRec: string)\n['" + packed + "']\n" +
		"| extend raw = todynamic(zlib_decompress_from_base64_string(compressedRec)) | evaluate bag_unpack(raw) | project-away compressedRec;\nalertedEvent", nil
}

func operator(o detect.TriggerOperator) string {
	switch o {
	case detect.LessThan:
		return "LessThan"
	case detect.Equal:
		return "Equal"
	case detect.NotEqual:
		return "NotEqual"
	}
	return "GreaterThan"
}
