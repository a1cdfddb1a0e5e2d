//go:build !linux

package syntax_test

import "time"

// started is where cpuTime counts from.
var started = time.Now()

// cpuTime is how long the tests have run: what this thread did of that is not known here.
func cpuTime() time.Duration { return time.Since(started) }
