//go:build race

package main

import "time"

// raceDetector says that tests run with the race detector; slowness is how many times longer the program may take then.
const (
	raceDetector               = true
	slowness     time.Duration = 5
)
