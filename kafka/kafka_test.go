package kafka_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/calypso-kql/calypso/kafka"
)

// Messages come in every form and codec.
func TestMessages(t *testing.T) {
	k := cluster(t, 3)
	c := consume(t, t.TempDir(), k.ListenAddrs())
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(z, `{"n":9}`+"\n"+`{"n":10}`)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for i, codec := range []kgo.CompressionCodec{kgo.NoCompression(), kgo.GzipCompression(), kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.ZstdCompression()} {
		produce(t, k.ListenAddrs(), codec, fmt.Sprintf(`{"n":%d}`, i+1))
	}
	produce(t, k.ListenAddrs(), kgo.NoCompression(), `{"records":[{"n":6},{"n":7}]}`, "[\r\n  {\r\n    \"n\": 8\r\n  }\r\n]", zipped.String(), "", "{\"n\":11}\n{\"n\":12}\n")
	c.want("all", numbers(1, 12)...)
	c.stop()
	// A restart repeats nothing, and goes on.
	produce(t, k.ListenAddrs(), kgo.NoCompression(), messages(13, 20)...)
	c = consume(t, c.dir, k.ListenAddrs())
	c.want("and on", numbers(1, 20)...)
	if f, err := os.ReadFile(filepath.Join(c.dir, "dead.ndjson")); err != nil || len(f) > 0 {
		t.Errorf("dead letters: %s, %v", f, err)
	}
}

// Records of an envelope go to the tables of their categories.
func TestEnvelope(t *testing.T) {
	k := cluster(t, 1)
	c := consume(t, t.TempDir(), k.ListenAddrs(), func(o *kafka.Options) { o.Topics["things"] = "" })
	produce(t, k.ListenAddrs(), kgo.NoCompression(), `{"records":[{"time":"2026-03-01T10:00:00Z","category":"UserRiskEvents","properties":{"id":"r-1"}},{"Type":"Other_CL","n":1}]}`)
	for deadline := time.Now().Add(60 * time.Second); len(c.store.Snapshot().Names()) < 2 && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond)
	}
	if got := fmt.Sprint(c.store.Snapshot().Names()); got != "[AADUserRiskEvents Other_CL]" {
		t.Error(got)
	}
}

// The store knows more than the group: what it has is not fetched again.
func TestStoreIsAhead(t *testing.T) {
	k := cluster(t, 2)
	produce(t, k.ListenAddrs(), kgo.NoCompression(), messages(1, 100)...)
	c := consume(t, t.TempDir(), k.ListenAddrs())
	c.want("first", numbers(1, 100)...)
	c.stop()
	produce(t, k.ListenAddrs(), kgo.NoCompression(), messages(101, 110)...)
	c = consume(t, c.dir, k.ListenAddrs(), func(o *kafka.Options) { o.Group = "another" })
	c.want("another group", numbers(1, 110)...)
	if strings.Contains(c.log.String(), "passed over") {
		t.Errorf("messages were fetched again: %s", c.log)
	}
}

// A topic that was made anew is another one.
func TestTopicMadeAnew(t *testing.T) {
	k := cluster(t, 1)
	produce(t, k.ListenAddrs(), kgo.NoCompression(), messages(1, 50)...)
	c := consume(t, t.TempDir(), k.ListenAddrs())
	c.want("first", numbers(1, 50)...)
	c.stop()
	if err := k.DeleteTopic("things"); err != nil {
		t.Fatal(err)
	}
	if err := k.CreateTopic("things", 1, nil); err != nil {
		t.Fatal(err)
	}
	produce(t, k.ListenAddrs(), kgo.NoCompression(), messages(51, 60)...)
	c = consume(t, c.dir, k.ListenAddrs())
	c.want("anew", numbers(1, 60)...)
}

