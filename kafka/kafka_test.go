package kafka_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
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

func TestLogin(t *testing.T) {
	for _, mechanism := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		t.Run(mechanism, func(t *testing.T) {
			k := cluster(t, 1, kfake.EnableSASL(), kfake.Superuser(mechanism, "$ConnectionString", "secret-word"))
			password := "wrong-word"
			var mu sync.Mutex
			c := consume(t, t.TempDir(), k.ListenAddrs(), func(o *kafka.Options) {
				o.Login = &kafka.Login{Mechanism: strings.ToLower(mechanism), User: "$ConnectionString", Password: func() (string, error) {
					mu.Lock()
					defer mu.Unlock()
					return password, nil
				}}
			})
			c.wantLog("no broker answers")
			mu.Lock()
			password = "secret-word"
			mu.Unlock()
			c.wantMember(k)
			if log := c.log.String(); strings.Contains(log, "-word") {
				t.Errorf("the log has a password: %s", log)
			}
		})
	}
}

func TestTLS(t *testing.T) {
	// Any server of net/http/httptest has a certificate for 127.0.0.1.
	srv := httptest.NewTLSServer(http.NotFoundHandler())
	defer srv.Close()
	k := cluster(t, 1, kfake.TLS(&tls.Config{Certificates: srv.TLS.Certificates}))
	trusted := x509.NewCertPool()
	trusted.AddCert(srv.Certificate())
	c := consume(t, t.TempDir(), k.ListenAddrs(), func(o *kafka.Options) { o.TLS = &tls.Config{RootCAs: trusted} })
	c.wantMember(k)
	other := consume(t, t.TempDir(), k.ListenAddrs(), func(o *kafka.Options) { o.TLS, o.Group = &tls.Config{}, "another" })
	other.wantLog("certificate")
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

func TestEventHubs(t *testing.T) {
	text := "Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=abc=;EntityPath=hub"
	broker, login, hub, err := kafka.EventHubs(func() (string, error) { return text, nil })
	if err != nil || broker != "ns.servicebus.windows.net:9093" || hub != "hub" || login.User != "$ConnectionString" || login.Mechanism != "plain" {
		t.Errorf("%s %s %+v %v", broker, hub, login, err)
	}
	if _, _, _, err := kafka.EventHubs(func() (string, error) { return "SharedAccessKey=abc", nil }); err == nil || strings.Contains(err.Error(), "abc") {
		t.Errorf("%v", err)
	}
}
