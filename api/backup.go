package api

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"time"
)

// backupName is what a backup may be called: a folder's name, and nothing that leads
// elsewhere.
var backupName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// backup makes a backup. It answers once that is complete, which takes long where the
// folder is on another disk.
func (s *server) backup(w http.ResponseWriter, r *http.Request, by caller) {
	if len(by.tables) > 0 {
		fail(w, http.StatusForbidden, "Forbidden", fmt.Errorf("a backup has all tables, and the token %s is for some only", by.name))
		return
	}
	if s.o.Backup == nil {
		fail(w, http.StatusNotFound, "NotFound", errors.New("this server makes no backups: set backups in its configuration to the folder for them"))
		return
	}
	name := r.URL.Query().Get("name")
	if name == "" {
		name = s.o.Now().UTC().Format("20060102T150405Z")
	}
	if !backupName.MatchString(name) {
		fail(w, http.StatusBadRequest, "General_BadRequest", fmt.Errorf("name %q: want letters, digits, dots, - and _, 100 at most", name))
		return
	}
	// A connection that can't be told is closed when its time is over.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
	b, err := s.o.Backup(r.Context(), name)
	if errors.Is(err, fs.ErrExist) {
		fail(w, http.StatusConflict, "EntityAlreadyExists", err)
		return
	}
	if err != nil {
		failed(w, err)
		return
	}
	answer(w, http.StatusOK, b)
}
