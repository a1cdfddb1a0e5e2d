package host_test

import (
	"context"
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"jetpills/internal/nix/host"
	"jetpills/internal/nix/syntax"
)

// randomWorkspace is a flake with hosts a, b and c, put together in some way, that share
// random modules.
func randomWorkspace(t *rapid.T) *files {
	pick := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "pick") }
	f := newFiles()
	for name, content := range randomHost(t) {
		f.content["/w/modules/"+name] = content
	}
	shared := " ./own.nix"
	for _, name := range slices.Sorted(maps.Keys(f.content)) {
		if name := path.Base(name); strings.HasPrefix(name, "m") && !strings.Contains(f.content["/w/modules/"+name], "# imported") {
			shared += " ./" + name
		}
	}
	f.content["/w/modules/default.nix"] = `{ inputs, ... }: rec {
  unused = { name = "nobody"; };
  common = { ... }: { imports = [` + shared + ` ]; };
  board = som: { lib, ... }: { hardware.nvidia-jetpack.som = lib.mkDefault som; };
  /* of every host */ all = [ common (board "orin-nano") ];
}
`
	f.content["/w/flags.nix"] = `{
  a = { ` + knownFlags + ` };
  b = { a = false; b = true; n = 1; som = "thor-agx"; };
  c = rec { a = true; b = a; n = 2 + 1; som = "orin-nx"; }; # the last
}
`
	for _, name := range []string{"a", "b", "c"} {
		f.content["/w/hosts/"+name+".nix"] = `{ config, lib, flags, name, self, ... }: {
  networking.hostName = "${name}-` + pick("x", "y") + `";
  environment.etc.motd.text = ''
    welcome to ${name}
  '';
  hardware.nvidia-jetpack.` + pick(
			"super = lib.mkForce flags.a",
			`name = self.nixosConfigurations.a.config.hardware.nvidia-jetpack.som`,
			`firmware.optee.extraMakeFlags = lib.mkIf (name == "b") [ name ]`,
			`flashScriptOverrides.preFlashCommands = lib.mkAfter "echo ${toString (lib.length (lib.attrNames self.nixosConfigurations))}"`,
		) + `;
}
`
		f.content["/w/hosts/def-"+name+".nix"] = `{ mkHost, ... }: mkHost "` + name + `" [ { my.part.size = ` + pick("1", "flagless") + `; } ]` + "\n"
	}
	flake := `{
  inputs.nixpkgs.url = "nixpkgs"; inputs.jetpack-nixos.url = "jetpack-nixos"; inputs.flake-parts.url = "flake-parts";
  outputs = { self, nixpkgs, jetpack-nixos, flake-parts, ... }@inputs: let
    lib = nixpkgs.lib;
    modules = import ./modules { inherit inputs; };
    mkHost = name: extra: lib.nixosSystem {
      specialArgs = { inherit inputs name self; flags = (import ./flags.nix).${name}; };
      modules = [ jetpack-nixos.nixosModules.default (./hosts + "/${name}.nix") ] ++ modules.all ++ extra;
    };
  in `
	f.content["/w/packages.nix"] = `{ self, lib }: lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: lib.mapAttrs' (n: c: lib.nameValuePair "flash-${n}" c.config.system.build.flashScript) self.nixosConfigurations)` + "\n"
	const packages = `packages = import ./packages.nix { inherit self lib; }; `
	switch rapid.IntRange(0, 4).Draw(t, "flake") {
	case 0:
		flake += `{ nixosConfigurations = lib.genAttrs [ "a" "b" "c" ] (name: mkHost name [ ]); ` + packages + `}`
	case 1:
		flake += `{ nixosConfigurations = lib.mapAttrs' (file: _: rec { name = lib.removeSuffix ".nix" file; value = mkHost name [ ]; })
      (lib.filterAttrs (file: _: !(lib.hasPrefix "def" file)) (builtins.readDir ./hosts)); ` + packages + `}`
	case 2:
		flake += `{ nixosConfigurations = { a = import ./hosts/def-a.nix { inherit mkHost; }; b = import ./hosts/def-b.nix { inherit mkHost; }; c = (mkHost "c" [ ]) // { extra = 1; }; }; ` + packages + `}`
	case 3:
		flake += `flake-parts.lib.mkFlake { inherit inputs; } { systems = [ "aarch64-linux" ]; flake.` + packages + `flake.nixosConfigurations = { a = mkHost "a" [ ]; b = import ./hosts/def-b.nix { inherit mkHost; }; c = import ./hosts/def-c.nix { inherit mkHost; }; }; }`
	default:
		flake += `{ nixosConfigurations = rec { a = mkHost "a" [ { my.names.z = "z"; } ]; b = a.extendModules { modules = [ ./hosts/b.nix ]; }; c = mkHost (if modules ? none then "b" else "c") [ ]; }; ` + packages + `}`
	}
	f.content["/w/flake.nix"] = flake + ";\n}\n"
	return f
}

