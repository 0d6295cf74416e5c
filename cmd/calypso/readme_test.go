package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

var readmeCommand = regexp.MustCompile("(?s)```\n\\$ calypso ([a-z]+) '([^']*)'\n(.+?)```")

// What the README shows of commands that read no files is what they print, or the
// beginning of it.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	found := readmeCommand.FindAllStringSubmatch(string(text), -1)
	if len(found) < 2 {
		t.Fatalf("%d commands with what they print", len(found))
	}
	for _, m := range found {
		got, _ := exec.Command("calypso", m[1], m[2]).CombinedOutput() // it may end with the exit code of a mistake
		if want := strings.TrimSpace(m[3]); !strings.HasPrefix(string(got), want) {
			t.Errorf("calypso %s %q prints\n%s\nand not\n%s", m[1], m[2], got, want)
		}
	}
}
