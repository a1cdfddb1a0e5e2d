package server

import (
	"os"
	"testing"
)

// TestNameOfAParent: a process may be called like the end of another's line in /proc.
func TestNameOfAParent(t *testing.T) {
	const file = "/proc/self/comm"
	name, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := os.WriteFile(file, name, 0); err != nil {
			t.Error(err)
		}
	}()
	if err := os.WriteFile(file, []byte("a) Z"), 0); err != nil {
		t.Fatal(err)
	}
	if isZombie(os.Getpid()) {
		t.Error("a process that is alive is taken for one that has ended")
	}
}