// edited is a text after a random edit.
func edited(t *rapid.T, content string) string {
	at := rapid.IntRange(0, len(content)).Draw(t, "at")
	insert := func(what string) string { return content[:at] + what + content[at:] }
	switch rapid.IntRange(0, 5).Draw(t, "edit") {
	case 0:
		return insert(rapid.SampledFrom([]string{" ", "\n", "# a remark\n", "/* x */"}).Draw(t, "space"))
	case 1:
		return insert(rapid.SampledFrom([]string{"x", `"`, "{", "}", ";", "(", ")", "[", "]", "''", "${", ".", "=", "1", " or ", " ? a", "++", "a: ", "rec ", "inherit flags;"}).Draw(t, "text"))
	case 2:
		end := min(len(content), at+rapid.IntRange(1, 6).Draw(t, "length"))
		return content[:at] + content[end:]
	case 3:
		return content[:at] + strings.Replace(content[at:], "true", "false", 1)
	case 4:
		return content[:at] + strings.Replace(content[at:], `"`, `"y`, 1)
	}
	return content[:at] + strings.Replace(content[at:], "lib", "(lib)", 1)
}

// asFresh fails unless a result is what an evaluation without an earlier one comes to.
func asFresh(t *rapid.T, f *files, o host.Options, res *host.Result, after string) {
	t.Helper()
	o.Workers = 3
	fresh := host.Evaluate(context.Background(), f, o, nil)
	if !reflect.DeepEqual(res.Open, fresh.Open) || !reflect.DeepEqual(res.Bound, fresh.Bound) {
		t.Fatalf("after %s: open %v, bound %v, want %v, %v", after, res.Open, res.Bound, fresh.Open, fresh.Bound)
	}
	if !slices.Equal(res.Builds, fresh.Builds) {
		t.Fatalf("after %s: %v are built, want %v", after, res.Builds, fresh.Builds)
	}
	if !slices.Equal(res.Files(), fresh.Files()) {
		t.Fatalf("after %s: read %v, want %v", after, res.Files(), fresh.Files())
	}
	for i, want := range fresh.Hosts {
		h := res.Hosts[i]
		if !slices.Equal(res.FilesOf(h.Name), fresh.FilesOf(h.Name)) {
			t.Fatalf("after %s: %s was read from %v, want %v", after, h.Name, res.FilesOf(h.Name), fresh.FilesOf(h.Name))
		}
		for i, v := range want.Values {
			if !reflect.DeepEqual(h.Values[i], v) {
				t.Fatalf("after %s: %s of %s is %+v, want %+v", after, strings.Join(v.Path, "."), h.Name, h.Values[i], v)
			}
		}
		if !reflect.DeepEqual(h, want) {
			t.Fatalf("after %s: %s is %+v, want %+v", after, h.Name, h, want)
		}
	}
	if len(res.Hosts) != len(fresh.Hosts) {
		t.Fatalf("after %s: %d hosts, want %d", after, len(res.Hosts), len(fresh.Hosts))
	}
}

