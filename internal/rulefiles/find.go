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
// not what is hidden, nor tests of rules.
func (k *Kind) Find(paths []string) {
	for _, path := range paths {
		st, err := os.Stat(path)
		switch {
		case err != nil:
			k.Wrong(path, err)
		case st.IsDir():
			k.folder(path)
		default:
			k.file(path, false)
		}
	}
}

func (k *Kind) folder(dir string) {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			k.Wrong(path, err)
			return nil
		}
		hidden := strings.HasPrefix(d.Name(), ".") && path != dir
		switch {
		case d.IsDir() && hidden:
			return filepath.SkipDir
		case !d.IsDir() && !hidden && k.sign(path) != nil && !strings.HasSuffix(path, ".test.yaml"):
			k.file(path, true)
		}
		return nil
	})
	if err != nil {
		k.Wrong(dir, err)
	}
}

func (k *Kind) sign(path string) *regexp.Regexp {
	return k.Signs[strings.ToLower(filepath.Ext(path))]
}

func (k *Kind) file(path string, inFolder bool) {
	st, err := os.Stat(path)
	if err == nil && st.Size() > maxBytes {
		err = fmt.Errorf("%s: is larger than the %d MB that a file of rules may have", path, maxBytes>>20)
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
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
