package syntax_test

import (
	"syscall"
	"time"
	"unsafe"
)

// cpuTime is how long this thread has been at work, whatever else the machine did meanwhile.
func cpuTime() time.Duration {
	var spec syscall.Timespec
	const threadClock = 3 // CLOCK_THREAD_CPUTIME_ID
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, threadClock, uintptr(unsafe.Pointer(&spec)), 0); errno != 0 {
		panic(errno)
	}
	return time.Duration(spec.Nano())
}
