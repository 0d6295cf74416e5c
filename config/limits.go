package config

import "time"

// Limits bound what a request may cost. Sizes are in bytes.
type Limits struct {
	// Body is how large the body of a request may be, as sent and unpacked.
	Body int64 `yaml:"body"`
	// QueryMemory and QueryTime bound a query.
	QueryMemory int64         `yaml:"query_memory"`
	QueryTime   time.Duration `yaml:"query_time"`
	// Connections is how many there may be at once; others take the place of those that do nothing. Bodies
	// and Queries are how many of them are worked on at once.
	Connections int `yaml:"connections"`
	Bodies      int `yaml:"bodies"`
	Queries     int `yaml:"queries"`
	// RequestTime is how long sending a request may take.
	RequestTime time.Duration `yaml:"request_time"`
}

// What limits may be at most: more is a slip of the hand. A body is unpacked in memory,
// and the log takes no batch of more than 512 MB; a connection takes a file descriptor
// and some 10 KB; what is worked on at once has memory of its own.
const (
	mostBody        = 1 << 30
	mostConnections = 100_000
	mostAtOnce      = 1024
	mostMemory      = 1 << 44
	mostRequestTime = 24 * time.Hour
)

// check tells what is wrong with limits.
func (l *Limits) check(wrong func(key, format string, args ...any)) {
	within := func(key string, v, most int64, why string) {
		switch {
		case v <= 0:
			wrong("limits."+key, "must be more than 0")
		case v > most:
			wrong("limits."+key, "%d: want %d at most%s", v, most, why)
		}
	}
	within("body", l.Body, mostBody, ": a body is unpacked in memory; calypso ingest and folders take files of any size")
	within("connections", int64(l.Connections), mostConnections, "")
	within("bodies", int64(l.Bodies), mostAtOnce, ": each has memory of its own, others wait")
	within("queries", int64(l.Queries), mostAtOnce, ": each has query_memory, others wait")
	switch {
	case l.RequestTime <= 0:
		wrong("limits.request_time", "must be more than 0")
	case l.RequestTime > mostRequestTime:
		wrong("limits.request_time", "%s: want %s at most", l.RequestTime, mostRequestTime)
	}
	switch {
	case l.QueryMemory < 0:
		wrong("limits.query_memory", "must not be negative; 0 is no limit")
	case l.QueryMemory > mostMemory:
		wrong("limits.query_memory", "%d: want %d at most, or 0, which is no limit", l.QueryMemory, int64(mostMemory))
	}
	if l.QueryTime < 0 {
		wrong("limits.query_time", "must not be negative; 0 is no limit")
	}
}
