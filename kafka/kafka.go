// Package kafka takes logs from Kafka, and from Azure Event Hubs through its Kafka
// endpoint, into a store, each message once.
//
// What has been stored of a partition is the offset of its stream in the store, in
// the same batch as the rows; the group's offsets are committed afterwards. So a
// crash or a rebalance at any point repeats nothing and loses nothing: consumption
// begins at the store's offset where that is ahead. Messages that can't be
// understood at all go to a file of dead letters, which is durable before their
// offset is.
package kafka

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/calypso-kql/calypso/intake"
)

// Options say what is consumed.
type Options struct {
	// Name names the cluster in the store's streams: with another name all is
	// read anew.
	Name    string
	Brokers []string
	// Group is the consumer group.
	Group string
	// Topics are consumed; each value is the table that all records go to, or
	// empty to let the records say.
	Topics map[string]string
	// TLS, if not nil, is how brokers are spoken to.
	TLS *tls.Config
	// Login, if not nil, is how brokers are told who asks.
	Login *Login
	// DeadLetters is the path of the file of messages that can't be understood.
	DeadLetters string
	// AtEnd begins a group without offsets with what comes from now on, instead
	// of what there is.
	AtEnd  bool
	Intake *intake.Intake
	// Room is about how many bytes of messages are in memory at most; 0 is 64 MB.
	Room int32
	// Patience is how long a batch waits for room in the store before its messages
	// are given up, to be fetched again; 0 is 10 seconds. Pause is how long nothing
	// is fetched then; 0 is 2 seconds.
	Patience, Pause time.Duration
	// Session is how long the group waits for a consumer that says nothing, as one
	// that was killed; 0 is 45 seconds.
	Session time.Duration
	// Log is told what goes wrong; nil for nobody.
	Log *slog.Logger
}

// A consumer consumes the topics of a cluster.
type consumer struct {
	o      Options
	client *kgo.Client
	made   chan struct{} // closed when client is there: it calls back earlier
	dead   *deadLetters

	paused bool // the store took nothing when it was last asked

	mu   sync.Mutex
	ids  map[string]string // of topics
	told map[string]time.Time
	// behind is what is stored of the partitions here and could not be committed.
	behind map[string]map[int32]kgo.EpochOffset
}

// Consume consumes until ctx ends. Brokers that can't be reached are waited for;
// the error is of options that make no sense.
func Consume(ctx context.Context, o Options) error {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Room == 0 {
		o.Room = 64 << 20
	}
	if o.Patience == 0 {
		o.Patience = 10 * time.Second
	}
	if o.Pause == 0 {
		o.Pause = 2 * time.Second
	}
	if o.Session == 0 {
		o.Session = 45 * time.Second
	}
	c := &consumer{o: o, made: make(chan struct{}), ids: map[string]string{}, told: map[string]time.Time{}}
	var err error
	if c.dead, err = openDeadLetters(o.DeadLetters); err != nil {
		return fmt.Errorf("kafka %s: dead letters: %w", o.Name, err)
	}
	defer c.dead.close()
	if c.client, err = kgo.NewClient(c.options()...); err != nil {
		return fmt.Errorf("kafka %s: %w", o.Name, err)
	}
	close(c.made)
	defer c.client.CloseAllowingRebalance()
	var wg sync.WaitGroup
	wg.Go(func() { c.greet(ctx) })
	for ctx.Err() == nil {
		c.poll(ctx)
	}
	wg.Wait()
	return nil
}

// greetEvery is how often brokers are asked whether they are there.
const greetEvery = 5 * time.Second

// greet tells when no broker answers, as the client itself only tries again: they
// are away, or the login is refused.
func (c *consumer) greet(ctx context.Context) {
	away := false
	for {
		within, cancel := context.WithTimeout(ctx, greetEvery)
		err := c.client.Ping(within)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			away = true
			c.tell("away", "no broker answers; it is tried again", "brokers", c.o.Brokers, "error", err)
		case away:
			away = false
			c.o.Log.Info("a broker answers", "kafka", c.o.Name)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(greetEvery):
		}
	}
}

func (c *consumer) options() []kgo.Opt {
	start := kgo.NewOffset().AtStart()
	if c.o.AtEnd {
		start = kgo.NewOffset().AtEnd()
	}
	topics := make([]string, 0, len(c.o.Topics))
	for t := range c.o.Topics {
		topics = append(topics, t)
	}
	opts := []kgo.Opt{
		kgo.ClientID("calypso"), kgo.SeedBrokers(c.o.Brokers...), kgo.ConsumerGroup(c.o.Group), kgo.ConsumeTopics(topics...),
		kgo.ConsumeStartOffset(start),
		// What is there although it should not be is passed over by its offset.
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.SessionTimeout(c.o.Session), kgo.RebalanceTimeout(c.o.Session), kgo.HeartbeatInterval(c.o.Session / 15),
		kgo.DisableAutoCommit(), kgo.BlockRebalanceOnPoll(), kgo.AdjustFetchOffsetsFn(c.begin),
		kgo.OnPartitionsRevoked(c.gone), kgo.OnPartitionsLost(c.gone),
		kgo.FetchMaxBytes(c.o.Room / 4), kgo.FetchMaxPartitionBytes(max(c.o.Room/16, 1<<16)), kgo.MaxConcurrentFetches(4),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.WithLogger(logger{c.o.Log.With("kafka", c.o.Name)}),
	}
	if c.o.TLS != nil {
		opts = append(opts, kgo.DialTLSConfig(c.o.TLS))
	}
	if c.o.Login != nil {
		opts = append(opts, kgo.SASL(c.o.Login.mechanism()))
	}
	return opts
}

