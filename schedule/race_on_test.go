//go:build race

package schedule_test

// raceDetector says whether the tests run under it.
const raceDetector = true
