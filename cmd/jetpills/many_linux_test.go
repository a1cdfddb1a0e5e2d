package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	layOut         = flag.String("layout", "", "lay a workspace of many files out in this folder, for measurements")
	layOutFiles    = flag.Int("files", 10_000, "the Nix files of -layout")
	layOutImported = flag.Bool("imported", false, "the hosts of -layout import all of its files")
	typingTime     = flag.Duration("typing", 3*time.Second, "how long TestTyping types into each file")
)

// large is a workspace of many Nix files.
type large struct {
	files int // Nix files of 2 to 15 KB
	hosts int
	// imported has the hosts import a file of each folder that imports all modules in the folder.
	imported bool
}

// filesOfFolder is how many modules a folder of the workspace has.
const filesOfFolder = 50

// lay lays the workspace out in a folder: flake.lock and flake.nix, a module for each host, folders of modules, and what else
// lies in a repository. The same workspace has the same files each time.
func (l large) lay(dir string) error {
	write := func(name, content string) error {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		return os.WriteFile(file, []byte(content), 0o644)
	}
	files := map[string]string{
		"flake.lock":                      chaosLock(commits[0]),
		".git/HEAD":                       "ref: refs/heads/main\n",
		".git/hooks/left.nix":             "{ hardware.nvidia-jetpack.som = \"orin\"; }\n",
		"README.md":                       strings.Repeat("Modules of many machines.\n", 100),
		"node_modules/a/index.js":         "module.exports = {};\n",
		"node_modules/a/nested/shell.nix": "{ }\n",
		"secrets/secrets.yaml":            strings.Repeat("password: ENC[AES256_GCM]\n", 200),
	}
	var flake, imports strings.Builder
	for i := 0; l.imported && i < l.files; i += filesOfFolder {
		fmt.Fprintf(&imports, " ../modules/%s", filepath.Dir(l.name(i)))
	}
	for i := range l.hosts {
		fmt.Fprintf(&flake, "      machine%d = lib.nixosSystem { system = \"aarch64-linux\"; modules = [ jp.nixosModules.default ./hosts/machine%d.nix ]; };\n", i, i)
		files[fmt.Sprintf("hosts/machine%d.nix", i)] = fmt.Sprintf(`{ config, lib, pkgs, ... }:
{
  imports = [%s ];
  networking.hostName = "machine%d";
  hardware.nvidia-jetpack = {
    enable = true;
    som = "orin-agx";
    carrierBoard = "devkit";
  };
}
`, imports.String(), i)
	}
	files["flake.nix"] = fmt.Sprintf(`{
  inputs.jp.url = "github:anduril/jetpack-nixos";
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  outputs = { self, nixpkgs, jp, ... }: let inherit (nixpkgs) lib; in {
    nixosConfigurations = {
%s    };
  };
}
`, flake.String())
	var folder strings.Builder
	for i := range l.files {
		name := l.name(i)
		files["modules/"+name] = moduleText(i)
		fmt.Fprintf(&folder, "    ./%s\n", filepath.Base(name))
		if (i+1)%filesOfFolder == 0 || i+1 == l.files {
			files["modules/"+filepath.Dir(name)+"/default.nix"] = "{\n  imports = [\n" + folder.String() + "  ];\n}\n"
			folder.Reset()
		}
	}
	for name, content := range files {
		if err := write(name, content); err != nil {
			return err
		}
	}
	return os.Symlink("/nix/store/00000000000000000000000000000000-nixos-system", filepath.Join(dir, "result"))
}

// name is that of a module, below the folder of modules.
func (l large) name(i int) string {
	f := i / filesOfFolder
	return fmt.Sprintf("area%d/set%d/part%d/module%d.nix", f/100, f/10%10, f%10, i)
}

