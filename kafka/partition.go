package kafka

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/store"
)

// A partition is the messages of one partition that are being stored.
type partition struct {
	c       *consumer
	topic   string
	n       int32
	table   string // that all records go to; empty if they say theirs
	source  string
	count   *intake.Source
	records []*kgo.Record
	high    int64 // offset behind the last message that the broker has

	next  int64 // offset behind the last message stored; 0 for none
	epoch int32
	err   error
}

func (c *consumer) partition(f kgo.FetchTopicPartition) *partition {
	return &partition{
		c: c, topic: f.Topic, n: f.Partition, table: c.o.Topics[f.Topic],
		source: c.source(f.Topic, c.idOf(f.Topic), f.Partition), records: f.Records, high: f.HighWatermark,
		count: c.o.Intake.Counters().Source("kafka", fmt.Sprintf("%s/%s/%d", c.o.Name, f.Topic, f.Partition)),
	}
}

// goesOn returns the offset that the partition is to be fetched from again.
func (p *partition) goesOn() int64 {
	if p.next > 0 {
		return p.next
	}
	return p.records[0].Offset
}

// batchBytes is about how many bytes of messages are stored at once.
const batchBytes = 4 << 20

// store stores the messages, batch by batch.
func (p *partition) store(ctx context.Context) error {
	stored, ok := p.c.o.Intake.Store().Offset(p.source)
	rest := p.records
	for ok && len(rest) > 0 && rest[0].Offset <= stored {
		rest = rest[1:]
	}
	if n := len(p.records) - len(rest); n > 0 {
		last := p.records[n-1]
		p.next, p.epoch = last.Offset+1, last.LeaderEpoch
		p.count.Duplicates.Add(int64(n))
		p.c.tell("again "+p.source, "messages were stored before, and are passed over", "topic", p.topic, "partition", p.n, "from", p.records[0].Offset, "to", last.Offset)
	}
	most := maxPoll
	for len(rest) > 0 {
		size, n := 0, 0
		for n < len(rest) && n < most && (n == 0 || size+len(rest[n].Value) <= batchBytes) {
			size += len(rest[n].Value)
			n++
		}
		err := p.batch(ctx, rest[:n], int64(size))
		if errors.Is(err, ingest.ErrTooLarge) && n > 1 {
			most = n / 2
			continue
		}
		if err != nil {
			return err
		}
		last := rest[n-1]
		p.next, p.epoch = last.Offset+1, last.LeaderEpoch
		p.count.Lag.Store(max(0, p.high-p.next))
		rest = rest[n:]
	}
	return nil
}

// batch stores some messages as one batch.
func (p *partition) batch(ctx context.Context, records []*kgo.Record, size int64) error {
	for attempt := 0; ; attempt++ {
		d, dead, err := p.decode(ctx, records)
		if err != nil {
			return err
		}
		if err := p.c.dead.bury(p.source, dead); err != nil {
			return fmt.Errorf("dead letters: %w", err)
		}
		within, cancel := context.WithTimeout(ctx, p.c.o.Patience)
		ack, err := p.c.o.Intake.Store().Append(within, store.Batch{Source: p.source, Offset: records[len(records)-1].Offset, Rows: d.Rows})
		cancel()
		var mistyped *store.TypeError
		if attempt < 3 && errors.As(err, &mistyped) {
			continue // the table got the column meanwhile, in another type
		}
		if err != nil {
			return err
		}
		p.count.Stored(d, size, ack.Duplicate)
		if len(dead) > 0 {
			p.c.tell("dead "+p.source, "messages are not understood; they are among the dead letters", "topic", p.topic, "partition", p.n,
				"offset", dead[0].record.Offset, "reason", dead[0].reason, "file", p.c.dead.path)
		}
		return nil
	}
}

// decode makes rows of messages, and returns those that have to be buried.
func (p *partition) decode(ctx context.Context, records []*kgo.Record) (intake.Decoded, []letter, error) {
	texts := make([][]byte, len(records))
	var dead []letter
	for i, r := range records {
		var err error
		if texts[i], err = textOf(r.Value); err != nil {
			dead = append(dead, letter{r, err.Error()})
		}
	}
	d, err := p.rows(ctx, texts)
	if errors.Is(err, ingest.ErrTooLarge) && len(records) == 1 {
		return intake.Decoded{Rejected: 1}, []letter{{records[0], err.Error()}}, nil
	}
	if err != nil || d.Rejected == 0 {
		d.Rejected = len(dead)
		return d, dead, err
	}
	// Which of them is it?
	dead = nil
	rejected := 0
	for i, r := range records {
		text, err := textOf(r.Value)
		if err != nil {
			dead = append(dead, letter{r, err.Error()})
			rejected++
			continue
		}
		one, err := p.rows(ctx, [][]byte{text})
		if err != nil {
			return d, nil, err
		}
		if one.Rejected == 0 {
			continue
		}
		reason := "not understood"
		if len(one.Problems) > 0 {
			reason = one.Problems[0].Message
		}
		if one.Records > 0 {
			reason = fmt.Sprintf("%d of %d records, which are all that is buried: %s", one.Rejected, one.Rejected+one.Records, reason)
		} else {
			texts[i] = nil
		}
		rejected += one.Rejected
		dead = append(dead, letter{r, reason})
	}
	d, err = p.rows(ctx, texts)
	d.Rejected = rejected
	return d, dead, err
}

// rows decodes texts, which are lines.
func (p *partition) rows(ctx context.Context, texts [][]byte) (intake.Decoded, error) {
	all := bytes.Join(texts, []byte{'\n'})
	return p.c.o.Intake.Decode(ctx, ingest.Input{Name: p.topic, Into: p.table, Base: p.topic, Lines: true, Reader: bytes.NewReader(all)}, 0)
}

// maxUnpacked bounds what a compressed message may unpack to.
const maxUnpacked = 64 << 20

// textOf returns a message as lines of JSON: a document that spans lines becomes
// one, what is compressed is unpacked.
func textOf(value []byte) ([]byte, error) {
	if bytes.HasPrefix(value, []byte{0x1f, 0x8b}) || bytes.HasPrefix(value, []byte{0x28, 0xb5, 0x2f, 0xfd}) || bytes.HasPrefix(value, []byte("\ufeff")) {
		r, done, err := ingest.Unpack(bytes.NewReader(value))
		if err != nil {
			return nil, err
		}
		defer done()
		if value, err = io.ReadAll(io.LimitReader(r, maxUnpacked+1)); err != nil {
			return nil, err
		}
		if len(value) > maxUnpacked {
			return nil, fmt.Errorf("it unpacks to more than %d MB", maxUnpacked>>20)
		}
	}
	value = bytes.TrimSpace(value)
	if bytes.IndexByte(value, '\n') < 0 {
		return value, nil
	}
	if _, err := dynamic.ParseJSON(string(value)); err != nil {
		return value, nil // a record per line, or nothing
	}
	// Within strings JSON has no line ends.
	return bytes.ReplaceAll(bytes.ReplaceAll(value, []byte{'\n'}, []byte{' '}), []byte{'\r'}, []byte{' '}), nil
}

// A letter is a message that can't be delivered.
type letter struct {
	record *kgo.Record
	reason string
}
