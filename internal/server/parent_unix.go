//go:build unix

package server

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// parent is a process that is watched. On Linux the handle in it is of that very process (a pidfd, where the kernel has
// them); elsewhere a process that took over its id would pass for it.
type parent struct {
	process *os.Process
	isOurs  bool // it started us: when it ends, we get another parent, even while it waits to be reaped
}

func openParent(pid int) (parent, bool) {
	process, err := os.FindProcess(pid)
	if err != nil {
		return parent{}, false
	}
	p := parent{process, os.Getppid() == pid}
	if !p.alive() {
		p.close()
		return parent{}, false
	}
	return p, true
}

// alive holds too for a process of somebody else's, which we may not signal.
func (p parent) alive() bool {
	if p.isOurs {
		return os.Getppid() == p.process.Pid
	}
	err := p.process.Signal(syscall.Signal(0))
	return (err == nil || errors.Is(err, syscall.EPERM)) && !isZombie(p.process.Pid)
}

// isZombie reports whether a process has ended and waits to be reaped, which takes signals. Only Linux tells, as proc(5) says.
func isZombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	name := bytes.LastIndexByte(stat, ')') // the end of it: a name may have such brackets itself
	return err == nil && name >= 0 && bytes.HasPrefix(stat[name:], []byte(") Z"))
}

func (p parent) close() { _ = p.process.Release() }
