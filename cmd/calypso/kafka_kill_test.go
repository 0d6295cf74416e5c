package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/calypso-kql/calypso/internal/kafkagroup"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

// A hub is a broker with two topics, and what was produced to it.
type hub struct {
	t       *testing.T
	cluster *kfake.Cluster
	client  *kgo.Client
	random  *rand.Rand
	n       int64 // numbers are produced from 1 up to n, each once
	poison  map[string]bool
}

const hubPartitions = 4

func newHub(t *testing.T) *hub {
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(hubPartitions, "things", "signins"), kfake.GroupMinSessionTimeout(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.RecordPartitioner(kgo.RoundRobinPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return &hub{t: t, cluster: c, client: client, random: rand.New(rand.NewPCG(7, 8)), poison: map[string]bool{}}
}

// produce sends some messages of several kinds, with poison between them.
func (h *hub) produce() {
	var records []*kgo.Record
	next := func() int64 { h.n++; return h.n }
	for range 1 + h.random.IntN(150) {
		topic, text := "things", ""
		switch h.random.IntN(12) {
		case 0:
			text = fmt.Sprintf("noise %d", len(h.poison))
			h.poison[text] = true
		case 1: // in part
			text = fmt.Sprintf(`{"n":%d}`+"\n"+`{"n": broken %d`, next(), len(h.poison))
			h.poison[text] = true
		case 2:
			text = fmt.Sprintf(`[{"n":%d},{"n":%d}]`, next(), next())
		case 3:
			topic, text = "signins", fmt.Sprintf(`{"records":[{"time":"2026-03-01T10:00:00Z","category":"UserRiskEvents","tenantId":"t","properties":{"id":"%d"}}]}`, next())
		default:
			text = fmt.Sprintf(`{"n":%d,"text":"message %d"}`, next(), h.n)
		}
		records = append(records, &kgo.Record{Topic: topic, Value: []byte(text)})
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := h.client.ProduceSync(ctx, records...).FirstErr(); err != nil {
		h.t.Fatal(err)
	}
}

// committed returns the offsets that the group has committed.
func (h *hub) committed() map[string]int64 {
	req := kmsg.NewPtrOffsetFetchRequest()
	req.Group = "calypso"
	resp, err := req.RequestWith(context.Background(), h.client)
	if err != nil {
		h.t.Fatal(err)
	}
	out := map[string]int64{}
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			out[fmt.Sprintf("%s/%d", t.Topic, p.Partition)] = p.Offset
		}
	}
	return out
}

// check makes sure that no offset is committed beyond what the store in a folder has.
func (h *hub) check(dir string) {
	committed := h.committed()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		h.t.Fatal(err)
	}
	defer s.Close()
	if d := s.Damage(); len(d) > 0 {
		h.t.Error(d)
	}
	stored := map[string]int64{}
	for source, offset := range s.Offsets("kafka:test/") {
		topic, partition, _ := strings.Cut(strings.TrimPrefix(source, "kafka:test/"), "/")
		topic, _, _ = strings.Cut(topic, "@")
		stored[topic+"/"+partition] = offset + 1
	}
	for partition, offset := range committed {
		if offset > stored[partition] {
			h.t.Errorf("%s: %d is committed, %d is stored", partition, offset, stored[partition])
		}
	}
}

// stored returns the numbers in the store in a folder, sorted.
func (h *hub) stored(dir string) (out []int64) {
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		h.t.Fatal(err)
	}
	defer s.Close()
	snap := s.Snapshot()
	for _, table := range snap.Names() {
		err := snap.Each(context.Background(), table, nil, func(s types.Schema, b *column.Batch) error {
			if at := s.Index("Id"); at >= 0 {
				c, err := b.Column(at)
				if err != nil {
					return err
				}
				ids := column.ViewOf[string](c)
				for i := range b.Len() {
					n, err := strconv.ParseInt(ids.At(i), 10, 64)
					if err != nil {
						return err
					}
					out = append(out, n)
				}
				return nil
			}
			c, err := b.Column(s.Index("n"))
			if err != nil {
				return err
			}
			ns := column.ViewOf[int64](c)
			for i := range b.Len() {
				out = append(out, ns.At(i))
			}
			return nil
		})
		if err != nil {
			h.t.Fatal(err)
		}
	}
	slices.Sort(out)
	return out
}

