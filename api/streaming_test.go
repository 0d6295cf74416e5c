package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
	"github.com/calypso-kql/calypso/store"
)

// makeThings makes a table Things (a: long, b: string).
func makeThings(t *testing.T, s *store.Store) types.Schema {
	t.Helper()
	schema := types.NewSchema(types.Column{Name: "a", Type: types.Long}, types.Column{Name: "b", Type: types.String})
	first := column.NewBatch(1, []column.Column{column.NewVec(types.Long, []int64{0}, nil), column.NewVec(types.String, []string{"first"}, nil)})
	if _, err := s.Append(context.Background(), store.Batch{Rows: []store.Rows{{Table: "Things", Schema: schema, Rows: first}}}); err != nil {
		t.Fatal(err)
	}
	return schema
}

func zipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text)) // memory takes all
	_ = z.Close()
	return b.String()
}

func inParquet(t *testing.T, s types.Schema) string {
	t.Helper()
	var b bytes.Buffer
	w, err := parquet.NewWriter(&b, s, parquet.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	rows := column.NewBatch(2, []column.Column{column.NewVec(types.Long, []int64{1, 2}, nil), column.NewVec(types.String, []string{"x", "y,z"}, nil)})
	if err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestStreamingIngestion(t *testing.T) {
	srv, s := serve(t, limits())
	schema := makeThings(t, s)
	for _, m := range []intake.Mapping{
		{Table: "Things", Kind: "json", Name: "m", Text: `[{"column":"a","Properties":{"Path":"$.x.n"}},{"column":"b","Properties":{"ConstValue":"c"}}]`},
		{Table: "Things", Kind: "csv", Name: "m", Text: `[{"column":"b","Properties":{"Ordinal":"0"}},{"column":"a","Properties":{"Ordinal":"1"}}]`},
	} {
		if err := intake.SaveMapping(s, m); err != nil {
			t.Fatal(err)
		}
	}
	two := `[[1,"x"],[2,"y,z"]]`
	for _, c := range []struct{ address, body, rows string }{
		{"streamFormat=csv", "1,x\r\n2,\"y,z\"\r\n", two},
		{"streamFormat=csv", "1,x\r\n2,\"y,z\"", two},
		{"streamFormat=Csv", zipped("1,x\n2,\"y,z\""), two},
		{"streamFormat=tsv", "1\tx\n2\ty,z\n", two},
		{"streamFormat=tsve", "1\tx\n2\ty\\,z\n", two},
		{"streamFormat=psv", "1|x\n2|y,z\n", two},
		{"streamFormat=scsv", "1;x\n2;y,z\n", two},
		{"streamFormat=sohsv", "1\x01x\n2\x01y,z\n", two},
		{"streamFormat=json", `{"a":1,"b":"x","c":true}` + "\n" + `{"b":"y,z","a":"2"}`, two},
		{"streamFormat=MultiJSON", "[{\n\"a\":1,\"b\":\"x\"},\n{\"a\":2,\"b\":\"y,z\"}]", two},
		{"streamFormat=txt", "1\n\n2\n", `[[1,""],[2,""]]`},
		{"streamFormat=parquet", inParquet(t, schema), two},
		{"streamFormat=json&mappingName=m", `{"x":{"n":7}}`, `[[7,"c"]]`},
		{"StreamFormat=psv&mappingName=m", `x|1`, `[[1,"x"]]`},
		{"streamFormat=csv", "no number,x\n", `[[null,"x"]]`},
		{"streamFormat=csv", "", `[]`},
	} {
		status, text := post(t, srv.URL+"/v1/rest/ingest/Any/Things?"+c.address, c.body)
		n := strings.Count(c.rows, "[") - 1
		want(t, c.address, fmt.Sprint(status, text), fmt.Sprintf(`200{"Tables":[{"TableName":"Table_0","Columns":[`+
			`{"ColumnName":"ConsumedRecordsCount","DataType":"Int64","ColumnType":"long"},{"ColumnName":"UpdatePolicyStatus","DataType":"String","ColumnType":"string"},`+
			`{"ColumnName":"UpdatePolicyFailureCode","DataType":"String","ColumnType":"string"},{"ColumnName":"UpdatePolicyFailureReason","DataType":"String","ColumnType":"string"}],`+
			`"Rows":[[%d,"Inactive","Unknown",null]]}]}`, n))
		want(t, c.address+": rows", ask(t, srv, "Things | where b != 'first' | sort by a asc"), c.rows)
		columns, _ := s.Schema("Things")
		if err := s.Refill("Things", store.Refilling{Schema: columns}); err != nil {
			t.Fatal(err)
		}
	}
	post(t, srv.URL+"/v1/rest/ingest/Any/Things?streamFormat=csv", "1,x")
	want(t, "arrival", ask(t, srv, "Things | project ingestion_time()"), `[["2026-03-02T12:00:00Z"]]`)
}

func TestStreamingIngestionRefuses(t *testing.T) {
	small := limits()
	small.Body = 1 << 12
	srv, s := serve(t, small)
	makeThings(t, s)
	for _, c := range []struct {
		address, body string
		status        int
		want          string
	}{
		{"Nothing?streamFormat=csv", "1", 400, "BadRequest_EntityNotFound"},
		{"Things", "1", 400, "want streamFormat"},
		{"Things?streamFormat=avro", "1", 400, "avro is not supported"},
		{"Things?streamFormat=w3clogfile", "1", 400, "w3clogfile is not supported"},
		{"Things?streamFormat=json&mappingName=m", "{}", 400, `no json mapping called \"m\"`},
		{"Things?streamFormat=json&sourceKind=uri", "{}", 400, "sourceKind=uri is not supported"},
		{"Things?streamFormat=json", `{"a":`, 400, "nothing is stored"},
		{"Things?streamFormat=multijson", `[{"a":1},`, 400, "nothing is stored"},
		{"Things?streamFormat=parquet", "PAR1 and nothing else PAR1", 400, "nothing is stored"},
		{"Things?streamFormat=csv", zipped("1,x")[:20], 400, "gzip"},
		{"Things?streamFormat=csv", "1,x\n2,\"y\n3,z\n", 400, "Stream_ClosingQuoteMissing"},
		{"Things?streamFormat=csv", "1,x\n2\n", 400, "Stream_WrongNumberOfFields"},
		{"Things?streamFormat=csv", strings.Repeat("1,x\n", 2000), 413, "PayloadTooLarge"},
		{"Things?streamFormat=csv", zipped(strings.Repeat("1,x\n", 2000)), 413, "PayloadTooLarge"},
	} {
		status, text := post(t, srv.URL+"/v1/rest/ingest/db/"+c.address, c.body)
		if status != c.status || !strings.Contains(text, c.want) || !strings.Contains(text, `"@permanent":true`) {
			t.Errorf("%s: %d %s, want %d with %q", c.address, status, text, c.status, c.want)
		}
	}
	want(t, "rows", ask(t, srv, "Things | count"), "[[1]]")
	for _, encoding := range []string{"br", "gzip"} {
		if status, text := post(t, srv.URL+"/v1/rest/ingest/db/Things?streamFormat=csv", "1,x", "Content-Encoding", encoding); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", encoding, status, text)
		}
	}

	srv, s = serve(t, small, token("other", "secret", []string{"Other*"}, config.Ingestor))
	makeThings(t, s)
	if status, text := post(t, srv.URL+"/v1/rest/ingest/db/Things?streamFormat=csv", "1,x", "Authorization", "Bearer secret"); status != http.StatusForbidden {
		t.Errorf("%d %s", status, text)
	}
}
