//go:build race

package main

// raceDetector says that tests run with the race detector; raceMemory is how many times more memory the program may take then.
const (
	raceDetector = true
	raceMemory   = 5
)
