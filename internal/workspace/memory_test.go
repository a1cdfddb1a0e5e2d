package workspace

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"jetpills/internal/text"
)

// heap is how many bytes are in use once what nobody holds is gone.
func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// patience is how long a busy machine may take for what happens without fail.
const patience = time.Minute

// heapFalls waits until at most so many bytes are in use, and gives how many are. What the process did before goes after a
// while; what is held stays.
func heapFalls(most int) int {
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		if used := heap(); used <= most || time.Now().After(deadline) {
			return used
		}
	}
}

// askedAbout asks a document all that the features ask of it.
func askedAbout(sn *Snapshot, uri string) {
	d, _ := sn.Document(uri)
	d.Tree()
	d.Mapper()
	sn.DealsWithJetpack(d)
	sn.Catalog(d)
	sn.UserMayDeclare(d, "hardware.nvidia-jetpack.none")
}

// TestMemoryOfDocuments holds that documents take at most 12 times their text, and nothing once they are closed.
func TestMemoryOfDocuments(t *testing.T) {
	const documents, size, most = 20, 49_000, 12
	for name, line := range map[string]string{
		"written by people": "  systemd.services.worker.environment = { LEVEL = \"3\"; HOME = \"/var/lib/worker\"; }; # nvidia-jetpack\n",
		"dense":             "[a][a][a][a][a][a][a][a][a]\n",
		"damaged":           "] ) } ] ) } ] ) } ] ) }\n",
		"that declare":      "options.hardware.nvidia-jetpack.a = lib.mkOption { type = lib.types.enum [ \"a\" \"b\" ]; };\n",
	} {
		t.Run(name, func(t *testing.T) {
			content := "{\n" + strings.Repeat(line, size/len(line)) + "}\n"
			s, _ := newSession(t)
			s.Open("first", "", "nix", 1, content)
			askedAbout(s.Snapshot(), "first")
			before := heap()
			for i := range documents {
				uri := fmt.Sprintf("untitled:%d", i)
				s.Open(uri, "", "nix", 1, strings.Clone(content))
				askedAbout(s.Snapshot(), uri)
			}
			texts := documents * len(content)
			each := float64(heapFalls(before+most*texts)-before) / float64(texts)
			t.Logf("%.1f times the text", each)
			if each > most {
				t.Errorf("a document takes %.1f times its text, want %d at most", each, most)
			}
			for i := range documents {
				s.Close(fmt.Sprintf("untitled:%d", i))
			}
			if left := float64(heapFalls(before+texts/2)-before) / float64(texts); left > 0.5 {
				t.Errorf("a document that was closed takes %.1f times its text", left)
			}
			runtime.KeepAlive(s)
		})
	}
}

// TestTreeOfTheOneAsked holds that a document that is asked about again and again is parsed once, however many are open, and
// that a tree is the same for as long as someone holds it.
func TestTreeOfTheOneAsked(t *testing.T) {
	s, _ := newSession(t)
	dense := strings.Repeat("[a]", 20_000)
	for i := range 50 {
		s.Open(fmt.Sprintf("untitled:%d", i), "", "nix", 1, dense)
	}
	sn := s.Snapshot()
	one, _ := sn.Document("untitled:7")
	root := one.Tree().Root()
	for i := range 50 {
		other, _ := sn.Document(fmt.Sprintf("untitled:%d", i))
		other.Tree()
		runtime.GC()
		if one.Tree().Root() != root {
			t.Fatalf("another tree after %d other documents were asked about", i)
		}
	}
	if kept, most := s.parsed.size, max(mostParsedPerByte*50*len(dense), 0); kept > min(mostParsed, most) {
		t.Errorf("%d bytes of trees are kept", kept)
	}
}