// TestRandomEdits holds what is kept of an earlier result, after any edits, to what an
// evaluation without one comes to: in another order, with other workers.
func TestRandomEdits(t *testing.T) {
	edits, kept := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		f := randomWorkspace(rt)
		o := host.Options{Entry: "/w/flake.nix", Schema: schemaOfNewest(), Steps: rapid.SampledFrom([]int{0, 0, 200_000, 30_000}).Draw(rt, "steps")}
		if rapid.IntRange(0, 2).Draw(rt, "source") == 0 {
			f.content["/fork/flake.nix"], f.content["/fork/modules/default.nix"] = sourceFlake, randomSource(rt)
			o.Sources, o.Upstream = map[string]string{"jetpack-nixos": "/fork"}, []string{"/fork/modules/default.nix"}
		}
		res := host.Evaluate(context.Background(), f, o, nil)
		asFresh(rt, f, o, res, "nothing")
		names := slices.Sorted(maps.Keys(f.content))
		undo := map[string]string{}
		for range rapid.IntRange(1, 8).Draw(rt, "edits") {
			name := rapid.SampledFrom(names).Draw(rt, "file")
			content := f.content[name]
			if before, ok := undo[name]; ok && rapid.Bool().Draw(rt, "undo") {
				f.content[name] = before
				delete(undo, name)
			} else {
				undo[name], f.content[name] = content, edited(rt, content)
			}
			delete(f.trees, name)
			before := res
			res = host.Evaluate(context.Background(), f, o, before)
			asFresh(rt, f, o, res, fmt.Sprintf("%s became\n%s\nfrom\n%s", name, f.content[name], content))
			isKept := func(in *host.Result, h *host.Host) bool { return slices.Contains(in.Hosts, h) }
			if edits++; len(res.Hosts) > 0 && len(before.Hosts) > 0 && !slices.ContainsFunc(res.Hosts, func(h *host.Host) bool { return !isKept(before, h) }) {
				kept++
			}
		}
	})
	t.Logf("%d of %d edits had nothing evaluated", kept, edits)
}

var schemaOfNewest = sync.OnceValue(func() *host.Schema { return host.FromCatalog(newest()) })

// counted are files that count what they are asked to parse.
type counted struct {
	*files
	parsed []string
}

func (c *counted) Parse(name string) (*syntax.Tree, string, bool) {
	c.parsed = append(c.parsed, path.Base(name))
	return c.files.Parse(name)
}

// TestEditThatReachesNoHost holds that an edit of what no host needs has none evaluated,
// and that the locations behind it move.
func TestEditThatReachesNoHost(t *testing.T) {
	f := &counted{files: archive(`-- flake.nix --
{ outputs = { self, nixpkgs, jetpack-nixos, ... }: let lib = nixpkgs.lib; in {
  nixosConfigurations = lib.genAttrs [ "a" "b" ] (name: lib.nixosSystem {
    modules = [ jetpack-nixos.nixosModules.default ./shared.nix { networking.hostName = name; } ];
  });
}; }
-- shared.nix --
{ lib, ... }: {
  environment.etc.motd.text = "hello";
  services = { };
  hardware.nvidia-jetpack.som = lib.mkIf (lib.elem "a" [ "a" ]) "orin-nx";
}
`)}
	options := host.Options{Entry: "/w/flake.nix", Schema: schemaOfNewest(), Workers: 2}
	res := host.Evaluate(context.Background(), f, options, nil)
	for _, c := range []struct {
		name, from, to string
		evaluated      bool
	}{
		{"shared.nix", "{ lib", "# a remark\n{ lib", false},
		{"shared.nix", "hello", "hello, world", false},
		{"shared.nix", `"hello, world"`, `(toString [ "hello" ])`, false},
		{"shared.nix", `[ "hello" ]`, `[ (abort "x") ]`, false},
		{"shared.nix", "{ };", "{ openssh.enable = true; };", true}, // there could be services.nvpmodel
		{"shared.nix", "openssh.enable = true", "openssh.enable = false", false},
		{"shared.nix", "= false; };", "= false; nvpmodel.enable = true; };", true},
		{"shared.nix", "som =", "som  =\n", false},
		{"shared.nix", `[ "a" ]`, `[ "b" ]`, true},
		{"shared.nix", `"orin-nx"`, `"orin-agx"`, true}, // which could be mkForce
		{"shared.nix", `[ "b" ]`, `[ "b" "a" ]`, true},
		{"shared.nix", `"orin-agx"`, `"orin-nano"`, true},
		{"flake.nix", "{ outputs", "{ /* x */ outputs", false},
		{"flake.nix", "outputs =", `description = "y"; outputs =`, true},
		{"flake.nix", `"y"`, `"z"`, false},
		{"flake.nix", "let lib", "let unused = 1; lib", true},
		{"flake.nix", "unused = 1", "unused = 1 + 2", false},
	} {
		name := "/w/" + c.name
		if !strings.Contains(f.content[name], c.from) {
			t.Fatalf("no %s in %s", c.from, name)
		}
		f.content[name] = strings.Replace(f.content[name], c.from, c.to, 1)
		delete(f.trees, name)
		f.parsed = nil
		options.Workers = 1
		res = host.Evaluate(context.Background(), f, options, res)
		if isEvaluated := len(f.parsed) > 1; isEvaluated != c.evaluated {
			t.Errorf("%s for %s: evaluated: %v", c.to, c.from, isEvaluated)
		}
		for _, h := range res.Hosts {
			som := get(t, h, "som").Definitions[0]
			if got := som.Value.Span.Of(f.content["/w/shared.nix"]); !strings.HasPrefix(got, "lib.mkIf") && !strings.HasPrefix(got, `"orin`) {
				t.Errorf("%s for %s: som of %s is %s", c.to, c.from, h.Name, got)
			}
			if got := som.Path.Span.Of(f.content["/w/shared.nix"]); got != "hardware.nvidia-jetpack.som" {
				t.Errorf("%s for %s: the path of %s is %s", c.to, c.from, h.Name, got)
			}
		}
	}
}

