// Package rulefiles is what detection rules and automation rules have in common as
// files: they are found in folders among others, and all that is wrong with one is told
// at once, with the line.
package rulefiles

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/calypso-kql/calypso/internal/filetree"
)

// A Kind is a kind of rule.
type Kind struct {
	// Signs tell a file of such rules in a folder from others, by the ending of its
	// name. Files of other endings are something else.
	Signs map[string]*regexp.Regexp
	// Found takes the text of a file that is named or has the sign, as UTF-8 without a
	// byte order mark. Wrong takes what keeps a file, or a folder, from being read.
	Found func(path string, text []byte)
	Wrong func(path string, err error)
	// Skipped, if not nil, takes files in folders that have no sign.
	Skipped func(path string)
}

// maxBytes bounds a file of rules; an export of a workspace with a thousand of them has
// some 10 MB.
const maxBytes = 64 << 20

// Find reads the files of paths, and all in those that are folders that may have rules:
// not tests of rules.
func (k *Kind) Find(paths []string) {
	for _, path := range paths {
		filetree.Walk(path, func(file string, info fs.FileInfo, err error) {
			mayBe := k.sign(file) != nil && !strings.HasSuffix(file, ".test.yaml")
			switch {
			case err != nil && (file == path || mayBe || !errors.Is(err, fs.ErrNotExist)):
				k.Wrong(filepath.Clean(file), err)
			case err == nil && (file == path || mayBe):
				k.file(file, info, file != path)
			}
		})
	}
}

// Look returns what the files of paths, and those in folders, look like without reading
// them: something else once one of them has changed.
func Look(paths []string) string {
	var b strings.Builder
	for _, path := range paths {
		filetree.Walk(path, func(file string, info fs.FileInfo, err error) {
			if err != nil {
				fmt.Fprintf(&b, "%s %v\n", file, err)
				return
			}
			fmt.Fprintf(&b, "%s %d %d\n", file, info.Size(), info.ModTime().UnixNano())
		})
	}
	return b.String()
}

func (k *Kind) sign(path string) *regexp.Regexp {
	return k.Signs[strings.ToLower(filepath.Ext(path))]
}

func (k *Kind) file(path string, info fs.FileInfo, inFolder bool) {
	if info.Size() > maxBytes {
		k.Wrong(path, fmt.Errorf("%s: is larger than the %d MB that a file of rules may have", path, maxBytes>>20))
		return
	}
	text, err := os.ReadFile(path)
	if err != nil {
		k.Wrong(path, err)
		return
	}
	text = Plain(text)
	switch sign := k.sign(path); {
	case !inFolder || sign.Match(text):
		k.Found(path, text)
	case k.Skipped != nil:
		k.Skipped(path)
	}
}

// Under reports whether a file is one of those that can't be read, or is in a folder that
// is: then nothing is known of it.
func Under(broken map[string]bool, file string) bool { return WhatBroke(broken, file) != "" }

// WhatBroke returns the file, or the folder that it is in, that can't be read; empty if there
// is none.
func WhatBroke(broken map[string]bool, file string) string {
	for ; ; file = filepath.Dir(file) {
		if broken[file] {
			return file
		}
		if filepath.Dir(file) == file {
			return ""
		}
	}
}

// Apart returns the errors that were joined to one; nothing for none.
func Apart(err error) (all []error) {
	var many interface{ Unwrap() []error }
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &many):
		return []error{err}
	}
	for _, e := range many.Unwrap() {
		all = append(all, Apart(e)...)
	}
	return all
}
