//go:build unix

package postgres

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// own gives the folder to a user who may run the server: root may not.
func (s *Server) own() {
	if os.Geteuid() != 0 {
		return
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		s.t.Skip("root can't run PostgreSQL, and there is no user postgres")
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err1 != nil || err2 != nil {
		s.t.Fatal(err1, err2)
	}
	if err := os.Chown(s.dir, uid, gid); err != nil {
		s.t.Fatal(err)
	}
	s.run = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}
