package oracle

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

const installed = "node_modules/@kusto/language-service-next/package.json"

// analyzeAll returns Microsoft's verdict on each query. It skips the test where
// their analyzer cannot be had.
func analyzeAll(t *testing.T, queries []query) []verdict {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: nothing to compare with")
	}
	install(t)
	texts := make([]string, len(queries))
	for i, q := range queries {
		texts[i] = q.text
	}
	input, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, "analyze.js")
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), &stderr
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("analyze.js: %v\n%s", err, stderr.Bytes())
	}
	var verdicts []verdict
	if err := json.Unmarshal(output, &verdicts); err != nil {
		t.Fatalf("analyze.js: %v", err)
	}
	if len(verdicts) != len(queries) {
		t.Fatalf("%d verdicts on %d queries", len(verdicts), len(queries))
	}
	return verdicts
}

// install has npm fetch the pinned package, unless it is there.
func install(t *testing.T) {
	if upToDate(t) {
		return
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("npm is not installed: nothing to compare with")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0")
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if bytes.Contains(out, []byte("EINTEGRITY")) {
		t.Fatalf("npm ci: not the package that package-lock.json means\n%s", out)
	}
	if err != nil {
		t.Skipf("npm ci failed, so there is nothing to compare with: %v\n%s", err, out)
	}
	if !upToDate(t) {
		t.Fatalf("npm ci left no %s of the version in package.json", installed)
	}
}

// upToDate reports whether the version that package.json pins is installed.
func upToDate(t *testing.T) bool {
	var have struct{ Version string }
	var want struct{ Dependencies map[string]string }
	if data, err := os.ReadFile(filepath.FromSlash(installed)); err != nil || json.Unmarshal(data, &have) != nil {
		return false
	}
	data, err := os.ReadFile("package.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	return have.Version == want.Dependencies["@kusto/language-service-next"]
}

// TestLockFileNamesNoRegistry keeps the lock file free of addresses: npm takes
// the package from the registry that is configured, and checks its hash.
func TestLockFileNamesNoRegistry(t *testing.T) {
	data, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(data, []byte(`"resolved"`)) || bytes.Contains(data, []byte("://")) {
		t.Error("package-lock.json has addresses: take the resolved fields out")
	}
	if !bytes.Contains(data, []byte(`"integrity"`)) {
		t.Error("package-lock.json has no hash")
	}
}
