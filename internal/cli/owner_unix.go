//go:build unix

package cli

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives a new file the owner and the group of another one, where that is allowed: only root may give a file away.
func keepOwner(file *os.File, as fs.FileInfo) {
	if of, ok := as.Sys().(*syscall.Stat_t); ok {
		_ = file.Chown(int(of.Uid), int(of.Gid))
	}
}
