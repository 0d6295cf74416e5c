package kafka_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/kafka"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/store"
)

// cluster returns a broker with a topic "things" of some partitions.
func cluster(t *testing.T, partitions int32, opts ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1), kfake.SeedTopics(partitions, "things"), kfake.GroupMinSessionTimeout(time.Second)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// produce sends messages to "things".
func produce(t *testing.T, addrs []string, codec kgo.CompressionCodec, values ...string) {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(addrs...), kgo.ProducerBatchCompression(codec), kgo.DefaultProduceTopic("things"), kgo.RecordPartitioner(kgo.RoundRobinPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	var records []*kgo.Record
	for _, v := range values {
		records = append(records, kgo.StringRecord(v))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := cl.ProduceSync(ctx, records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

func messages(from, to int) []string {
	var out []string
	for n := from; n <= to; n++ {
		out = append(out, fmt.Sprintf(`{"n":%d,"text":"message %d"}`, n, n))
	}
	return out
}

func numbers(from, to int) []int64 {
	var out []int64
	for n := from; n <= to; n++ {
		out = append(out, int64(n))
	}
	return out
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// A consuming is a store that consumes.
type consuming struct {
	t     *testing.T
	dir   string
	store *store.Store
	log   *lockedBuffer
	stop  func()
}

func options(dir string, s *store.Store, addrs []string) kafka.Options {
	in := intake.New(intake.Options{Store: s, Tables: s, Grows: func(string) bool { return true }, Now: time.Now})
	return kafka.Options{
		Name: "test", Brokers: addrs, Group: "calypso", Topics: map[string]string{"things": "T"}, Intake: in,
		DeadLetters: filepath.Join(dir, "dead.ndjson"), Patience: time.Second, Pause: 100 * time.Millisecond, Session: 1500 * time.Millisecond,
	}
}

// consume opens the store in dir and consumes into it.
func consume(t *testing.T, dir string, addrs []string, change ...func(*kafka.Options)) *consuming {
	t.Helper()
	s, err := store.Open(filepath.Join(dir, "store"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := &consuming{t: t, dir: dir, store: s, log: &lockedBuffer{}}
	o := options(dir, s, addrs)
	o.Log = slog.New(slog.NewTextHandler(c.log, nil))
	for _, f := range change {
		f(&o)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- kafka.Consume(ctx, o) }()
	var once sync.Once
	c.stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(c.stop)
	return c
}

// values returns column n of T, sorted.
func values(t *testing.T, s *store.Store) []int64 {
	t.Helper()
	src, ok := s.Snapshot().Table("T")
	if !ok {
		return nil
	}
	r, err := src.Open(context.Background(), plan.Scan{Columns: []int{src.Schema().Index("n")}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var out []int64
	for {
		b, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		c, err := b.Column(0)
		if err != nil {
			t.Fatal(err)
		}
		view := column.ViewOf[int64](c)
		for i := range b.Len() {
			out = append(out, view.At(i))
		}
	}
	slices.Sort(out)
	return out
}

func (c *consuming) want(what string, numbers ...int64) {
	c.t.Helper()
	var got []int64
	for deadline := time.Now().Add(60 * time.Second); len(got) < len(numbers) && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		got = values(c.t, c.store)
	}
	time.Sleep(100 * time.Millisecond)
	if got = values(c.t, c.store); !slices.Equal(got, numbers) {
		c.t.Fatalf("%s: the store has %d values %.200s, want %d; the log says\n%s", what, len(got), fmt.Sprint(got), len(numbers), c.log)
	}
}

func (c *consuming) wantLog(text string) {
	c.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !strings.Contains(c.log.String(), text); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.t.Fatalf("the log does not say %q:\n%s", text, c.log)
		}
	}
}

// wantMember waits until the consumer is in its group.
func (c *consuming) wantMember(k *kfake.Cluster) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if _, err := k.WaitGroupStable(ctx, "calypso", 1); err != nil {
		c.t.Fatalf("%v; the log says\n%s", err, c.log)
	}
}
