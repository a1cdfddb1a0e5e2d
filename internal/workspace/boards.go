package workspace

import (
	"time"

	"jetpills/internal/catalog"
	"jetpills/internal/jetson"
)

// mostBoardWait is how long a question waits for the boards, which are mostly read before the first one. An answer without them is a
// right one, too.
const mostBoardWait = 50 * time.Millisecond

// boards are the Jetsons of the machine, read once.
type boards struct {
	read  chan struct{} // closed once found is set
	found []jetson.Board
}

// readBoards begins to read the Jetsons of the machine whose files lie below a root.
func readBoards(root string, library *catalog.Library) *boards {
	b := &boards{read: make(chan struct{})}
	go func() {
		defer close(b.read)
		b.found = jetson.Look(root, library.Modules).Boards
	}()
	return b
}

// Boards are the Jetsons that the machine is, or had on USB in recovery mode when the session began: candidates, if several are of one.
func (s *Snapshot) Boards() []jetson.Board {
	if s.boards == nil {
		return nil
	}
	select {
	case <-s.boards.read:
		return s.boards.found
	case <-time.After(mostBoardWait):
		return nil
	}
}
