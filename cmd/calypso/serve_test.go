package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/store"
)

// serving serves a new store until stop is called, which returns what serve did.
func serving(t *testing.T) (url, dir string, stop func() error) {
	t.Helper()
	dir = t.TempDir()
	url, stop = servingStore(t, dir)
	return url, dir, stop
}

// servingStore serves a store that may be there already, with what set changes of the
// configuration.
func servingStore(t *testing.T, dir string, set ...func(*config.Config)) (url string, stop func() error) {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Listen, c.Store, c.Log.Level = free.Addr().String(), dir, "error"
	free.Close()
	for _, f := range set {
		f(&c)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, c, &savedFlags{}, served{}) }()
	url = "http://" + c.Listen
	for range 500 {
		if resp, err := http.Get(url + "/readyz"); err == nil {
			resp.Body.Close()
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return url, func() error {
		cancel()
		select {
		case err := <-done:
			return err
		case <-time.After(time.Minute):
			return fmt.Errorf("the server does not end")
		}
	}
}

// A server that is told to end while logs come in keeps all that it has taken.
func TestShutdownLosesNothing(t *testing.T) {
	url, dir, stop := serving(t)
	var mu sync.Mutex
	acked := map[string]bool{}
	var senders sync.WaitGroup
	for w := range 8 {
		senders.Go(func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%d-%d", w, i)
				resp, err := http.Post(url+"/v1/ingest/Things_CL", "application/json", strings.NewReader(fmt.Sprintf(`{"id":%q}`, id)))
				if err != nil {
					return // it has ended
				}
				resp.Body.Close()
				if resp.StatusCode == http.StatusOK {
					mu.Lock()
					acked[id] = true
					mu.Unlock()
				}
			}
		})
	}
	time.Sleep(400 * time.Millisecond)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	senders.Wait()
	if len(acked) < 10 {
		t.Fatalf("only %d batches were taken", len(acked))
	}
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	src, _ := s.Snapshot().Table("Things_CL")
	q, diags := engine.Compile("T | project id", kql.Tables{"T": src})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	tables, err := q.Run(context.Background(), kql.RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, b := range tables[0].Batches {
		col, err := b.Column(0)
		if err != nil {
			t.Fatal(err)
		}
		for v, i := column.ViewOf[string](col), 0; i < col.Len(); i++ {
			there[v.At(i)] = true
		}
	}
	for id := range acked {
		if !there[id] {
			t.Errorf("%s was acknowledged and is gone", id)
		}
	}
}

func TestMetricsAreServed(t *testing.T) {
	url, _, stop := serving(t)
	resp, err := http.Post(url+"/v1/ingest/Things_CL", "application/json", strings.NewReader(`{"n":1}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp, err = http.Get(url + "/metrics"); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`calypso_ingested_rows_total{table="Things_CL"} 1`, `calypso_http_requests_total{method="POST",route="/v1/ingest/{table}",status="200"} 1`, "calypso_ready 1"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
