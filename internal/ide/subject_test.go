package ide

import (
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/workspace"
)

// TestInputOfAnotherPin: what a query knows of the names of inputs holds for the pin that it is about now.
func TestInputOfAnotherPin(t *testing.T) {
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	session := workspace.NewSession(workspace.Config{Library: library})
	q := newQuery(session.Snapshot(), workspace.NewDocument("untitled:a", "", "nix", 0, "{ }"))
	if q.isPinnedInput("jetson") {
		t.Error("nothing is pinned, and yet jetson is")
	}
	q.pinned.Pin.Input = "common/jetson"
	if !q.isPinnedInput("jetson") {
		t.Error("jetson is an input of common, and yet not pinned")
	}
}
