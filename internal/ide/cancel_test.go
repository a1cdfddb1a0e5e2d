package ide_test

import (
	"context"
	"strings"
	"testing"

	"jetpills/internal/ide"
	"jetpills/internal/workspace"
)

// TestCancelled holds that nobody works on where nobody waits, and that what was left off is never taken for an answer.
func TestCancelled(t *testing.T) {
	session := newSession(t)
	unknown := "{\n" + strings.Repeat("hardware.nvidia-jetpack.enabel = true;\n", 50) + "hardware.nvidia-jetpack.carrierBoard = \"\";\n}"
	session.Open("untitled:x", "", "nix", 1, unknown)
	snapshot := session.Snapshot()
	doc, _ := snapshot.Document("untitled:x")
	left, leave := context.WithCancel(t.Context())
	leave()
	if found := ide.Diagnose(snapshot.Until(left), doc); len(found) > 0 {
		t.Errorf("%d diagnostics for nobody", len(found))
	}
	if found := ide.Diagnose(snapshot.Until(t.Context()), doc); len(found) != 51 {
		t.Errorf("%d diagnostics, want 51", len(found))
	}

	configured := workspace.NewDocument("untitled:y", "", "nix", 1, `{ hardware.nvidia-jetpack = { som = "orin-agx"; carrierBoard = ""; }; }`)
	at := strings.Index(configured.Text, `"";`) + 1
	fits := func(sn *workspace.Snapshot) bool {
		items := ide.Complete(sn, configured, at)
		return len(items) > 0 && strings.HasPrefix(items[0].Detail, "fits")
	}
	if !fits(snapshot) || fits(snapshot.Until(left)) {
		t.Error("the whole document was read for nobody, or not for who waits")
	}

	for wanted, sn := range map[int]*workspace.Snapshot{0: snapshot.Until(left), 50: snapshot} {
		found, ok := ide.ReferencesAt(sn, doc, strings.Index(unknown, "nvidia-jetpack"), true)
		if !ok || len(found.Found) < wanted || wanted == 0 && len(found.Found) > 0 || found.Complete != (wanted > 0) {
			t.Errorf("%d references, complete: %v, want %d", len(found.Found), found.Complete, wanted)
		}
	}
}