// Two consumers of a group share the partitions, also while they come and go.
func TestRebalance(t *testing.T) {
	k := cluster(t, 6)
	addrs := k.ListenAddrs()
	a := consume(t, t.TempDir(), addrs)
	var more sync.WaitGroup
	n := 0
	send := func(some int) {
		for range 10 {
			produce(t, addrs, kgo.NoCompression(), messages(n+1, n+some)...)
			n += some
		}
	}
	send(50)
	var b *consuming
	more.Go(func() { send(50) })
	b = consume(t, t.TempDir(), addrs)
	more.Wait()
	send(50)
	for deadline := time.Now().Add(60 * time.Second); len(values(t, b.store)) == 0 && time.Now().Before(deadline); {
		produce(t, addrs, kgo.NoCompression(), messages(n+1, n+20)...)
		n += 20
		time.Sleep(50 * time.Millisecond)
	}
	ofA := func() []int64 { return values(t, a.store) }
	a.stop()
	have := ofA()
	send(50)
	all := func() []int64 {
		out := append(slices.Clone(have), values(t, b.store)...)
		slices.Sort(out)
		return out
	}
	for deadline := time.Now().Add(60 * time.Second); len(all()) < n && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
	}
	if got := all(); !slices.Equal(got, numbers(1, n)) {
		t.Errorf("%d values in both stores, want %d; the logs say\n%s\n%s", len(got), n, a.log, b.log)
	}
	if len(have) == 0 || len(values(t, b.store)) == 0 {
		t.Errorf("one had nothing to do: %d, %d", len(have), len(values(t, b.store)))
	}
}

// What could not be committed is committed later, though nothing comes any more.
func TestCommitIsTriedAgain(t *testing.T) {
	k := cluster(t, 1)
	produce(t, k.ListenAddrs(), kgo.NoCompression(), messages(1, 10)...)
	refused := make(chan struct{})
	k.ControlKey(int16(kmsg.OffsetCommit), func(r kmsg.Request) (kmsg.Response, error, bool) {
		req := r.(*kmsg.OffsetCommitRequest)
		resp := req.ResponseKind().(*kmsg.OffsetCommitResponse)
		for _, t := range req.Topics {
			rt := kmsg.NewOffsetCommitResponseTopic()
			rt.Topic, rt.TopicID = t.Topic, t.TopicID
			for _, p := range t.Partitions {
				rp := kmsg.NewOffsetCommitResponseTopicPartition()
				rp.Partition, rp.ErrorCode = p.Partition, kerr.RebalanceInProgress.Code
				rt.Partitions = append(rt.Partitions, rp)
			}
			resp.Topics = append(resp.Topics, rt)
		}
		close(refused)
		return resp, nil, true
	})
	c := consume(t, t.TempDir(), k.ListenAddrs())
	c.want("all", numbers(1, 10)...)
	<-refused
	client, err := kgo.NewClient(kgo.SeedBrokers(k.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var got int64
	for deadline := time.Now().Add(30 * time.Second); got != 10 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		req := kmsg.NewPtrOffsetFetchRequest()
		req.Group = "calypso"
		resp, err := req.RequestWith(context.Background(), client)
		if err != nil {
			t.Fatal(err)
		}
		for _, topic := range resp.Topics {
			for _, p := range topic.Partitions {
				got = p.Offset
			}
		}
	}
	if got != 10 {
		t.Errorf("%d is committed, want 10; the log says\n%s", got, c.log)
	}
}

// The broker goes away and comes back.
func TestBrokerAway(t *testing.T) {
	data := t.TempDir()
	k, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, "things"), kfake.DataDir(data), kfake.GroupMinSessionTimeout(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	addrs := k.ListenAddrs()
	var port int
	if _, err := fmt.Sscanf(addrs[0][strings.LastIndex(addrs[0], ":")+1:], "%d", &port); err != nil {
		t.Fatal(err)
	}
	produce(t, addrs, kgo.NoCompression(), messages(1, 20)...)
	c := consume(t, t.TempDir(), addrs)
	c.want("first", numbers(1, 20)...)
	k.Close()
	time.Sleep(500 * time.Millisecond)
	k, err = kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(port), kfake.DataDir(data), kfake.GroupMinSessionTimeout(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	produce(t, addrs, kgo.NoCompression(), messages(21, 40)...)
	c.want("back", numbers(1, 40)...)
}
