package kafka_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/calypso-kql/calypso/kafka"
)

type dead struct {
	Reason, Topic     string
	Partition, Offset int64
	Value             string
}

func deadLetters(t *testing.T, dir string) []dead {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "dead.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	var out []dead
	for line := range strings.Lines(string(text)) {
		var d dead
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		out = append(out, d)
	}
	return out
}

// Messages that can't be understood are kept, and hold nothing up.
func TestPoison(t *testing.T) {
	k := cluster(t, 1)
	c := consume(t, t.TempDir(), k.ListenAddrs())
	values := []string{`{"n":1}`, "\xff\x00 noise", `{"n":2`, `{"n":3}`, "{\"n\":4}\nno record\n{\"n\":5}", `7`, "\x1f\x8b torn", `{"n":6}`}
	produce(t, k.ListenAddrs(), kgo.NoCompression(), values...)
	c.want("the others", 1, 3, 4, 5, 6)
	c.stop()
	got := deadLetters(t, c.dir)
	var offsets []int64
	for _, d := range got {
		offsets = append(offsets, d.Offset)
		value, err := base64.StdEncoding.DecodeString(d.Value)
		if err != nil || string(value) != values[d.Offset] || d.Topic != "things" || d.Reason == "" {
			t.Errorf("%+v: %q, %v", d, value, err)
		}
	}
	if !slices.Equal(offsets, []int64{1, 2, 4, 5, 6}) {
		t.Errorf("buried are %v", got)
	}
	// They are buried once, even if they are read again.
	c = consume(t, c.dir, k.ListenAddrs(), func(o *kafka.Options) { o.Name = "test"; o.Group = "another" })
	produce(t, k.ListenAddrs(), kgo.NoCompression(), "noise", `{"n":8}`)
	c.want("and on", 1, 3, 4, 5, 6, 8)
	if got := deadLetters(t, c.dir); len(got) != 6 {
		t.Errorf("buried are %v", got)
	}
}
