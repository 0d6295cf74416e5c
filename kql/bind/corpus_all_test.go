//go:build !race

package bind_test

// oneOf is how much of the corpus a test run takes.
const oneOf = 1
