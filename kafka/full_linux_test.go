package kafka_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// While the disk is full nothing is fetched; then it goes on.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("calypso", dir, "tmpfs", 0, "size=6m"); err != nil {
		t.Skipf("no file system of a size of its own: %v", err)
	}
	t.Cleanup(func() {
		// Segments are closed when nobody refers to them any more.
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	other := filepath.Join(dir, "other")
	if err := os.WriteFile(other, make([]byte, 6<<20-1<<16), 0o600); err != nil {
		t.Fatal(err)
	}
	k := cluster(t, 2)
	const n = 20000
	var noise []string // which does not compress
	for i := 1; i <= n; i++ {
		noise = append(noise, fmt.Sprintf(`{"n":%d,"text":"%016x%016x"}`, i, rand.Uint64(), rand.Uint64()))
	}
	produce(t, k.ListenAddrs(), kgo.NoCompression(), noise...)
	c := consume(t, dir, k.ListenAddrs())
	c.wantLog("the store takes no more")
	if err := os.Remove(other); err != nil {
		t.Fatal(err)
	}
	c.want("there is room", numbers(1, n)...)
	c.wantLog("the store takes messages again")
	c.stop()
}