// TestGivenUp holds that an evaluation which nobody wants any more stops in the middle of
// a host, and that nothing is taken from it.
func TestGivenUp(t *testing.T) {
	f := inFlake(`{ hardware.nvidia-jetpack.name = let f = n: if n == 0 then "x" else f (n - 1); in f 3000; hardware.nvidia-jetpack.som = "orin-nx"; }`)
	options := host.Options{Entry: "/w/flake.nix", Schema: schemaOfNewest()}
	whole := host.Evaluate(context.Background(), f, options, nil)
	if got := shown(get(t, whole.Hosts[0], "name")); got != "certain x" {
		t.Fatalf("name: %s", got)
	}
	asks := &countdown{Context: context.Background(), left: 1 << 20}
	host.Evaluate(asks, f, options, nil)
	asked := 1<<20 - asks.left
	if asked < 10 {
		t.Fatalf("it is asked %d times whether the evaluation is wanted", asked)
	}
	for left := range asked {
		res := host.Evaluate(&countdown{Context: context.Background(), left: left}, f, options, nil)
		if len(res.Hosts) != 0 && shown(get(t, res.Hosts[0], "name")) != "certain x" {
			t.Errorf("given up after %d of %d questions: %v", left, asked, get(t, res.Hosts[0], "name"))
		}
		after := host.Evaluate(context.Background(), f, options, res)
		if len(after.Hosts) != 1 || shown(get(t, after.Hosts[0], "name")) != "certain x" {
			t.Errorf("after it was given up: %v", after.Hosts)
		}
	}
}

// countdown is a context that ends after some questions.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left == 0 {
		return context.Canceled
	}
	c.left--
	return nil
}

// TestInCommon holds what hosts come to by what the flake evaluates once for all of them.
func TestInCommon(t *testing.T) {
	f := archive(`-- flake.nix --
{ outputs = { self, nixpkgs, jetpack-nixos, ... }: let
  lib = nixpkgs.lib;
  modules = import ./modules;
  mkHost = som: extra: lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default (modules.board som) ] ++ extra; };
  withMore = system: system // { more = system.config.networking.hostName; };
  hosts = lib.mapAttrs (_: withMore) { a = mkHost "orin-nx" [ ]; b = mkHost "orin-agx" [ modules.named ]; };
in {
  nixosConfigurations = hosts // {
    c = hosts.b.extendModules { modules = [ ({ lib, ... }: { hardware.nvidia-jetpack.som = lib.mkForce "thor-agx"; }) ]; };
    d = mkHost self.nixosConfigurations.c.config.hardware.nvidia-jetpack.som [ { networking.hostName = hosts.b.more; } ];
    e = mkHost "orin-nano" [ { networking.hostName = if hosts.a.options ? hardware.nvidia-jetpack.som then "has" else "none"; } ];
  };
}; }
-- modules/default.nix --
{
  board = som: { ... }: { imports = [ ./board.nix ]; hardware.nvidia-jetpack.som = som; };
  named = { config, ... }: { networking.hostName = "on-" + config.hardware.nvidia-jetpack.som; };
}
-- modules/board.nix --
{ hardware.nvidia-jetpack.carrierBoard = "devkit"; }
`)
	want := map[string]string{
		"a": "orin-nx ", "b": "orin-agx on-orin-agx", "c": "thor-agx on-thor-agx", "d": "thor-agx on-orin-agx", "e": "orin-nano has",
	}
	for _, h := range evaluated(t, f).Hosts {
		got := fmt.Sprint(get(t, h, "som").Values, get(t, h, "networking.hostName").Values, get(t, h, "carrierBoard").Values)
		som, name, _ := strings.Cut(want[h.Name], " ")
		if got != fmt.Sprintf("[%s] [%s] [devkit]", som, name) {
			t.Errorf("%s: %s, want %s", h.Name, got, want[h.Name])
		}
	}
}

