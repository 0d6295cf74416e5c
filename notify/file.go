package notify

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"sync"
)

// A file gets a line of JSON for each message. It is opened for each, so that
// whoever rotates it need tell nobody.
type file struct {
	path string
	mu   sync.Mutex
}

type fileLine struct {
	Notification string `json:"notification"`
	*Event
}

// send implements sender.
func (f *file) send(_ context.Context, m *Message) (err error) {
	line, err := json.Marshal(fileLine{m.ID, m.Event})
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	out, err := os.OpenFile(f.path, os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return err
	}
	defer func() {
		if e := out.Close(); err == nil {
			err = e
		}
	}()
	line = append(line, '\n')
	if torn(out) {
		line = append([]byte{'\n'}, line...)
	}
	if _, err := out.Write(line); err != nil {
		return err
	}
	return out.Sync()
}

// torn reports whether a file ends within a line, as after a crash or on a full
// disk.
func torn(f *os.File) bool {
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil || end == 0 {
		return false // it is no regular file, or empty
	}
	var last [1]byte
	_, err = f.ReadAt(last[:], end-1)
	return err == nil && last[0] != '\n'
}
