package workspace

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"jetpills/internal/nix/host"
)

const (
	newRevision = "4d857d6da48c420da39964b6fb7ba23a958abad3"
	oldRevision = "8f27a0b1406c628b47cfd36932d70a96baf90d72"
)

// nearestWorkspace is a repository with the files of an archive, in which NEW and OLD stand for revisions.
func nearestWorkspace(t *testing.T, archive string) string {
	t.Helper()
	dir := repository(t)
	revisions := strings.NewReplacer("NEW", newRevision, "OLD", oldRevision)
	for _, f := range txtar.Parse([]byte(archive)).Files {
		write(t, dir, filepath.FromSlash(f.Name), revisions.Replace(string(f.Data)))
	}
	return dir
}

// short are revisions as NEW, OLD or "newest known".
func short(all []Pinned) string {
	var names []string
	for _, p := range all {
		switch {
		case p.Basis == Newest:
			names = append(names, "newest known")
		case p.Catalog.Revision.Hash == newRevision:
			names = append(names, "NEW")
		case p.Catalog.Revision.Hash == oldRevision:
			names = append(names, "OLD")
		default:
			names = append(names, p.Catalog.Revision.Hash)
		}
	}
	return strings.Join(names, ", ")
}

const lockOfNew = `-- flake.lock --
{ "version": 7, "root": "root", "nodes": { "root": { "inputs": { "jetpack": "new" } },
  "new": { "locked": { "type": "github", "owner": "anduril", "repo": "jetpack-nixos", "rev": "NEW", "lastModified": 1785000000 } } } }
`

const flakeOfOne = `-- flake.nix --
{ outputs = { nixpkgs, jetpack, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./host.nix ]; }; }; }
`

const twoHosts = `-- flake.lock --
{ "version": 7, "root": "root", "nodes": { "root": { "inputs": { "jetpack": "new", "jetpack5": "old" } },
  "new": { "locked": { "type": "github", "owner": "anduril", "repo": "jetpack-nixos", "rev": "NEW", "lastModified": 1785000000 } },
  "old": { "locked": { "type": "github", "owner": "anduril", "repo": "jetpack-nixos", "rev": "OLD", "lastModified": 1715000000 } } } }
-- flake.nix --
{
  outputs = { nixpkgs, jetpack, jetpack5, ... }: {
    nixosConfigurations.new = nixpkgs.lib.nixosSystem {
      modules = [ jetpack.nixosModules.default ./new.nix ./both.nix { hardware.nvidia-jetpack.enable = 1; } ];
    };
    nixosConfigurations.old = nixpkgs.lib.nixosSystem {
      modules = [ jetpack5.nixosModules.default ./old.nix ./both.nix { hardware.nvidia-jetpack.enable = 2; } ];
    };
    nixosConfigurations.none = nixpkgs.lib.nixosSystem { modules = [ ./none.nix ]; };
  };
}
-- new.nix --
{ hardware.nvidia-jetpack.som = "orin-agx"; }
-- old.nix --
{ hardware.nvidia-jetpack.som = "orin-agx"; }
-- both.nix --
{ ... }: { hardware.nvidia-jetpack.carrierBoard = "devkit"; }
-- none.nix --
{ }
-- other.nix --
{ }
`