// maxPoll is how many messages are worked on at once.
const maxPoll = 20000

// poll stores the messages of one poll and commits them. Meanwhile the group
// takes no partition away. What can't be stored now is given up, to be fetched
// again from where the store goes on; nothing is fetched for a while, and the
// group is free to take partitions away.
func (c *consumer) poll(ctx context.Context) {
	within, cancel := c.patience(ctx)
	defer cancel()
	fetches := c.client.PollRecords(within, maxPoll)
	if ctx.Err() != nil || fetches.IsClientClosed() {
		c.client.AllowRebalance()
		return
	}
	err := c.store(ctx, fetches)
	c.client.AllowRebalance()
	switch {
	case err != nil && ctx.Err() == nil:
		if !c.paused {
			c.paused = true
			c.o.Log.Error("the store takes no more; fetching pauses", "kafka", c.o.Name, "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(c.o.Pause):
		}
	case c.paused && fetches.NumRecords() > 0:
		c.paused = false
		c.o.Log.Info("the store takes messages again", "kafka", c.o.Name)
	}
}

// store stores messages, the partitions side by side, and commits them.
func (c *consumer) store(ctx context.Context, fetches kgo.Fetches) error {
	fetches.EachError(func(topic string, partition int32, err error) {
		if errors.Is(err, context.DeadlineExceeded) {
			return // nothing came before it was time to commit again
		}
		c.tell("fetch "+topic, "can't fetch; it is tried again", "topic", topic, "partition", partition, "error", err)
	})
	var parts []*partition
	fetches.EachPartition(func(p kgo.FetchTopicPartition) {
		if len(p.Records) > 0 {
			parts = append(parts, c.partition(p))
		}
	})
	var wg sync.WaitGroup
	for _, p := range parts {
		wg.Go(func() { p.err = p.store(ctx) })
	}
	wg.Wait()
	done, back := map[string]map[int32]kgo.EpochOffset{}, map[string]map[int32]kgo.EpochOffset{}
	var failed error
	for _, p := range parts {
		if p.next > 0 {
			put(done, p.topic, p.n, kgo.EpochOffset{Epoch: p.epoch, Offset: p.next})
		}
		if p.err != nil {
			failed = p.err
			put(back, p.topic, p.n, kgo.EpochOffset{Epoch: -1, Offset: p.goesOn()})
		}
	}
	c.commit(ctx, done)
	if failed != nil {
		c.client.SetOffsets(back)
	}
	return failed
}

func put(m map[string]map[int32]kgo.EpochOffset, topic string, partition int32, o kgo.EpochOffset) {
	if m[topic] == nil {
		m[topic] = map[int32]kgo.EpochOffset{}
	}
	m[topic][partition] = o
}

// commit tells the group what is stored, also when ctx has ended meanwhile: who
// gets the partitions next may have another store. If it can't, nothing is lost:
// this store knows, and it is tried again with the next messages, or soon without.
func (c *consumer) commit(ctx context.Context, done map[string]map[int32]kgo.EpochOffset) {
	if c.overdue(done); len(done) == 0 {
		return
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.o.Patience)
	defer cancel()
	var failed error
	c.client.CommitOffsetsSync(within, done, onCommitted(&failed))
	c.mu.Lock()
	c.behind = nil
	if failed != nil {
		c.behind = done
	}
	c.mu.Unlock()
	if failed != nil {
		c.tell("commit", "can't commit offsets; the store has them, and it is tried again", "error", failed)
	}
}

// patience bounds how long messages are waited for while there is something to
// commit again: of a topic in which little happens, the group would look behind for
// hours.
func (c *consumer) patience(ctx context.Context) (context.Context, context.CancelFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.behind) == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.o.Pause)
}

// overdue adds what could not be committed before to what is to be committed now.
func (c *consumer) overdue(done map[string]map[int32]kgo.EpochOffset) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for topic, partitions := range c.behind {
		for n, o := range partitions {
			if _, ok := done[topic][n]; !ok {
				put(done, topic, n, o)
			}
		}
	}
}

// gone forgets what is to be committed of partitions that are somebody else's now.
func (c *consumer) gone(_ context.Context, _ *kgo.Client, partitions map[string][]int32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for topic, ns := range partitions {
		for _, n := range ns {
			delete(c.behind[topic], n)
		}
		if len(c.behind[topic]) == 0 {
			delete(c.behind, topic)
		}
	}
}

// tellEvery is how often the same thing is told.
const tellEvery = time.Minute

// tell tells of something that goes on and on, from time to time.
func (c *consumer) tell(what, msg string, args ...any) {
	c.mu.Lock()
	last, ok := c.told[what]
	again := !ok || time.Since(last) > tellEvery
	if again {
		c.told[what] = time.Now()
	}
	c.mu.Unlock()
	if again {
		c.o.Log.Error(msg, append([]any{"kafka", c.o.Name}, args...)...)
	}
}
