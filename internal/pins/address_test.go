package pins

import "testing"

func TestReadAddress(t *testing.T) {
	const rev = "4d857d6da48c420da39964b6fb7ba23a958abad3"
	for _, test := range []struct{ address, owner, ref string }{
		{"github:anduril/jetpack-nixos", "anduril", ""},
		{"github:anduril/jetpack-nixos/" + rev, "anduril", rev},
		{"github:anduril/jetpack-nixos/master", "anduril", "master"},
		{"github:anduril/jetpack-nixos/refs/heads/feature/x", "anduril", "feature/x"},
		{"github:anduril/jetpack-nixos?rev=" + rev, "anduril", rev},
		{"github:anduril/jetpack-nixos?ref=master&dir=x", "anduril", "master"},
		{"github:someone/Jetpack-NixOS", "someone", ""},
		{"gitlab:group%2Fsub/jetpack-nixos/main", "group/sub", "main"},
		{"sourcehut:~someone/jetpack-nixos", "~someone", ""},
		{"git+https://github.com/anduril/jetpack-nixos?ref=master&rev=" + rev, "anduril", rev},
		{"git+ssh://git@github.com/anduril/jetpack-nixos.git", "anduril", ""},
		{"git@github.com:anduril/jetpack-nixos.git", "anduril", ""},
		{"git+file:///home/someone/jetpack-nixos?rev=" + rev, "", rev},
		{"https://github.com/anduril/jetpack-nixos.git", "anduril", ""},
		{"https://github.com/anduril/jetpack-nixos/archive/" + rev + ".tar.gz", "anduril", rev},
		{"https://github.com/anduril/jetpack-nixos/archive/" + rev + ".zip", "anduril", rev},
		{"https://github.com/anduril/jetpack-nixos/archive/refs/heads/master.tar.gz", "anduril", "master"},
		{"https://github.com/anduril/jetpack-nixos/tarball/" + rev, "anduril", rev},
		{"https://api.github.com/repos/anduril/jetpack-nixos/tarball/" + rev, "anduril", rev},
		{"https://codeload.github.com/anduril/jetpack-nixos/tar.gz/" + rev, "anduril", rev},
		{"https://gitlab.com/group/jetpack-nixos/-/archive/" + rev + "/jetpack-nixos-" + rev + ".tar.gz", "group", rev},
		{"tarball+https://github.com/anduril/jetpack-nixos/archive/master.tar.gz#frag", "anduril", "master"},
	} {
		r, ref, ok := readAddress(test.address)
		if !ok || r.owner != test.owner || !r.isJetpack() || ref != test.ref {
			t.Errorf("%s: owner %q, repository %q, asks for %q, is one: %v; want owner %q and %q", test.address, r.owner, r.repo, ref, ok, test.owner, test.ref)
		}
	}
	for _, address := range []string{
		"", "jetpack-nixos", "./jetpack-nixos", "github:jetpack-nixos", "github:NixOS/nixpkgs/nixos-unstable",
		"github:anduril/jetpack-nixos-examples", "https://github.com/anduril/jetpack-nixos/issues/12",
		"https://github.com/anduril/jetpack-nixos/blob/master/README.md", "https://github.com/anduril/jetpack-nixos/archive/.tar.gz",
		"see https://example.org", "flake:jetpack-nixos", "nixos-config=/etc/nixos:jetpack-nixos",
	} {
		if r, ref, ok := readAddress(address); ok {
			t.Errorf("%q is taken for the address of %q with %q", address, r, ref)
		}
	}
}

func TestAt(t *testing.T) {
	const rev = "4d857d6da48c420da39964b6fb7ba23a958abad3"
	for _, test := range []struct {
		address, revision     string
		owner, commit, branch string
	}{
		{"https://github.com/anduril/jetpack-nixos/archive/" + rev + ".tar.gz", "", "anduril", rev, ""},
		{"https://github.com/anduril/jetpack-nixos.git", rev, "anduril", rev, ""},
		{"https://github.com/anduril/jetpack-nixos.git", "next", "anduril", "", "next"},
		{"https://github.com/anduril/jetpack-nixos/archive/master.tar.gz", "", "anduril", "", "master"},
		{"someone/jetpack-nixos", rev, "someone", rev, ""},
		{"github:anduril/jetpack-nixos/" + rev, "", "anduril", rev, ""},
		{"github:NixOS/nixpkgs", rev, "", "", ""},
		{"", rev, "", "", ""},
	} {
		pin, ok := At(test.address, test.revision)
		if ok != (test.owner != "") || pin.Owner != test.owner || pin.Revision != test.commit || pin.Branch != test.branch {
			t.Errorf("%s, %s: %+v, %t", test.address, test.revision, pin, ok)
		}
	}
}
