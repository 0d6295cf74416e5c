// Package oracle holds our parser and binder against Microsoft's own, the npm
// package that package.json pins: for every query of the golden scripts, every
// example of a function or a diagnostic, and a list of its own, both must agree
// on whether the text is a query, whether it means something, and on the names
// and types of the columns that it answers with.
//
// The package is installed by npm on first use. Where Node or npm is absent, or
// the network is, the test is skipped.
//
// differences.txt lists where we differ and why. A difference that is not listed
// fails the test, and so does a listed one that is gone (-update takes it off). A
// line is only added with a new query that shows what the documentation or a
// recording decides, under that reason; never because an old query began to differ.
package oracle