// A file goes by what its code uses.
func TestNearest(t *testing.T) {
	const fetch = `builtins.fetchTarball "https://github.com/anduril/jetpack-nixos/archive/OLD.tar.gz"`
	for _, test := range []struct {
		name, files, file string
		// before is what holds before the hosts are known, where that is something else.
		before, want string
	}{
		{name: "a tarball of its own", files: lockOfNew + "-- x.nix --\n{ imports = [ \"${" + fetch + "}/modules\" ]; }", file: "x.nix", want: "OLD"},
		{name: "one that nothing imports", files: lockOfNew + "-- x.nix --\nlet src = " + fetch + "; in { }", file: "x.nix", want: "OLD"},
		{name: "an import of another one", files: lockOfNew + "-- x.nix --\nlet src = builtins.fetchTarball \"https://github.com/anduril/jetpack-nixos/archive/NEW.tar.gz\"; old = " + fetch + "; in { imports = [ \"${old}/modules\" ]; }", file: "x.nix", want: "OLD"},
		{name: "a tarball of something else", files: lockOfNew + "-- x.nix --\n{ imports = [ \"${builtins.fetchTarball \"https://github.com/a/jetson/archive/OLD.tar.gz\"}/modules\" ]; }", file: "x.nix", want: "NEW"},
		{name: "an address in a text", files: lockOfNew + "-- x.nix --\n{ homepage = \"https://github.com/anduril/jetpack-nixos/tree/OLD\"; }", file: "x.nix", want: "NEW"},
		{name: "a comment", files: lockOfNew + "-- x.nix --\n{ # " + fetch + "\n}", file: "x.nix", want: "NEW"},
		{name: "a tarball of a branch", files: lockOfNew + "-- x.nix --\n{ imports = [ \"${builtins.fetchTarball \"https://github.com/anduril/jetpack-nixos/archive/master.tar.gz\"}/modules\" ]; }", file: "x.nix", want: "NEW"},
		{name: "a modeline beside it", files: lockOfNew + "-- x.nix --\n# jetpills: revision=NEW\n{ imports = [ \"${" + fetch + "}/modules\" ]; }", file: "x.nix", want: "NEW"},
		{name: "another file's", files: lockOfNew + "-- src.nix --\n" + fetch + "\n-- x.nix --\n{ imports = [ \"${import ./src.nix}/modules\" ]; }", file: "x.nix", want: "OLD"},
		{name: "a member of another file's", files: lockOfNew + "-- srcs.nix --\n{ jetpack = " + fetch + "; }\n-- x.nix --\nlet srcs = import ./srcs.nix; in { imports = [ \"${srcs.jetpack}/modules\" ]; }", file: "x.nix", want: "OLD"},
		{name: "JSON", files: lockOfNew + "-- pin.json --\n{ \"url\": \"https://github.com/anduril/jetpack-nixos\", \"rev\": \"OLD\" }\n-- x.nix --\n{ imports = [ \"${builtins.fetchGit (builtins.fromJSON (builtins.readFile ./pin.json))}/modules\" ]; }", file: "x.nix", want: "OLD"},
		{name: "JSON of something else", files: lockOfNew + "-- pin.json --\n{ \"url\": \"https://github.com/a/jetson\", \"rev\": \"OLD\" }\n-- x.nix --\n{ imports = [ \"${builtins.fetchGit (builtins.fromJSON (builtins.readFile ./pin.json))}/modules\" ]; }", file: "x.nix", want: "NEW"},

		{name: "a file of a host that fetches", files: lockOfNew + flakeOfOne + "-- host.nix --\n{ imports = [ \"${" + fetch + "}/modules\" ./x.nix ]; }\n-- x.nix --\n{ }", file: "x.nix", before: "NEW", want: "OLD"},
		{name: "a file of a host that fetches for something else", files: lockOfNew + flakeOfOne + "-- host.nix --\n{ imports = [ ./x.nix ]; environment.etc.src.source = " + fetch + "; }\n-- x.nix --\n{ }", file: "x.nix", want: "NEW"},
		{name: "a file of a host with a search path of its own", files: lockOfNew + flakeOfOne + "-- host.nix --\n{ imports = [ <jetpack-nixos/modules> ./x.nix ]; nix.settings.nix-path = [ \"jetpack-nixos=${" + fetch + "}\" ]; }\n-- x.nix --\n{ }", file: "x.nix", before: "NEW", want: "OLD"},
		{name: "a host that fetches, where nothing is pinned", files: flakeOfOne + "-- host.nix --\n{ imports = [ \"${" + fetch + "}/modules\" ./x.nix ]; }\n-- x.nix --\n{ }", file: "x.nix", before: "newest known", want: "OLD"},
		{name: "a host that fetches a branch", files: lockOfNew + flakeOfOne + "-- host.nix --\n{ imports = [ \"${builtins.fetchTarball \"https://github.com/anduril/jetpack-nixos/archive/master.tar.gz\"}/modules\" ./x.nix ]; }\n-- x.nix --\n{ }", file: "x.nix", before: "NEW", want: "newest known"},

		{name: "a host of the first input", files: twoHosts, file: "new.nix", want: "NEW"},
		{name: "a host of the second input", files: twoHosts, file: "old.nix", before: "NEW", want: "OLD"},
		{name: "hosts of both", files: twoHosts, file: "both.nix", before: "NEW", want: "NEW, OLD"},
		{name: "a host without any", files: twoHosts, file: "none.nix", want: "NEW"},
		{name: "no host", files: twoHosts, file: "other.nix", want: "NEW"},

		{name: "a flake in a folder", files: "-- nix/flake.lock --\n{ \"version\": 7, \"root\": \"root\", \"nodes\": { \"root\": { \"inputs\": { \"jp\": \"jp\" } }, \"jp\": { \"locked\": { \"type\": \"github\", \"owner\": \"anduril\", \"repo\": \"jetpack-nixos\", \"rev\": \"OLD\" } } } }\n-- nix/flake.nix --\n{ outputs = { nixpkgs, jp, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ jp.nixosModules.default ../modules/x.nix ]; }; }; }\n-- modules/x.nix --\n{ }", file: "modules/x.nix", want: "OLD"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, _ := newSession(t)
			dir := nearestWorkspace(t, test.files)
			path := filepath.Join(dir, filepath.FromSlash(test.file))
			doc, err := ReadDocument(path)
			if err != nil {
				t.Fatal(err)
			}
			sn := s.Snapshot()
			before := test.want
			if test.before != "" {
				before = test.before
			}
			if got := short(sn.Catalogs(doc)); got != before {
				t.Errorf("%s before the hosts are known, want %s", got, before)
			}
			c := sn.Configuration(doc.Dir())
			if got := short(sn.Catalogs(doc)); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
			if strings.HasPrefix(test.name, "a flake in") && (c == nil || len(c.Hosts) != 1 || len(c.Of(path)) != 1) {
				t.Error("the file is not known as one of the flake's host")
			}
			// Before the next evaluation, what the last one said of the hosts holds.
			s.Open("x", path, "nix", 1, doc.Text+"\n# ")
			open, _ := s.Snapshot().Document("x")
			if got := short(s.Snapshot().Catalogs(open)); got != test.want {
				t.Errorf("after an edit: %s, want %s", got, test.want)
			}
		})
	}
}

