package kafka

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// deadLetters is a file of messages that were not understood, a JSON object a
// line. A message is in it once: messages of a stream are buried in the order of
// their offsets.
type deadLetters struct {
	path string

	mu   sync.Mutex
	f    *os.File
	size int64
	last map[string]int64 // by stream, the last offset buried
}

// A deadLetter is a line of the file.
type deadLetter struct {
	Buried    time.Time `json:"buried"`
	Reason    string    `json:"reason"`
	Stream    string    `json:"stream"`
	Topic     string    `json:"topic"`
	Partition int32     `json:"partition"`
	Offset    int64     `json:"offset"`
	Timestamp time.Time `json:"timestamp"`
	Key       []byte    `json:"key,omitempty"` // in base64, as is the value
	Value     []byte    `json:"value"`
}

// openDeadLetters opens the file, which is made if it does not exist, and cuts off
// a line that a crash has left unfinished.
func openDeadLetters(path string) (*deadLetters, error) {
	if path == "" {
		return nil, errors.New("want the path of a file")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	d := &deadLetters{path: path, f: f, last: map[string]int64{}}
	if err := d.read(); err != nil {
		f.Close()
		return nil, err
	}
	return d, nil
}

func (d *deadLetters) read() error {
	r := bufio.NewReaderSize(d.f, 1<<20)
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		var l struct {
			Stream string `json:"stream"`
			Offset int64  `json:"offset"`
		}
		if err := json.Unmarshal(line, &l); err != nil {
			return fmt.Errorf("%s: byte %d: %w", d.path, d.size, err)
		}
		d.note(l.Stream, l.Offset)
		d.size += int64(len(line))
	}
	if err := d.f.Truncate(d.size); err != nil {
		return err
	}
	return syncDir(filepath.Dir(d.path))
}

func (d *deadLetters) note(stream string, offset int64) {
	if last, ok := d.last[stream]; !ok || offset > last {
		d.last[stream] = offset
	}
}

// bury makes letters of a stream durable. Those that were buried before are left
// out.
func (d *deadLetters) bury(stream string, letters []letter) error {
	if len(letters) == 0 {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	last, known := d.last[stream]
	for _, l := range letters {
		r := l.record
		if known && r.Offset <= last {
			continue
		}
		err := enc.Encode(deadLetter{
			Buried: time.Now().UTC(), Reason: l.reason, Stream: stream, Topic: r.Topic, Partition: r.Partition, Offset: r.Offset,
			Timestamp: r.Timestamp.UTC(), Key: r.Key, Value: r.Value,
		})
		if err != nil {
			return err
		}
	}
	if b.Len() == 0 {
		return nil
	}
	_, err := d.f.WriteAt(b.Bytes(), d.size)
	if err == nil {
		err = d.f.Sync()
	}
	if err != nil {
		return errors.Join(err, d.f.Truncate(d.size))
	}
	d.size += int64(b.Len())
	d.note(stream, letters[len(letters)-1].record.Offset)
	return nil
}

func (d *deadLetters) close() error { return d.f.Close() }

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
