package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/detect"
)

func rulesImportCommand() *cobra.Command {
	var (
		to      string
		replace bool
	)
	c := &cobra.Command{
		Use:   "import --to FOLDER [--replace] PATH…",
		Short: "Take rules into a folder of rules, as Sentinel's YAML, one a file",
		Long: `Take rules from files and folders into a folder of rules: Sentinel's YAML stays as it
is, to the letter; ARM templates, answers of REST APIs and queries with a schedule
become YAML. What of a rule has no place there is told, and so are rules that are
wrong, which are left out. A rule that is in the folder already, by its ID, is left
as it is unless --replace is given.`,
		Example: "  calypso rules import --to rules/ Azure-Sentinel/Detections Azure_Sentinel_analytics_rules.json",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if to == "" {
				return errors.New("want --to FOLDER: the folder of rules")
			}
			if err := os.MkdirAll(to, 0o700); err != nil {
				return failed(err)
			}
			read := detect.Read(args)
			im := ruleImport{to: to, replace: replace, texts: read.Texts, taken: map[string]bool{}, there: map[string]*detect.Rule{}, many: map[string]int{}}
			if err := im.look(); err != nil {
				return failed(err)
			}
			for _, r := range read.Rules {
				im.many[r.File]++
			}
			for _, r := range read.Rules {
				if err := im.take(r); err != nil {
					return failed(err)
				}
			}
			fmt.Fprintf(os.Stderr, "%s taken, %d unchanged, %d left as they were\n", count(im.done, "rule"), im.same, im.left)
			err := tellReading(&read, true)
			if err == nil && im.left > 0 {
				err = &exitError{code: exitFailed}
			}
			return err
		},
	}
	c.Flags().StringVar(&to, "to", "", "the folder of rules")
	c.Flags().BoolVar(&replace, "replace", false, "replace rules that are there already")
	return c
}

// A ruleImport takes rules into a folder.
type ruleImport struct {
	to      string
	replace bool
	texts   map[string][]byte
	taken   map[string]bool         // names of files that are there, in lower case
	there   map[string]*detect.Rule // rules that are there, by ID
	many    map[string]int          // how many rules a file has
	done    int
	same    int
	left    int
}

// look finds out what is in the folder.
func (im *ruleImport) look() error {
	entries, err := os.ReadDir(im.to)
	if err != nil {
		return err
	}
	for _, e := range entries {
		im.taken[strings.ToLower(e.Name())] = true
	}
	for _, r := range detect.Read([]string{im.to}).Rules {
		im.there[r.ID] = r
		im.many[r.File]++
	}
	return nil
}

// take writes one rule, unless it is there.
func (im *ruleImport) take(r *detect.Rule) error {
	text, leftOut, err := im.text(r)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", r.File, r.Name, err)
	}
	path, mode := "", fs.FileMode(0o644)
	if old := im.there[r.ID]; old != nil {
		switch have, _ := os.ReadFile(old.File); {
		case bytes.Equal(have, text):
			im.same++
			return nil
		case !im.replace:
			im.left++
			fmt.Fprintf(os.Stderr, "%s: rule %s %q is in %s and differs: say --replace\n", r.File, r.ID, r.Name, old.File)
			return nil
		case im.many[old.File] > 1 || !isYAML(old.File):
			im.left++
			fmt.Fprintf(os.Stderr, "%s: rule %s %q is in %s, which is not a file of YAML with one rule: take it out there\n", r.File, r.ID, r.Name, old.File)
			return nil
		}
		path = old.File
		if info, err := os.Stat(path); err == nil {
			mode = info.Mode().Perm()
		}
	} else {
		path = filepath.Join(im.to, ruleFileName(r, im.taken))
	}
	if err := replaceFile(path, text, mode); err != nil {
		return err
	}
	im.done++
	note := ""
	if len(leftOut) > 0 {
		note = "  left out: " + strings.Join(leftOut, "; ")
	}
	fmt.Printf("%s  from %s%s\n", path, r.File, note)
	return nil
}

// text returns the YAML of a rule, and what of it that leaves out.
func (im *ruleImport) text(r *detect.Rule) ([]byte, []string, error) {
	if whole := im.texts[r.File]; whole != nil && isYAML(r.File) && r.Origin == "" {
		return whole, nil, nil
	}
	text, err := r.YAML()
	if err != nil {
		return nil, nil, err
	}
	// What is written must be what was read.
	again, err := detect.ParseYAML(r.File, text)
	if err != nil {
		return nil, nil, fmt.Errorf("can't be written as YAML: %w", err)
	}
	if second, err := again.YAML(); err != nil || !bytes.Equal(text, second) {
		return nil, nil, errors.Join(errors.New("can't be written as YAML without loss"), err)
	}
	return text, r.LeftOut, nil
}