// Of code that hosts of several revisions share, each part goes by the hosts that it belongs to.
func TestNearestWithin(t *testing.T) {
	s, _ := newSession(t)
	dir := nearestWorkspace(t, twoHosts)
	path := filepath.Join(dir, "flake.nix")
	doc, _ := ReadDocument(path)
	sn := s.Snapshot()
	c := sn.Configuration(dir)
	check := func(sn *Snapshot, doc *Document) {
		t.Helper()
		for part, want := range map[string]string{
			"enable = 1": "NEW", "enable = 2": "OLD", "jetpack5.nixosModules": "OLD", "./new.nix": "NEW", "outputs": "NEW, OLD",
		} {
			if got := short(sn.CatalogsAt(doc, strings.Index(doc.Text, part)+1)); got != want {
				t.Errorf("at %q: %s, want %s", part, got, want)
			}
		}
	}
	check(sn, doc)
	for name, want := range map[string]string{"new": "NEW", "old": "OLD"} {
		h, _ := c.Host(name)
		if got := short([]Pinned{c.PinnedOf(h)}); got != want {
			t.Errorf("host %s: %s", name, got)
		}
		if _, has := h.Option("hardware.nvidia-jetpack.majorVersion"); has != (want == "NEW") {
			t.Errorf("host %s is read with the options of another revision", name)
		}
		if len(c.HostsOf(filepath.Join(dir, "both.nix"), c.PinnedOf(h))) != 1 {
			t.Errorf("host %s is not the only one of its revision in the shared file", name)
		}
	}
	for name, want := range map[string]string{"jetpack": "NEW", "jetpack5": "OLD"} {
		if p, _ := sn.InputPinned(doc, name); short([]Pinned{p}) != want {
			t.Errorf("input %s: %s", name, short([]Pinned{p}))
		}
	}
	if _, ok := sn.InputPinned(doc, "nixpkgs"); ok {
		t.Error("nixpkgs is jetpack-nixos")
	}

	// An edit moves what stands behind it.
	s.Open("x", path, "nix", 1, strings.Replace(doc.Text, "enable = 1;", "enable = 1; # and more", 1))
	open, _ := s.Snapshot().Document("x")
	check(s.Snapshot(), open)

	// A setting holds for all hosts.
	settings := DefaultSettings()
	settings.Revision = newRevision
	s.SetSettings(settings)
	c = s.Snapshot().Configuration(dir)
	if old, _ := c.Host("old"); c.PinnedOf(old).Catalog.Revision.Hash != newRevision || old.Source != (host.Source{Input: "jetpack5"}) {
		t.Errorf("with a setting: %+v from %+v", c.PinnedOf(old).Pin, old.Source)
	}

	// The lock file moves one of them.
	settings.Revision = ""
	s.SetSettings(settings)
	s.Snapshot().Configuration(dir)
	lock := write(t, dir, "flake.lock", strings.NewReplacer("OLD", newRevision, "NEW", newRevision).Replace(string(txtar.Parse([]byte(twoHosts)).Files[0].Data)))
	s.FilesChanged([]string{lock})
	if got := short(s.Snapshot().CatalogsIn(dir)); got != "NEW" {
		t.Errorf("with one revision in the lock file: %s", got)
	}
	c = s.Snapshot().Configuration(dir)
	if old, _ := c.Host("old"); c.PinnedOf(old).Catalog.Revision.Hash != newRevision {
		t.Errorf("the host keeps %s", c.PinnedOf(old).Pin.Revision)
	} else if _, has := old.Option("hardware.nvidia-jetpack.majorVersion"); !has {
		t.Error("the host keeps the options")
	}
}

