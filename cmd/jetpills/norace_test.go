//go:build !race

package main

import "time"

const (
	raceDetector               = false
	slowness     time.Duration = 1
)
