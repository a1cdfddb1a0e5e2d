package server

import (
	"context"
	"time"

	"jetpills/internal/log"
)

// parentEvery is how often we look whether the client's process is alive. Its pipes tell too, unless somebody else holds them.
const parentEvery = 2 * time.Second

// watchParent makes the server leave once the process with that id has ended. One that is not alive now is no parent: it may
// be of another machine, or another PID namespace, such as a container's.
func (s *Server) watchParent(pid int) {
	if pid <= 0 {
		return // no process, but a group of them to some systems
	}
	parent, ok := openParent(pid)
	if !ok {
		s.log.Info("the client's process is not to be seen from here", log.Int("pid", pid))
		return
	}
	s.inBackground(func(ctx context.Context) {
		defer parent.close()
		for parent.alive() {
			select {
			case <-ctx.Done():
				return
			case <-time.After(parentEvery):
			}
		}
		s.log.Warn("the client's process has ended, leaving", log.Int("pid", pid))
		s.leave()
	})
}
