package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A frame is one of a v2 answer, with the keys that clients look at.
type frame struct {
	FrameType, Version, TableKind, TableName, ErrorReportingPlacement string
	IsFragmented, HasErrors                                           bool
	TableID                                                           int `json:"TableId"`
	Columns                                                           []struct{ ColumnName, ColumnType string }
	Rows                                                              [][]any
	RowCount                                                          *int
}

func (f frame) String() string {
	s := f.FrameType
	if f.TableKind != "" {
		s += fmt.Sprintf(" %d %s %s", f.TableID, f.TableKind, f.TableName)
	}
	if f.TableKind == "PrimaryResult" || f.TableKind == "" && f.Rows != nil {
		s += fmt.Sprint(" ", f.Columns, f.Rows)
	}
	if f.RowCount != nil {
		s += fmt.Sprint(" ", *f.RowCount)
	}
	return s
}

func frames(t *testing.T, srv *httptest.Server, query, options string) (out []frame, text string) {
	t.Helper()
	body, _ := json.Marshal(map[string]any{"csl": query, "properties": `{"Options":` + options + `}`})
	status, text := post(t, srv.URL+"/v2/rest/query", string(body), "x-ms-client-request-id", "T;1")
	if err := json.Unmarshal([]byte(text), &out); status != http.StatusOK || err != nil {
		t.Fatalf("%d %v: %s", status, err, text)
	}
	return out, text
}

const twoResults = "print a=1, d=dynamic({'x':2}) | render piechart with (title='T', series=s, accumulate=true); print s='' | as Named"

// Each result is one frame, unless the client wants it cut.
func TestFrames(t *testing.T) {
	srv, _ := serve(t, limits())
	got, text := frames(t, srv, twoResults, "{}")
	want(t, "an answer", fmt.Sprint(got), "[DataSetHeader DataTable 0 QueryProperties @ExtendedProperties"+
		" DataTable 1 PrimaryResult PrimaryResult [{a long} {d dynamic}] [[1 map[x:2]]]"+
		" DataTable 2 PrimaryResult Named [{s string}] [[]]"+
		" DataTable 3 QueryCompletionInformation QueryCompletionInformation DataSetCompletion]")
	if got[0].Version != "v2.0" || strings.Count(text, "\n") > 0 || got[len(got)-1].HasErrors {
		t.Error(text)
	}
	drawn := fmt.Sprint(got[1].Rows[0][2])
	for _, part := range []string{`"Visualization":"piechart"`, `"Title":"T"`, `"Series":["s"]`, `"Accumulate":true`, `"Kind":null`, `"Ymin":"NaN"`} {
		if !strings.Contains(drawn, part) {
			t.Errorf("%s is not in %s", part, drawn)
		}
	}
	if s := fmt.Sprint(got[4].Rows[0]); !strings.Contains(s, "T;1") || !strings.Contains(s, "2026-03-02T12:00:00.0000000Z") || !strings.Contains(s, "4 Info 0 S_OK (0)") {
		t.Error(s)
	}
}

// Kusto's client for Go reads a frame a line, and results in pieces.
func TestFragments(t *testing.T) {
	srv, _ := serve(t, limits())
	got, text := frames(t, srv, twoResults,
		`{"results_v2_newlines_between_frames":true,"results_v2_fragment_primary_tables":true,"results_error_reporting_placement":"end_of_table"}`)
	want(t, "an answer", fmt.Sprint(got), "[DataSetHeader DataTable 0 QueryProperties @ExtendedProperties"+
		" TableHeader 1 PrimaryResult PrimaryResult [{a long} {d dynamic}] [] TableFragment [] [[1 map[x:2]]] TableCompletion 1"+
		" TableHeader 2 PrimaryResult Named [{s string}] [] TableFragment [] [[]] TableCompletion 1"+
		" DataTable 3 QueryCompletionInformation QueryCompletionInformation DataSetCompletion]")
	if !got[0].IsFragmented || got[0].ErrorReportingPlacement != "EndOfTable" {
		t.Errorf("the header is %+v", got[0])
	}
	lines := strings.Split(text, "\n")
	if len(lines) != len(got)+1 || lines[len(got)] != "]" {
		t.Errorf("%d lines for %d frames:\n%s", len(lines), len(got), text)
	}
	for i, line := range lines[1:len(got)] {
		if !strings.HasPrefix(line, ",{") {
			t.Errorf("line %d is %s", i+1, line)
		}
	}
}

// In version 1 the last table says what the others are; a command has one.
func TestContents(t *testing.T) {
	srv, _ := serve(t, limits())
	for query, kinds := range map[string]string{
		twoResults:     "[QueryResult PrimaryResult QueryResult Named QueryProperties @ExtendedProperties QueryStatus QueryStatus]",
		".show tables": "[]",
	} {
		body, _ := json.Marshal(map[string]string{"csl": query})
		_, text := post(t, srv.URL+"/v1/rest/query", string(body))
		var answer struct{ Tables []struct{ Rows [][]any } }
		if err := json.Unmarshal([]byte(text), &answer); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		got := []string{}
		for _, row := range answer.Tables[len(answer.Tables)-1].Rows {
			got = append(got, fmt.Sprint(row[1]), fmt.Sprint(row[2]))
		}
		want(t, query, fmt.Sprint(got), kinds)
	}
}

// What is wrong with a query is an error as a whole in both versions.
func TestWrongInEachVersion(t *testing.T) {
	srv, _ := serve(t, limits())
	for _, version := range []string{"v1", "v2"} {
		status, text := post(t, srv.URL+"/"+version+"/rest/query", `{"csl":"print x"}`)
		if status != http.StatusBadRequest || !strings.Contains(text, "KS142") {
			t.Errorf("%s: %d %s", version, status, text)
		}
	}
	resp, err := http.Get(srv.URL + "/v1/rest/auth/metadata")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound || resp.ContentLength != 0 {
		t.Errorf("where to sign in: %d, %d bytes", resp.StatusCode, resp.ContentLength)
	}
}