// TestTreesThatGo holds that trees go where others need the room, and with the text that they are of.
func TestTreesThatGo(t *testing.T) {
	s, _ := newSession(t)
	for i := range 3 {
		s.Open(fmt.Sprint("untitled:", i), "", "nix", 1, strings.Repeat("[a]", 2000))
	}
	for i := range 3 {
		d, _ := s.Snapshot().Document(fmt.Sprint("untitled:", i))
		d.Tree()
	}
	last, _ := s.Snapshot().Document("untitled:2")
	if s.parsed.recent.Len() != 1 || s.parsed.places[last] == nil {
		t.Errorf("%d trees are kept, want the last one's: each is larger than what three texts allow", s.parsed.recent.Len())
	}
	if err := s.Change("untitled:2", 2, []text.Change{{Whole: true, Text: "a"}}, text.UTF16); err != nil {
		t.Fatal(err)
	}
	last.Tree() // a question about the version before is under way
	if s.parsed.recent.Len() != 0 || s.parsed.size != 0 {
		t.Errorf("%d trees of texts that are no more", s.parsed.recent.Len())
	}
	for i := range 3 {
		s.Close(fmt.Sprint("untitled:", i))
	}
	if s.parsed.text != 0 || len(s.parsed.open) != 0 {
		t.Errorf("%d bytes of %d documents are left", s.parsed.text, len(s.parsed.open))
	}
}

// TestClosedIsGivenBack holds that the system gets back the memory of what was closed, though nothing else happens.
func TestClosedIsGivenBack(t *testing.T) {
	inUse := func() int {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapSys - m.HeapReleased)
	}
	s, _ := newSession(t)
	debug.FreeOSMemory()
	before := inUse()
	for i := range 100 {
		s.Open(fmt.Sprint("untitled:", i), "", "nix", 1, strings.Repeat("text ", 100_000))
	}
	for i := range 100 {
		s.Close(fmt.Sprint("untitled:", i))
	}
	deadline := time.Now().Add(patience)
	for inUse()-before > 10<<20 {
		if time.Now().After(deadline) {
			t.Fatalf("%d MB are held, of 50 MB of text that was closed", (inUse()-before)>>20)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// TestRemember holds what is found out once, and when it is found out anew.
func TestRemember(t *testing.T) {
	s, _ := newSession(t)
	s.Open("untitled:a", "", "nix", 1, "{ a = 1; }")
	s.Open("untitled:b", "", "nix", 1, "{ b = 1; }")
	found := 0
	look := func(sn *Snapshot) {
		d, _ := sn.Document("untitled:a")
		sn.Remember(d, sn.Catalog(d), func() any { found++; return found })
	}
	asked := func(why string, news bool, change func()) {
		t.Helper()
		before := found
		change()
		look(s.Snapshot())
		look(s.Snapshot())
		if got := found - before; got != 0 != news || got > 1 {
			t.Errorf("%s: found out %d times", why, got)
		}
	}
	edit := func(uri, content string) func() {
		return func() {
			if err := s.Change(uri, 2, []text.Change{{Whole: true, Text: content}}, text.UTF16); err != nil {
				t.Fatal(err)
			}
		}
	}
	asked("at first", true, func() {})
	asked("another document was edited", false, edit("untitled:b", "{ b = 2; }"))
	asked("it was edited", true, edit("untitled:a", "{ a = 2; }"))
	asked("another document declares an option", true, edit("untitled:b", "{ options.hardware.nvidia-jetpack.b = 1; }"))
	asked("and declares it no more", true, edit("untitled:b", "{ }"))
	asked("another document changes a scope", true, edit("untitled:b", "final: prev: { nvidia-jetpack = 1; }"))
	asked("and says the same in other words", false, edit("untitled:b", "final: prev: { nvidia-jetpack = 2; }"))
	asked("and changes it no more", true, edit("untitled:b", "final: prev: { }"))
	asked("it names an overlay of a flake", true, edit("untitled:b", "{ inputs, ... }: inputs.robots.overlays.default"))
	asked("it has none any more", true, edit("untitled:b", "{ }"))
	asked("news of a file that nothing rests on", false, func() { s.FilesChanged([]string{"/x/flake.lock"}) })
	asked("the folders changed", true, func() { s.SetFolders([]string{t.TempDir()}) })
	asked("a document was opened", true, func() { s.Open("untitled:c", "", "nix", 1, "{ }") })
	asked("a document was closed", true, func() { s.Close("untitled:c") })
	asked("the settings changed", true, func() { s.SetSettings(Settings{Revision: newest}) })

	edit("untitled:a", "{ a = 3; }")()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	asked("only who did not wait has asked", true, func() {
		look(s.Snapshot().Until(cancelled))
		found--
	})
}
