package tenant

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Layout says how logs are laid out in files.
type Layout struct {
	// Dir is created if need be. Files of the same name are replaced.
	Dir string
	// Gzip compresses the files and adds .gz to their names.
	Gzip bool
}

// WriteSignIns writes every sign-in envelope to w, one on a line.
func (t *Tenant) WriteSignIns(w io.Writer) error {
	var s SignIn
	var line []byte
	for i := range t.opt.SignIns {
		t.SignIn(i, &s)
		line = AppendSignInEnvelope(line[:0], &s)
		if _, err := w.Write(line); err != nil {
			return fmt.Errorf("sign-in %d: %w", i, err)
		}
	}
	return nil
}

// WriteDelivery writes the logs as they reach a customer's storage account:
// sign-ins and risk detections as diagnostic settings store them, alerts as
// Log Analytics exports them, each in files of its hour.
func (t *Tenant) WriteDelivery(l Layout) error {
	h := hourly{layout: l}
	write := func() error {
		var line []byte
		var s SignIn
		for i := range t.opt.SignIns {
			t.SignIn(i, &s)
			line = AppendSignInEnvelope(line[:0], &s)
			if err := h.write(t.container("noninteractiveusersigninlogs"), s.Time, line); err != nil {
				return err
			}
		}
		for i := range t.risk {
			line = AppendRiskEnvelope(line[:0], &t.risk[i])
			if err := h.write(t.container("userriskevents"), t.risk[i].Time, line); err != nil {
				return err
			}
		}
		columns := AlertColumns()
		for i := range t.alerts {
			line = AppendExport(line[:0], columns, &t.alerts[i])
			if err := h.write(t.exportContainer(AlertTable), t.alerts[i].Time, line); err != nil {
				return err
			}
		}
		return nil
	}
	if err := write(); err != nil {
		h.close()
		return err
	}
	return h.close()
}

// container is the folder of a diagnostic category.
func (t *Tenant) container(category string) string {
	return "insights-logs-" + category + "/tenantId=" + t.id
}

// exportContainer is the folder of an exported table.
func (t *Tenant) exportContainer(table string) string {
	w := t.workspace
	return "am-" + strings.ToLower(table) + "/WorkspaceResourceId=/subscriptions/" + w.subscription + "/resourcegroups/" + w.group +
		"/providers/microsoft.operationalinsights/workspaces/" + w.name
}

// hourly writes lines to the file of their hour. Rows are nearly in order, so
// few files are open at a time.
type hourly struct {
	layout Layout
	open   []*hourFile
	seen   map[string]bool
}

type hourFile struct {
	folder string
	hour   int64
	out    io.WriteCloser
}

const openFiles = 3

func (h *hourly) write(folder string, at int64, line []byte) error {
	hour := at / int64(time.Hour)
	for i := len(h.open) - 1; i >= 0; i-- {
		if f := h.open[i]; f.hour == hour && f.folder == folder {
			_, err := f.out.Write(line)
			return err
		}
	}
	if len(h.open) == openFiles {
		if err := h.open[0].out.Close(); err != nil {
			return err
		}
		h.open = h.open[:copy(h.open, h.open[1:])]
	}
	name := folder + time.Unix(0, at).UTC().Format("/y=2006/m=01/d=02/h=15") + "/m=00/PT1H.json"
	out, err := h.layout.create(name, !h.seen[name])
	if err != nil {
		return err
	}
	if h.seen == nil {
		h.seen = map[string]bool{}
	}
	h.seen[name] = true
	h.open = append(h.open, &hourFile{folder, hour, out})
	_, err = out.Write(line)
	return err
}

// close closes every file and returns the first error.
func (h *hourly) close() error {
	var first error
	for _, f := range h.open {
		if err := f.out.Close(); err != nil && first == nil {
			first = err
		}
	}
	h.open = nil
	return first
}

// create opens a file of the layout, empty if fresh, else to append to: two
// gzip streams one after the other are one file.
func (l Layout) create(name string, fresh bool) (io.WriteCloser, error) {
	path := filepath.Join(l.Dir, filepath.FromSlash(name))
	if l.Gzip {
		path += ".gz"
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	mode := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if fresh {
		mode |= os.O_TRUNC
	}
	f, err := os.OpenFile(path, mode, 0o644)
	if err != nil {
		return nil, err
	}
	out := &file{f: f, buf: bufio.NewWriterSize(f, 1<<18)}
	out.Writer = out.buf
	if l.Gzip {
		if out.zip, err = gzip.NewWriterLevel(out.buf, gzip.BestSpeed); err != nil {
			f.Close()
			return nil, err
		}
		out.Writer = out.zip
	}
	return out, nil
}

// file is a buffered, perhaps compressed file.
type file struct {
	io.Writer
	zip *gzip.Writer
	buf *bufio.Writer
	f   *os.File
}

// Close flushes; the first error wins.
func (o *file) Close() error {
	var err error
	if o.zip != nil {
		err = o.zip.Close()
	}
	if e := o.buf.Flush(); err == nil {
		err = e
	}
	if e := o.f.Close(); err == nil {
		err = e
	}
	return err
}
