//go:build !race

package main

const (
	raceDetector = false
	raceMemory   = 1
)
