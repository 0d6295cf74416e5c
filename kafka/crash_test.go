package kafka_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/calypso-kql/calypso/internal/kafkagroup"
	"github.com/calypso-kql/calypso/kafka"
	"github.com/calypso-kql/calypso/store"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("KAFKA_TEST_CONSUME"); dir != "" {
		consumeUntilKilled(dir, strings.Split(os.Getenv("KAFKA_TEST_BROKERS"), ","))
		return
	}
	os.Exit(m.Run())
}

func consumeUntilKilled(dir string, addrs []string) {
	s, err := store.Open(filepath.Join(dir, "store"), store.Options{SealAge: 100 * time.Millisecond})
	if err == nil {
		err = kafka.Consume(context.Background(), options(dir, s, addrs))
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// A process that consumes is killed at any instant. In the end each message is in
// the store, once, and each dead letter is in its file, once.
func TestKilled(t *testing.T) {
	k := cluster(t, 4)
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(3, 4))
	n, poison := 0, 0
	for range 6 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "KAFKA_TEST_CONSUME="+dir, "KAFKA_TEST_BROKERS="+strings.Join(k.ListenAddrs(), ","))
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		killed := time.Now().Add(100*time.Millisecond + time.Duration(random.IntN(500))*time.Millisecond)
		for time.Now().Before(killed) {
			some := messages(n+1, n+random.IntN(200))
			n += len(some)
			if random.IntN(4) == 0 {
				some = append(some, "noise")
				poison++
			}
			produce(t, k.ListenAddrs(), kgo.SnappyCompression(), some...)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
	}
	c := consume(t, dir, k.ListenAddrs())
	client, err := kgo.NewClient(kgo.SeedBrokers(k.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for start := time.Now(); len(values(t, c.store)) < n && time.Since(start) < 60*time.Second; time.Sleep(100 * time.Millisecond) {
		if time.Since(start) < 5*time.Second {
			continue
		}
		if err := kafkagroup.Expire(context.Background(), client, "calypso"); err != nil {
			t.Fatal(err)
		}
	}
	c.want("all", numbers(1, n)...)
	for deadline := time.Now().Add(60 * time.Second); len(deadLetters(t, dir)) < poison && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
	}
	if got := len(deadLetters(t, dir)); got != poison {
		t.Errorf("%d are buried, want %d", got, poison)
	}
}
