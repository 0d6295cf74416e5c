package kafka

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// begin says where partitions that were just assigned are consumed from: where the
// store goes on, if it has more than the group has committed.
func (c *consumer) begin(ctx context.Context, offsets map[string]map[int32]kgo.Offset) (map[string]map[int32]kgo.Offset, error) {
	select {
	case <-c.made:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for topic, partitions := range offsets {
		id, err := c.topicID(ctx, topic)
		if err != nil {
			return nil, fmt.Errorf("topic %s: %w", topic, err)
		}
		for n, o := range partitions {
			stored, ok := c.o.Intake.Store().Offset(c.source(topic, id, n))
			if ok && stored+1 > o.EpochOffset().Offset {
				partitions[n] = kgo.NewOffset().At(stored + 1).WithEpoch(-1)
			}
		}
	}
	return offsets, nil
}

// source names the stream of a partition. A topic that was deleted and made again
// has another id, where the broker gives ids.
func (c *consumer) source(topic, id string, partition int32) string {
	return fmt.Sprintf("kafka:%s/%s%s/%d", c.o.Name, topic, id, partition)
}

// topicID returns what tells a topic from one of its name: empty where the broker
// has no ids.
func (c *consumer) topicID(ctx context.Context, topic string) (string, error) {
	req := kmsg.NewPtrMetadataRequest()
	t := kmsg.NewMetadataRequestTopic()
	t.Topic = &topic
	req.Topics = append(req.Topics, t)
	resp, err := req.RequestWith(ctx, c.client)
	if err != nil {
		return "", err
	}
	id := ""
	for _, t := range resp.Topics {
		if err := kerr.ErrorForCode(t.ErrorCode); err != nil {
			return "", err
		}
		if t.TopicID != [16]byte{} {
			id = fmt.Sprintf("@%x", t.TopicID)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ids[topic] = id
	return id, nil
}

// idOf returns the id of a topic of which partitions were assigned.
func (c *consumer) idOf(topic string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ids[topic]
}

// onCommitted keeps what is wrong with a commit, with any partition of it.
func onCommitted(failed *error) func(*kgo.Client, *kmsg.OffsetCommitRequest, *kmsg.OffsetCommitResponse, error) {
	return func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, resp *kmsg.OffsetCommitResponse, err error) {
		if *failed = err; err != nil || resp == nil {
			return
		}
		for _, t := range resp.Topics {
			for _, p := range t.Partitions {
				if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
					*failed = fmt.Errorf("topic %s, partition %d: %w", t.Topic, p.Partition, err)
				}
			}
		}
	}
}