// A server that consumes is killed at any instant, with messages that nobody
// understands among the others. In the end each record is in the store once, each
// message that could not be understood among the dead letters once, and at no time is
// an offset committed before what it stands for is durable. CALYPSO_KILLS says how often.
func TestServerThatConsumesIsKilled(t *testing.T) {
	kills, err := strconv.Atoi(os.Getenv("CALYPSO_KILLS"))
	if err != nil {
		kills = 2
	}
	h := newHub(t)
	dir := t.TempDir()
	storeDir, dead := filepath.Join(dir, "store"), filepath.Join(dir, "dead.ndjson")
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	settings := fmt.Sprintf(`listen: %s
store: %s
kafka:
  - name: test
    brokers: [%q]
    group: calypso
    session: 1500ms
    dead_letters: %s
    topics: [{topic: things, table: Things_CL}, {topic: signins}]
`, free.Addr(), storeDir, h.cluster.ListenAddrs()[0], dead)
	if err := os.WriteFile(filepath.Join(dir, "calypso.yaml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	start := func() *exec.Cmd {
		cmd := exec.Command("calypso", "serve", "--config", filepath.Join(dir, "calypso.yaml"))
		cmd.Stderr = &strings.Builder{}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() }) // it has ended, or the test has failed
		return cmd
	}
	for range kills {
		cmd := start()
		killed := time.Now().Add(500*time.Millisecond + time.Duration(h.random.IntN(2500))*time.Millisecond)
		for time.Now().Before(killed) {
			h.produce()
			time.Sleep(time.Duration(h.random.IntN(20)) * time.Millisecond)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		h.check(storeDir)
	}
	cmd := start()
	ends := h.ends()
	for start := time.Now(); !maps.Equal(h.committed(), ends) && time.Since(start) < 2*time.Minute; time.Sleep(100 * time.Millisecond) {
		if time.Since(start) > 5*time.Second {
			if err := kafkagroup.Expire(context.Background(), h.client, "calypso"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, cmd.Stderr)
	}
	h.check(storeDir)
	if got := h.stored(storeDir); int64(len(got)) != h.n || len(slices.Compact(slices.Clone(got))) != len(got) {
		t.Errorf("%d records are stored, %d of them different; want %d\n%s", len(got), len(slices.Compact(got)), h.n, cmd.Stderr)
	}
	buried := map[string]int{}
	file, err := os.Open(dead)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var l struct{ Value []byte }
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		buried[string(l.Value)]++
	}
	for text := range h.poison {
		if buried[text] != 1 {
			t.Errorf("%q is buried %d times", text, buried[text])
		}
	}
	if len(buried) != len(h.poison) {
		t.Errorf("%d messages are buried, want %d", len(buried), len(h.poison))
	}
	t.Logf("%d kills, %d records, %d dead letters", kills, h.n, len(buried))
}

// ends returns the offsets behind the last message of each partition.
func (h *hub) ends() map[string]int64 {
	req := kmsg.NewPtrListOffsetsRequest()
	req.ReplicaID = -1
	for _, topic := range []string{"things", "signins"} {
		t := kmsg.NewListOffsetsRequestTopic()
		t.Topic = topic
		for n := range int32(hubPartitions) {
			p := kmsg.NewListOffsetsRequestTopicPartition()
			p.Partition, p.Timestamp = n, -1
			t.Partitions = append(t.Partitions, p)
		}
		req.Topics = append(req.Topics, t)
	}
	out := map[string]int64{}
	for _, shard := range h.client.RequestSharded(context.Background(), req) {
		if shard.Err != nil {
			h.t.Fatal(shard.Err)
		}
		for _, t := range shard.Resp.(*kmsg.ListOffsetsResponse).Topics {
			for _, p := range t.Partitions {
				if p.Offset > 0 {
					out[fmt.Sprintf("%s/%d", t.Topic, p.Partition)] = p.Offset
				}
			}
		}
	}
	return out
}
