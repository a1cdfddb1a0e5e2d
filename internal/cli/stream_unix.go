//go:build unix

package cli

import (
	"cmp"
	"errors"
	"io"
	"os"
	"syscall"
)

// polledFile is an open file that never has a thread wait.
type polledFile struct {
	*os.File
	raw syscall.RawConn
}

// TryWrite makes it an [rpc.Eager].
func (f polledFile) TryWrite(p []byte) (n int, err error) {
	closed := f.raw.Write(func(fd uintptr) (done bool) {
		n, err = syscall.Write(int(fd), p)
		return true
	})
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR) {
		err = nil
	}
	return max(n, 0), cmp.Or(closed, err)
}

// polled is a pipe or a socket as a file that the runtime waits for; anything else is given back as it is. Where a thread waits in the
// system for each message, every message costs several switches from thread to thread. Release comes after the file is closed: it has
// whoever shares the stream wait in the system again, and closes the stream. A stream that the log goes to stays as it is, for the log
// would lose lines.
func polled[F io.Closer](stream F, log any) (polled F, release func()) {
	asItIs := func() {}
	file, ok := any(stream).(*os.File)
	if !ok {
		return stream, asItIs
	}
	info, err := file.Stat()
	if err != nil || info.Mode()&(os.ModeNamedPipe|os.ModeSocket) == 0 {
		return stream, asItIs
	}
	if log, ok := log.(*os.File); ok {
		if other, err := log.Stat(); err == nil && os.SameFile(info, other) {
			return stream, asItIs
		}
	}
	fd := int(file.Fd())
	other, err := syscall.Dup(fd) // so that there is one to release when the file is closed
	if err != nil {
		return stream, asItIs
	}
	syscall.CloseOnExec(other)
	if err := syscall.SetNonblock(other, true); err != nil {
		_ = syscall.Close(other)
		return stream, asItIs
	}
	pipe := os.NewFile(uintptr(other), file.Name())
	raw, err := pipe.SyscallConn()
	if err != nil {
		_ = pipe.Close()
		return stream, asItIs
	}
	return any(polledFile{pipe, raw}).(F), func() {
		_ = syscall.SetNonblock(fd, false)
		_ = file.Close()
	}
}
