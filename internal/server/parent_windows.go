package server

import "syscall"

// parent is a process that is watched. As long as the handle is open, its id goes to no other.
type parent struct{ handle syscall.Handle }

func openParent(pid int) (parent, bool) {
	handle, err := syscall.OpenProcess(syscall.SYNCHRONIZE, false, uint32(pid))
	if err != nil {
		return parent{}, false
	}
	p := parent{handle}
	if !p.alive() {
		p.close()
		return parent{}, false
	}
	return p, true
}

// alive looks without waiting: a process is signalled once it has ended.
func (p parent) alive() bool {
	event, err := syscall.WaitForSingleObject(p.handle, 0)
	return err == nil && event == syscall.WAIT_TIMEOUT
}

func (p parent) close() { _ = syscall.CloseHandle(p.handle) }
