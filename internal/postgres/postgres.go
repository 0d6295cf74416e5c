// Package postgres runs a PostgreSQL server for a test, from the programs of Debian's
// package, in a folder of the test.
package postgres

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A Server is a server that runs until the test ends.
type Server struct {
	t         testing.TB
	dir, bin  string
	port      int
	run       *syscall.SysProcAttr // as whom
	databases int
}

// Start starts a server. The test is skipped where PostgreSQL is not installed.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, bin: programs()}
	if s.bin == "" {
		t.Skip("PostgreSQL is not installed here: apt-get install postgresql, as make test does where it may")
	}
	var err error
	if s.dir, err = os.MkdirTemp("", "calypso-pg"); err != nil { // a socket's path must be short
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(s.dir) })
	s.own()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	s.command("initdb", "-D", s.data(), "-U", "calypso", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	t.Cleanup(s.Stop)
	s.Resume()
	return s
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// Stop stops the server at once, as a crash would. What it had confirmed is there
// when it is resumed (but after a crash of the machine, for which tests do not wait).
func (s *Server) Stop() {
	if _, err := os.Stat(filepath.Join(s.data(), "postmaster.pid")); err == nil {
		s.command("pg_ctl", "stop", "-D", s.data(), "-m", "immediate", "-w")
	}
}

// Resume starts the server again on the same port.
func (s *Server) Resume() {
	s.t.Helper()
	// Processes of a server that was stopped at once may keep it from starting for a
	// moment.
	var err error
	for range 20 {
		if err = s.start(); err == nil {
			return
		}
		time.Sleep(250 * time.Millisecond)
	}
	s.t.Error(err)
}

func (s *Server) start() error {
	return s.try("pg_ctl", "start", "-D", s.data(), "-w", "-t", "60", "-l", filepath.Join(s.dir, "log"),
		"-o", fmt.Sprintf("-h 127.0.0.1 -p %d -k %s -c shared_buffers=16MB -c max_connections=50 -c fsync=off", s.port, s.dir))
}

// URL makes an empty database and returns its URL.
func (s *Server) URL() string {
	s.databases++
	name := fmt.Sprintf("test%d", s.databases)
	s.command("psql", "-h", "127.0.0.1", "-p", strconv.Itoa(s.port), "-U", "calypso", "-d", "postgres", "-q", "-c", "CREATE DATABASE "+name)
	return fmt.Sprintf("postgres://calypso@127.0.0.1:%d/%s?sslmode=disable", s.port, name)
}

func (s *Server) command(name string, args ...string) {
	s.t.Helper()
	if err := s.try(name, args...); err != nil {
		s.t.Error(err)
	}
}

func (s *Server) try(name string, args ...string) error {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir, cmd.SysProcAttr = s.dir, s.run
	// A file and not a pipe, which the server would keep open.
	out, err := os.CreateTemp(s.dir, "out")
	if err != nil {
		return err
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(out.Name())
		log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
		return fmt.Errorf("%s: %w\n%s%s", name, err, text, log)
	}
	return nil
}

// programs returns the folder of the newest version's programs, "" if there is none.
func programs() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.SortFunc(found, func(a, b string) int { return version(a) - version(b) })
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1])
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	return ""
}

func version(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4])
	return n
}
