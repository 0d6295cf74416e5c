package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/command"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/output"
)

// A workspaceQuery is what a client of the Log Analytics query API sends.
//
// Source: the Azure Monitor documentation, "Azure Monitor Log Analytics API request
// format".
type workspaceQuery struct {
	Query      string   `json:"query"`
	Timespan   string   `json:"timespan"`
	Workspaces []string `json:"workspaces"`
}

// workspaceQuery answers a query as a Log Analytics workspace does. The name of the
// workspace is the client's: there is one here.
func (s *server) workspaceQuery(w http.ResponseWriter, r *http.Request, by caller) {
	s.ask(w, r, by, mayQuery(by), protocol{read: s.readWorkspaceQuery, write: func(out io.Writer, _ *asked, d output.DataSet) error {
		return output.WriteLogAnalytics(out, d, output.Including{
			Render: prefers(r, "include-render") == "true", Statistics: prefers(r, "include-statistics") == "true",
		})
	}})
}

// readWorkspaceQuery reads a query from the body, or from the address of a GET.
func (s *server) readWorkspaceQuery(w http.ResponseWriter, r *http.Request, by caller) (*asked, error) {
	q := workspaceQuery{Query: r.URL.Query().Get("query"), Timespan: r.URL.Query().Get("timespan")}
	if r.Method == http.MethodPost {
		q = workspaceQuery{}
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxQueryBytes)).Decode(&q); err != nil {
			return nil, &bodyError{fmt.Errorf(`the body is not {"query": …, "timespan": …}: %w`, err)}
		}
	}
	switch {
	case q.Query == "":
		return nil, &bodyError{errors.New(`there is no query: want it in "query"`)}
	case command.IsCommand(q.Query):
		return nil, &bodyError{errors.New("this address is for queries: send management commands to /v1/rest/mgmt")}
	case len(slices.DeleteFunc(q.Workspaces, func(name string) bool { return name == r.PathValue("workspace") })) > 0:
		return nil, &bodyError{errors.New(`"workspaces": there is one workspace here: ask the others' servers, or load their logs into this one`)}
	}
	req := kql.Request{Properties: map[string]any{}}
	if seconds, err := strconv.Atoi(prefers(r, "wait")); err == nil && seconds > 0 && seconds < 24*3600 {
		req.Properties["servertimeout"] = fmt.Sprintf("%02d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	}
	if q.Timespan != "" {
		now, _ := types.TicksOf(s.o.Now())
		span, err := parseInterval(q.Timespan, now)
		if err != nil {
			return nil, &bodyError{err}
		}
		req.Properties["query_datetimescope_column"] = "TimeGenerated"
		req.Properties["query_datetimescope_from"] = string(types.AppendDateTime(nil, span.from))
		req.Properties["query_datetimescope_to"] = string(types.AppendDateTime(nil, span.to))
	}
	return s.asked(w, r, by, q.Query, req)
}

// prefers returns what the header Prefer says of a name, as in wait=600.
func prefers(r *http.Request, name string) string {
	for _, line := range r.Header.Values("Prefer") {
		for part := range strings.FieldsFuncSeq(line, func(c rune) bool { return c == ',' || c == ';' || c == ' ' }) {
			if value, ok := strings.CutPrefix(part, name+"="); ok {
				return value
			}
		}
	}
	return ""
}