// TestFilesInCommon holds that a host was read from a file that another host had
// evaluated before, where it needs it too, and only there.
func TestFilesInCommon(t *testing.T) {
	f := archive(`-- flake.nix --
{ outputs = { self, nixpkgs, jetpack-nixos, flake-parts, ... }@inputs: let
  host = modules: nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default ] ++ modules; };
  soms = import ./soms.nix;
in flake-parts.lib.mkFlake { inherit inputs; } ({ config, ... }: {
  imports = [ ./parts.nix ];
  flake.lib = import ./lib.nix;
  flake.nixosModules = import ./modules.nix;
  flake.nixosConfigurations = {
    a = host [ { hardware.nvidia-jetpack.som = self.lib.som; } ];
    b = host [ { hardware.nvidia-jetpack.som = self.lib.som; } ];
    c = import ./c.nix { inherit host; };
    d = host [ self.nixosModules.x ];
    e = host [ self.nixosModules.x { hardware.nvidia-jetpack.carrierBoard = soms.e; } ];
    f = host [ { hardware.nvidia-jetpack.som = soms.f; } ];
    g = host [ { hardware.nvidia-jetpack.carrierBoard = config.my.board; } ];
    h = host [ { hardware.nvidia-jetpack.carrierBoard = config.my.board; } ];
  };
}); }
-- parts.nix --
{ lib, ... }: { systems = [ ]; options.my.board = lib.mkOption { type = lib.types.raw; default = import ./board.nix; }; }
-- board.nix --
"devkit"
-- lib.nix --
{ som = "orin-nx"; }
-- modules.nix --
{ x = ./x.nix; }
-- x.nix --
{ hardware.nvidia-jetpack.som = "orin-agx"; }
-- c.nix --
{ host }: host [ ./x.nix ]
-- soms.nix --
{ e = "devkit"; f = "orin-nano"; }
`)
	res := evaluated(t, f)
	for name, want := range map[string]string{
		"a": "flake.nix lib.nix parts.nix", "b": "flake.nix lib.nix parts.nix", "c": "c.nix flake.nix parts.nix x.nix",
		"d": "flake.nix modules.nix parts.nix x.nix", "e": "flake.nix modules.nix parts.nix soms.nix x.nix", "f": "flake.nix parts.nix soms.nix",
		"g": "board.nix flake.nix parts.nix", "h": "board.nix flake.nix parts.nix",
	} {
		if got := strings.ReplaceAll(strings.Join(res.FilesOf(name), " "), "/w/", ""); got != want {
			t.Errorf("%s was read from %s, want %s", name, got, want)
		}
	}
}

// TestBudgetInCommon holds that hosts do not take the budget of one another, and that a
// host which takes all of it alone says so: in any order, by any number of workers.
func TestBudgetInCommon(t *testing.T) {
	f := archive(`-- flake.nix --
{ outputs = { self, nixpkgs, jetpack-nixos, ... }: let
  lib = nixpkgs.lib;
  costly = name: lib.foldl' (a: b: a + b) 0 (lib.range 1 (if name == "c" then 100000 else 3000)) + lib.stringLength name;
  hosts = lib.genAttrs [ "a" "b" "c" "d" "e" "f" "g" ] (name: let n = costly name; in lib.nixosSystem {
    modules = [ jetpack-nixos.nixosModules.default { hardware.nvidia-jetpack.name = toString n; hardware.nvidia-jetpack.som = "orin-nx"; } ];
  });
in { nixosConfigurations = hosts; }; }
`)
	var want []*host.Host
	for workers := range 4 {
		options := host.Options{Entry: "/w/flake.nix", Schema: schemaOfNewest(), Steps: 3_000_000, Workers: workers}
		res := host.Evaluate(context.Background(), f, options, nil)
		for _, h := range res.Hosts {
			if isBound, name := h.Bound != nil, shown(get(t, h, "name")); isBound != (h.Name == "c") || !isBound && name != "certain 4501501" {
				t.Errorf("%d workers: %s has name %s, bound %v", workers, h.Name, name, h.Bound)
			}
		}
		if want == nil {
			want = res.Hosts
		} else if !reflect.DeepEqual(res.Hosts, want) {
			t.Errorf("%d workers come to something else than one", workers)
		}
	}
}
