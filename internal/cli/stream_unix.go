//go:build unix

package cli

import (
	"io"
	"os"
	"syscall"
)

// polled is a pipe or a socket as a file that the runtime waits for, until it is released; anything else is given back as it is. Where
// a thread waits in the system for each message, every message costs several switches from thread to thread.
func polled[F io.Closer](stream F) (polled F, release func()) {
	file, ok := any(stream).(*os.File)
	if !ok {
		return stream, func() {}
	}
	info, err := file.Stat()
	if err != nil || info.Mode()&(os.ModeNamedPipe|os.ModeSocket) == 0 {
		return stream, func() {}
	}
	fd := int(file.Fd())
	if err := syscall.SetNonblock(fd, true); err != nil {
		return stream, func() {}
	}
	return any(os.NewFile(uintptr(fd), file.Name())).(F), func() { _ = syscall.SetNonblock(fd, false) }
}