// A folder of pills that nobody uses is found.
func TestPillFolders(t *testing.T) {
	s, _ := newSession(t)
	dir := repository(t)
	page := "---\nid: \"%\"\ntitle: A\nsummary: B.\n---\n# Pill %: A\n\n## Text\n\nText.\n"
	for _, folder := range []string{"docs/nix-pills", "Pills", "docs/one-pills", "a/b/deep-pills", "docs/notes"} {
		for _, id := range []string{"00", "01"} {
			if folder != "docs/one-pills" || id == "00" {
				write(t, dir, filepath.Join(filepath.FromSlash(folder), id+"-a.md"), strings.ReplaceAll(page, "%", id))
			}
		}
	}
	got := s.Snapshot().PillFolders(filepath.Join(dir, "a"))
	if want := []string{filepath.Join(dir, "Pills"), filepath.Join(dir, "docs", "nix-pills")}; strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("found %v, want %v", got, want)
	}
	settings := DefaultSettings()
	settings.PillsPath = filepath.Join(dir, "Pills")
	s.SetSettings(settings)
	if got := s.Snapshot().PillFolders(dir); len(got) != 1 || filepath.Base(got[0]) != "nix-pills" {
		t.Errorf("beside the folder in use: %v", got)
	}
	if got := s.Snapshot().PillFolders(t.TempDir()); len(got) != 0 {
		t.Errorf("of no repository: %v", got)
	}
}