// moduleText is a module as people write them. One in forty is about a Jetson, one in ten of these with a mistake; one in four
// declares options, and one in fifty overlays packages.
func moduleText(i int) string {
	r := rand.New(rand.NewPCG(uint64(i), 1))
	var b strings.Builder
	most := 2000 + r.IntN(3)*r.IntN(6500)
	name := fmt.Sprintf("service%d", i)
	fmt.Fprintf(&b, "# The machines of area %d.\n{ config, lib, pkgs, ... }:\n\nlet\n  cfg = config.services.%s;\n  inherit (lib) mkIf mkOption types;\nin\n{\n", i%17, name)
	if i%4 == 0 {
		fmt.Fprintf(&b, "  options.services.%s = {\n    enable = lib.mkEnableOption \"the service\";\n", name)
		for o := range 3 + r.IntN(6) {
			fmt.Fprintf(&b, "    option%d = mkOption {\n      type = types.nullOr (types.listOf types.str);\n      default = null;\n      description = ''\n        What the service does with ${toString cfg.option%d}.\n      '';\n    };\n", o, o)
		}
		b.WriteString("  };\n\n  config = mkIf cfg.enable {\n")
	} else {
		b.WriteString("  config = mkIf (config.networking.hostName == \"machine0\") {\n")
	}
	switch {
	case i%400 == 0:
		b.WriteString("    hardware.nvidia-jetpack.som = \"orin\";\n")
	case i%40 == 0:
		b.WriteString("    hardware.nvidia-jetpack.maxClock = true;\n    hardware.nvidia-jetpack.firmware.autoUpdate = lib.mkDefault true;\n")
	case i%50 == 1:
		fmt.Fprintf(&b, "    nixpkgs.overlays = [ (final: prev: { tool%d = prev.tool%d.overrideAttrs (old: { patches = old.patches or [ ] ++ [ ./fix.patch ]; }); }) ];\n", i, i)
	}
	for n := 0; b.Len() < most; n++ {
		switch r.IntN(5) {
		case 0:
			fmt.Fprintf(&b, "    systemd.services.%s-%d = {\n      description = \"Part %d\";\n      wantedBy = [ \"multi-user.target\" ];\n      after = [ \"network.target\" ];\n      serviceConfig = {\n        ExecStart = \"${pkgs.tool%d}/bin/tool --port ${toString cfg.port} --name %d\";\n        Restart = \"always\";\n        DynamicUser = true;\n      };\n    };\n", name, n, n, r.IntN(99), n)
		case 1:
			fmt.Fprintf(&b, "    programs.tool%d.packages = with pkgs; [ git vim tool%d (python3.withPackages (ps: with ps; [ numpy requests ])) ];\n", n, r.IntN(99))
		case 2:
			fmt.Fprintf(&b, "    environment.etc.\"%s/%d.conf\".text = ''\n      # written by a module\n      listen = ${config.networking.hostName}:%d\n      workers = ${toString (lib.length cfg.option1)}\n    '';\n", name, n, 1000+n)
		case 3:
			fmt.Fprintf(&b, "    networking.firewall.interfaces.eth%d.allowedTCPPorts = [ %d %d ] ++ lib.optionals cfg.enable (map (p: p + %d) [ 1 2 3 ]);\n", n, 80+n, 443+n, n)
		case 4:
			fmt.Fprintf(&b, "    users.users.%s%d = lib.mkMerge [ { isSystemUser = true; group = \"%s\"; } (mkIf cfg.enable { extraGroups = [ \"video\" ]; }) ];\n", name, n, name)
		}
	}
	b.WriteString("  };\n}\n")
	return b.String()
}

// TestLayOut lays a workspace out where -layout says.
func TestLayOut(t *testing.T) {
	dir := *layOut
	if dir == "" {
		dir = t.TempDir()
	}
	workspace := large{files: *layOutFiles, hosts: 3, imported: *layOutImported}
	if *layOut == "" {
		workspace.files = 1
	}
	if err := workspace.lay(dir); err != nil {
		t.Fatal(err)
	}
}

// TestCheckManyFiles holds that a check finds the same, in the same order, however many files it looks at at once; that it sees all
// modules of a workspace that may add a value; and that its memory does not grow with the number of files.
func TestCheckManyFiles(t *testing.T) {
	binary := build(t)
	check := func(files int, procs string) (found []string, out string, kib int64) {
		t.Helper()
		dir := t.TempDir()
		if err := (large{files: files, hosts: 1}).lay(dir); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(binary, "check", "--format", "text", ".")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOMAXPROCS="+procs, "XDG_CACHE_HOME="+dir)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); !errors.As(err, new(*exec.ExitError)) || !strings.Contains(stderr.String(), " files, in ") {
			t.Fatalf("%v\n%s", err, &stderr)
		}
		for line := range strings.Lines(stdout.String()) {
			if file, _, ok := strings.Cut(line, ".nix:"); ok {
				found = append(found, file[strings.LastIndexByte(file, '/')+1:])
			}
		}
		return found, stdout.String(), cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	}
	const few, many = 700, 2100 // many are more than are searched for modules in an editor; few are enough for all memory that is kept spare
	_, _, ofFew := check(few, "2")
	found, one, _ := check(many, "1")
	_, out, ofMany := check(many, "4")
	if want := "module0 module400 module800 module1200 module1600 module2000"; strings.Join(found, " ") != want {
		t.Errorf("found in %s, want %s", found, want)
	}
	if out != one {
		t.Errorf("printed with four processors:\n%s\nand with one:\n%s", out, one)
	}
	t.Logf("%d KiB for %d files, %d KiB for %d", ofFew, few, ofMany, many)
	if most := ofFew + 24<<10; ofMany > most {
		t.Errorf("%d files take %d KiB, %d files %d KiB", many, ofMany, few, ofFew)
	}
}

