package folders

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// hidden reports whether a name is left out.
func hidden(name string) bool { return strings.HasPrefix(name, ".") }

func statID(path string) (fileID, error) {
	info, err := os.Stat(path)
	if err != nil {
		return fileID{}, err
	}
	return idOf(path, info), nil
}

// scan walks all folders and forgets the files that are no longer there.
func (f *follower) scan() {
	f.mu.Lock()
	f.scans++
	f.mu.Unlock()
	for _, d := range f.o.Folders {
		f.walk(d, d.Path)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for id, x := range f.files {
		if x.seen == f.scans {
			continue
		}
		x.gone = true
		delete(f.files, id)
		delete(f.waiting, x)
		f.known.leave(x)
		if !x.running {
			x.setLag(0)
		}
	}
	if f.once {
		return
	}
	if f.scans%forgetEvery == 1 {
		f.forget()
		f.ages = true
	}
	if f.ages && f.allKnown() {
		f.ages = false
		f.age()
	}
}

// walk looks at a path of a folder and all below it.
func (f *follower) walk(d Folder, path string) {
	w := walker{f: f, d: d, seen: map[fileID]bool{}}
	w.path(path)
}

// A walker walks a folder. Links to folders are followed, each folder once.
type walker struct {
	f    *follower
	d    Folder
	seen map[fileID]bool
}

func (w *walker) path(path string) {
	info, err := os.Stat(path)
	switch {
	case os.IsNotExist(err):
		if target, rerr := os.Readlink(path); rerr == nil {
			w.tell(path, "it is a link to "+target+", which is not there")
		} else if path == w.d.Path {
			w.tell(path, "it is not there")
		}
	case err != nil:
		w.tell(path, err.Error())
	case info.IsDir():
		w.folder(path, idOf(path, info))
	case info.Mode().IsRegular():
		if path == w.d.Path {
			w.f.watchFolder(filepath.Dir(path))
		}
		w.f.touch(w.d, path, info)
	}
}

func (w *walker) folder(path string, id fileID) {
	if w.seen[id] {
		return
	}
	w.seen[id] = true
	w.f.watchFolder(path)
	entries, err := os.ReadDir(path)
	if err != nil {
		w.tell(path, err.Error())
	}
	for _, e := range entries {
		if !hidden(e.Name()) {
			w.path(filepath.Join(path, e.Name()))
		}
	}
}

// tell tells once of a path that can't be looked at.
func (w *walker) tell(path, what string) {
	if !w.f.blind[path+what] {
		w.f.blind[path+what] = true
		w.f.broken(path, errors.New(what))
	}
}

// watchFolder asks the system to tell of what happens in a folder.
func (f *follower) watchFolder(path string) {
	if f.watch == nil || f.blind[path] {
		return
	}
	if err := f.watch.Add(path); err != nil {
		f.blind[path] = true
		if len(f.blind) == 1 {
			f.o.Log.Warn("folders can't be watched, and are looked at every "+f.o.Rescan.String()+" only", "folder", path, "error", err)
		}
	}
}

// touch queues a file that is new or has changed.
func (f *follower) touch(d Folder, path string, info os.FileInfo) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id := idOf(path, info)
	x := f.files[id]
	if x == nil {
		x = &file{id: id, folder: d, count: f.o.Intake.Counters().Source("folder", d.Path), path: path, unknown: true}
		f.files[id] = x
		x.setLag(info.Size())
	} else if x.path != path {
		if old, err := statID(x.path); err != nil || old != id {
			x.path, x.latest.looked = path, false // it was renamed
		}
	}
	x.seen = f.scans
	if x.latest.size == info.Size() && x.latest.mod.Equal(info.ModTime()) && x.latest.looked {
		return
	}
	x.latest = stamp{info.Size(), info.ModTime(), true}
	if rest := restFor - time.Since(x.released); rest > 0 && !x.running {
		f.waiting[x] = time.Now().Add(rest)
		return
	}
	f.enqueue(x)
}

// A stamp is what a file looked like when it was last queued.
type stamp struct {
	size   int64
	mod    time.Time
	looked bool
}
