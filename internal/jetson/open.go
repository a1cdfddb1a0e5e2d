//go:build !js

package jetson

import "syscall"

// nonBlocking has a FIFO open at once that nothing writes to.
const nonBlocking = syscall.O_NONBLOCK
