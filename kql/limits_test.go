package kql_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/exec"
)

// TestMemoryOfOneBatch runs queries of which one batch of rows would take many
// gigabytes: they must fail by name, before they have taken them.
func TestMemoryOfOneBatch(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	const long = "let a = toscalar(range i from 1 to 100000 step 1 | summarize make_list(i)); range x from 1 to 16000 step 1 "
	for name, text := range map[string]string{
		"made from nothing":        "range x from 1 to 16000 step 1 | extend l = repeat(x, 100000) | summarize sum(array_length(l))",
		"made from a constant":     long + "| extend l = array_concat(a, pack_array(x)) | summarize sum(array_length(l))",
		"made of a few values":     "range x from 1 to 16000 step 1 | extend k = strcat('k', x % 3000) | extend l = repeat(k, 100000) | summarize sum(array_length(l))",
		"kept by an aggregate":     long + "| extend l = a | summarize l = make_list(l) by x | summarize sum(array_length(l))",
		"unpacked":                 long + "| extend b = bag_pack('l', repeat(x, 100000)) | evaluate bag_unpack(b) | summarize count()",
		"kept by a set":            long + "| extend l = a | summarize l = make_set(l) by x | summarize sum(array_length(l))",
		"pivoted":                  "range x from 1 to 100000 step 1 | extend k = x, v = x % 1000 | evaluate pivot(v, count(), k) | count",
		"kept of a graph":          "range a from 1 to 60 step 1 | extend b = range(1, 60) | mv-expand b to typeof(long) | make-graph a --> b with_node_id = id | graph-shortest-paths (x)-[p*1..9]->(y) where any(p, a > 1) project x.id | count",
		"kept by one with a split": long + "| extend l = a | summarize l = dcount(tostring(l)), make_list(l) by x | summarize sum(array_length(list_l))",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			q, diags := engine.Compile(text, nil)
			_, err := q.Run(ctx, kql.RunOptions{MemoryLimit: 64 << 20, Workers: 2})
			var typed *exec.Error
			if !errors.As(err, &typed) || typed.Kind != exec.Memory || !strings.Contains(err.Error(), "E_RUNAWAY_QUERY") {
				t.Fatalf("got %v (%v), want E_RUNAWAY_QUERY", err, diags)
			}
		})
	}
}

// TestEndOfOneBatch cancels queries within one batch of rows that takes minutes.
func TestEndOfOneBatch(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	const long = "let a = toscalar(range i from 1 to 1000000 step 1 | summarize make_list(i)); range x from 1 to 16000 step 1 "
	for name, text := range map[string]string{
		"function":  long + "| extend s = array_sum(array_concat(a, pack_array(x))) | summarize sum(s)",
		"graph":     "range a from 1 to 60 step 1 | extend b = range(1, 60) | mv-expand b to typeof(long) | make-graph a --> b with_node_id = id | graph-match cycles=all (x)-[p*1..9]->(y) where x.id != y.id project x.id | count",
		"aggregate": long + "| extend l = a | summarize dcount(hash(tostring(l), x + 1))",
		"bag":       "let b = toscalar(range i from 1 to 100000 step 1 | summarize make_bag(bag_pack(strcat('k', i), i))); range x from 1 to 16000 step 1 | extend b = b | mv-expand b | summarize count()",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			q, diags := engine.Compile(text, nil)
			begin := time.Now()
			_, err := q.Run(ctx, kql.RunOptions{Workers: 2})
			var typed *exec.Error
			if !errors.As(err, &typed) || typed.Kind != exec.Timeout {
				t.Fatalf("got %v (%v), want E_QUERY_TIMED_OUT", err, diags)
			}
			if took := time.Since(begin); took > 20*time.Second {
				t.Errorf("ended after %s", took)
			}
		})
	}
}