// TestTyping edits a file of several hosts 500 times a second, as nobody types but a program may, with hovers in between. The server
// keeps up: as many hovers are answered in the end as in the beginning, and it takes no more memory.
func TestTyping(t *testing.T) {
	binary := build(t)
	for _, size := range []int{15_000, 250_000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			var err error
			for range 3 { // the machine may have other work for a while
				c := &chaos{t: t, binary: binary, dir: t.TempDir()}
				if err := (large{files: 20, hosts: 3, imported: true}).lay(c.dir); err != nil {
					t.Fatal(err)
				}
				if err = errors.Join(c.types(size), c.end()); err == nil {
					return
				}
			}
			t.Error(err)
		})
	}
}

const (
	editsEach  = 2 * time.Millisecond
	hoversEach = 50 * time.Millisecond
)

// types types into the module of a host, filled up to a size.
func (c *chaos) types(size int) error {
	s, err := c.start()
	if err != nil {
		return err
	}
	text := "{ config, lib, ... }:\n{\n  hardware.nvidia-jetpack.som = \"orin-agx\";\n"
	for n := 0; len(text) < size; n++ {
		text += fmt.Sprintf("  services.part%d = { enable = true; args = [ \"--port\" (toString config.services.port%[1]d) ] ++ lib.optional cfg.x \"y\"; };\n", n)
	}
	text += "}\n"
	uri := fileURI(filepath.Join(c.dir, "hosts", "machine0.nix"))
	if err := s.open(uri, text); err != nil {
		return err
	}
	at := map[string]any{"line": strings.Count(text, "\n") / 2, "character": 4}
	behind := map[string]any{"line": at["line"], "character": 5}
	period := *typingTime / 3
	ended := make(chan error, 1)
	var answered [3]int // hovers, in each third of the time
	begin := time.Now()
	go func() {
		for time.Since(begin) < *typingTime {
			if err := s.answersHover(uri, 2); err != nil {
				ended <- err
				return
			}
			if third := int(time.Since(begin) / period); third < len(answered) {
				answered[third]++
			}
			time.Sleep(hoversEach)
		}
		ended <- nil
	}()
	resident := 0
	for edits := 0; time.Since(begin) < *typingTime; edits++ {
		if resident == 0 && time.Since(begin) > period {
			resident = residentKiB(c.t, s.cmd.Process.Pid)
		}
		change := map[string]any{"range": map[string]any{"start": at, "end": at}, "text": "x"}
		if edits%2 == 1 {
			change = map[string]any{"range": map[string]any{"start": at, "end": behind}, "text": ""}
		}
		err := s.Notify("textDocument/didChange", map[string]any{
			"textDocument": map[string]any{"uri": uri, "version": edits + 2}, "contentChanges": []any{change},
		})
		if err != nil {
			return err
		}
		time.Sleep(time.Until(begin.Add(time.Duration(edits+1) * editsEach)))
	}
	if err := <-ended; err != nil {
		return err
	}
	grown := residentKiB(c.t, s.cmd.Process.Pid) - resident
	c.t.Logf("%d bytes: hovers answered in each third of %v: %v; %d KiB resident after the first, %d KiB more in the end", size, *typingTime, answered, resident, grown)
	if answered[2] < answered[0]/3 {
		return fmt.Errorf("hovers answered in each third of the time: %v", answered)
	}
	if most := 32 << 10 * raceMemory; grown > most {
		return fmt.Errorf("%d KiB more are resident than after the first third", grown)
	}
	return nil
}
