package ruletest

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// junitSuites are results as JUnit has them: a suite per file.
type junitSuites struct {
	XMLName  xml.Name      `xml:"testsuites"`
	Tests    int           `xml:"tests,attr"`
	Failures int           `xml:"failures,attr"`
	Errors   int           `xml:"errors,attr"`
	Time     string        `xml:"time,attr"`
	Suites   []*junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`

	took time.Duration
}

// junitCase is a test. It has one failure, whatever the number of differences: readers show
// the first alone.
type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitMessage `xml:"failure"`
	Error   *junitMessage `xml:"error"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes results as JUnit's XML, a suite per file. What is wrong with files is an
// error of a test that is called as the file is.
func WriteJUnit(w io.Writer, results []Result, wrong []error) error {
	var all junitSuites
	var took time.Duration
	byFile := map[string]*junitSuite{}
	for _, r := range results {
		s := byFile[r.File]
		if s == nil {
			s = &junitSuite{Name: r.File}
			byFile[r.File] = s
			all.Suites = append(all.Suites, s)
		}
		c := junitCase{Name: r.Name, Class: r.Rule, Time: seconds(r.Took)}
		if len(r.Failures) > 0 {
			first := strings.ReplaceAll(strings.Replace(r.Failures[0], "\n  ", " ", 1), "\n  ", "; ")
			lines := r.Failures
			for _, n := range r.Notes {
				lines = append(lines[:len(lines):len(lines)], "note: "+n)
			}
			c.Failure = &junitMessage{first, strings.Join(lines, "\n")}
			s.Failures++
			all.Failures++
		}
		s.took += r.Took
		s.Time = seconds(s.took)
		took += r.Took
		s.Cases = append(s.Cases, c)
		s.Tests++
	}
	if len(wrong) > 0 {
		s := &junitSuite{Name: "files that are wrong", Tests: len(wrong), Errors: len(wrong), Time: seconds(0)}
		for _, err := range wrong {
			first, _, _ := strings.Cut(err.Error(), "\n")
			file, _, _ := strings.Cut(first, ":")
			s.Cases = append(s.Cases, junitCase{Name: file, Class: s.Name, Time: seconds(0), Error: &junitMessage{first, err.Error()}})
		}
		all.Suites, all.Errors = append(all.Suites, s), len(wrong)
	}
	all.Tests, all.Time = len(results)+len(wrong), seconds(took)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
