package workspace

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"jetpills/internal/nix/host"
	"jetpills/internal/text"
)

// TestSuppose holds that what is evaluated for another revision follows edits, and that the hosts that an edit does not reach are
// kept, as for the revision that is pinned.
func TestSuppose(t *testing.T) {
	s, _ := newSession(t)
	dir := repository(t)
	write(t, dir, "flake.lock", lockOf("anduril", older(t, s.library).Hash, "1"))
	write(t, dir, "flake.nix", `{ outputs = { nixpkgs, jetpack-nixos, ... }: {
  nixosConfigurations = nixpkgs.lib.genAttrs [ "a" "b" ] (n: nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default (./. + "/${n}.nix") ]; });
}; }`)
	a := write(t, dir, "a.nix", `{ hardware.nvidia-jetpack.som = "orin-agx"; }`)
	write(t, dir, "b.nix", `{ hardware.nvidia-jetpack.som = "orin-nx"; }`)
	supposed := func() *Snapshot { return s.Snapshot().Suppose(s.library.Newest()) }
	hosts := func() []*host.Host {
		t.Helper()
		c := supposed().Configuration(dir)
		if c == nil || c.Pinned.Catalog != s.library.Newest() || len(c.Hosts) != 2 {
			t.Fatalf("%+v", c)
		}
		return c.Hosts
	}
	first := hosts()
	if again := hosts(); !slices.Equal(first, again) {
		t.Error("the hosts of one snapshot were evaluated twice")
	}
	s.Open("file:///a.nix", a, "nix", 1, `{ hardware.nvidia-jetpack.som = "thor-agx"; }`)
	edited := hosts()
	if edited[0] == first[0] || edited[1] != first[1] {
		t.Error("an edit of a.nix concerns a alone")
	}
	if v, _ := edited[0].Option("hardware.nvidia-jetpack.som"); len(v.Values) != 1 || v.Values[0] != "thor-agx" {
		t.Errorf("after the edit som is %v", v.Values)
	}
	if pinned := s.Snapshot().Configuration(dir); pinned.Pinned.Catalog.Revision.Hash != older(t, s.library).Hash {
		t.Errorf("pinned is %s", pinned.Pinned.Catalog.Revision.Hash)
	}
	s.Open("file:///c.nix", filepath.Join(dir, "c.nix"), "nix", 1, "{ }")
	s.Snapshot().StopReading()
	if c := supposed().Configuration(dir); c != nil {
		t.Errorf("stopped, but there is %v", c.Hosts)
	}
	s.Close("file:///c.nix")
	if kept := hosts(); !slices.Equal(kept, edited) {
		t.Error("what was known before is evaluated again")
	}
}

// TestOnce holds what is found out once for a snapshot, and when it is found out anew.
func TestOnce(t *testing.T) {
	s, _ := newSession(t)
	s.Open("untitled:a", "", "nix", 1, "{ a = 1; }")
	found := 0
	ask := func(sn *Snapshot, key string) any { return sn.Once(key, func() any { found++; return found }) }
	expect := func(when string, got any, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
	}
	first := s.Snapshot()
	expect("before anybody asked", first.Known("x"), nil)
	expect("at first", ask(first, "x"), 1)
	expect("again", ask(first, "x"), 1)
	expect("known", first.Until(t.Context()).Known("x"), 1)
	expect("of something else", ask(first, "y"), 2)
	if err := s.Change("untitled:a", 2, []text.Change{{Whole: true, Text: "{ a = 2; }"}}, text.UTF16); err != nil {
		t.Fatal(err)
	}
	expect("after an edit", s.Snapshot().Known("x"), nil)
	expect("of the snapshot before", first.Known("x"), 1)
	done, stop := context.WithCancel(t.Context())
	stop()
	expect("for somebody who does not wait", ask(s.Snapshot().Until(done), "x"), nil)
	expect("where there is nothing", s.Snapshot().Once("x", func() any { return nil }), nil)
	found = 6
	expect("for somebody who waits", ask(s.Snapshot(), "x"), 7)
}

// TestOnceConcurrent: of those who ask at once, one finds out, and those who wait no longer leave.
func TestOnceConcurrent(t *testing.T) {
	s, _ := newSession(t)
	sn := s.Snapshot()
	begun, end := make(chan struct{}), make(chan struct{})
	first, second := make(chan any), make(chan any)
	go func() {
		first <- sn.Once("x", func() any { close(begun); <-end; return 1 })
	}()
	<-begun
	go func() { second <- sn.Once("x", func() any { return 2 }) }()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if got := sn.Until(ctx).Once("x", func() any { return 3 }); got != nil {
		t.Errorf("%v for somebody who does not wait", got)
	}
	close(end)
	if a, b := <-first, <-second; a != 1 || b != 1 {
		t.Errorf("%v and %v, want 1", a, b)
	}
}
