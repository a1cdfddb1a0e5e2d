package host_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/nix/host"
)

// ofSource is a source of jetpack-nixos, whose module has these definitions.
func ofSource(f *files, config string) *files {
	for _, one := range []struct{ name, content string }{
		{"flake.nix", `{ outputs = { self, nixpkgs }: {
  nixosModules.default = import ./modules/default.nix self.overlays.default;
  nixosModules.extra = { warnings = [ "extra" ]; };
  overlays.default = final: prev: if prev."applied-${self.narHash}" or false then { } else import ./overlay.nix final prev // { "applied-${self.narHash}" = true; };
}; }`},
		{"overlay.nix", `final: prev: let
  scope = version: final.lib.makeScope final.newScope (self: {
    inherit version;
    l4tAtLeast = final.lib.versionAtLeast version;
    tool = self.callPackage ./tool.nix { };
    debs = builtins.fromJSON (builtins.readFile ./debs.json);
  } // final.callPackages ./more.nix { });
in { nvidia-jetpack5 = scope "35.6"; nvidia-jetpack6 = scope "36.4"; nvidia-jetpack7 = scope "38.2"; }`},
		{"more.nix", `{ lib, stdenv }: { more = stdenv.mkDerivation { name = lib.concatStrings [ "more" ]; }; }`},
		{"device.nix", `config: final: prev: {
  nvidia-jetpack = prev.nvidia-jetpack.overrideScope (_: _: {
    chip = if final.lib.hasPrefix "orin" config.hardware.nvidia-jetpack.som then "t234" else throw "no chip";
  } // config.hardware.nvidia-jetpack.flasherPkgs.callPackages (import ./flash.nix { inherit config; }) { });
}`},
		{"flash.nix", `{ config }: { runCommand }: { flash = runCommand "flash" { } ""; }`},
		{"modules/default.nix", `overlay: { config, lib, flags, options, pkgs, ... }: let cfg = config.hardware.nvidia-jetpack; in {
  options.hardware.nvidia-jetpack = {
    enable = lib.mkEnableOption "Jetsons";
    som = lib.mkOption { type = lib.types.str; default = "generic"; };
    majorVersion = lib.mkOption { type = lib.types.str; default = if lib.hasPrefix "thor" cfg.som then "7" else "6"; };
    super = lib.mkOption { type = lib.types.bool; default = false; };
    flasherPkgs = lib.mkOption {
      type = options.nixpkgs.pkgs.type;
      default = import pkgs.path { system = "x86_64-linux"; inherit (pkgs) config; };
      apply = p: p.appendOverlays pkgs.overlays;
    };
  };
  config = lib.mkIf cfg.enable (lib.mkMerge [
    {
      nixpkgs.hostPlatform = lib.mkOptionDefault "aarch64-linux";
      nixpkgs.overlays = lib.mkBefore [ overlay (final: prev: { nvidia-jetpack = final."nvidia-jetpack${cfg.majorVersion}"; }) (import ../device.nix config) ];
    }
    {
` + config + `
    }
  ]);
}`},
	} {
		f.content["/fork/"+one.name] = one.content
	}
	return f
}

// evaluatedWithSource is what the hosts of a flake come to with the source of their jetpack-nixos.
func evaluatedWithSource(f *files, before *host.Result) *host.Result {
	return host.Evaluate(context.Background(), f, host.Options{
		Entry: "/w/flake.nix", Schema: schemaOfNewest(), Sources: map[string]string{"jetpack-nixos": "/fork"},
		Upstream: []string{"/fork/modules/default.nix", "/fork/modules/more.nix"},
	}, before)
}

// failures are the messages of what fails on a host, each with the options that it hangs on, as far as the workspace defines them.
func failures(h *host.Host) string {
	var all []string
	for _, f := range h.Failed {
		text := strings.Join(strings.Fields(f.Message), " ")
		if f.IsWarning {
			text = "warning " + text
		}
		var at []string
		for _, v := range f.HangsOn {
			if len(v.Definitions) > 0 {
				at = append(at, strings.TrimPrefix(strings.Join(v.Path, "."), "hardware.nvidia-jetpack."))
			}
		}
		all = append(all, text+" @ "+strings.Join(at, " "))
	}
	slices.Sort(all)
	return strings.Join(all, "; ")
}

func TestFailed(t *testing.T) {
	fails := func(condition string) string {
		return "assertions = [ { assertion = " + condition + `; message = "M"; } ];`
	}
	const on = `{ hardware.nvidia-jetpack.enable = true; } `
	for _, c := range []struct{ name, source, modules, want string }{
		{"nothing", fails("true"), on, ""},
		{"a default", fails(`cfg.som != "generic"`), on, "M @ enable"},
		{"a definition", fails(`cfg.som != "a"`), on + `{ hardware.nvidia-jetpack.som = "a"; }`, "M @ som enable"},
		{"its message", `assertions = [ { assertion = false; message = ''
          ${cfg.som} is
            not ${toString [ 1 2 ]} ${pkgs.hello}
        ''; } ];`, on, "generic is not 1 2 ${pkgs.hello} @ enable"},
		{"no message", `assertions = [ { assertion = false; message = pkgs.hello; } ];`, on, "@ enable"},
		{"a message that throws", `assertions = [ { assertion = false; message = throw "x"; } ];`, on, ""},
		{"a test that throws", fails(`throw "x"`), on, ""},
		{"a test that hangs on itself", "assertions = let a = [ { assertion = a == [ ]; message = toString a; } ]; in a;", on, ""},
		{"a test that is not known", fails("pkgs.hello"), on, ""},
		{"an option that is not known", fails(`cfg.som == "b"`), on + `({ pkgs, ... }: { hardware.nvidia-jetpack.som = pkgs.hello; })`, ""},
		{"one of several values", fails(`cfg.som == "a"`), on + `({ pkgs, ... }: { hardware.nvidia-jetpack.som = if pkgs.x then "a" else "b"; })`, ""},
		{"several values, none of which will do", fails(`cfg.som == "c"`), on + `({ pkgs, ... }: { hardware.nvidia-jetpack.som = if pkgs.x then "a" else "b"; })`, "M @ som enable"},
		{"a definition that may be there", fails("!cfg.super"), on + `({ lib, pkgs, ... }: { hardware.nvidia-jetpack.super = lib.mkIf pkgs.x true; })`, ""},
		{"off", fails("false"), `{ hardware.nvidia-jetpack.enable = false; }`, ""},
		{"perhaps off", fails("false"), `({ pkgs, ... }: { hardware.nvidia-jetpack.enable = pkgs.x; })`, ""},
		{"under a condition", "assertions = lib.mkIf cfg.super [ { assertion = false; message = cfg.som; } ];",
			on + `{ hardware.nvidia-jetpack.super = true; }`, "generic @ super enable"},
		{"under a condition that does not hold", "assertions = lib.mkIf cfg.super [ { assertion = false; message = cfg.som; } ];", on, ""},
		{"under a condition that is not known", "assertions = lib.mkIf pkgs.x [ { assertion = false; message = cfg.som; } ];", on, ""},
		{"under a condition of its own", `assertions = [ (lib.mkIf cfg.super { assertion = false; message = "a"; }) (lib.mkIf (!cfg.super) { assertion = false; message = "b"; }) (lib.mkIf pkgs.x { assertion = false; message = "c"; }) ];`,
			on + `{ hardware.nvidia-jetpack.super = true; }`, "a @ super enable"},
		{"merged", `assertions = lib.mkMerge [ [ { assertion = false; message = "a"; } ] (lib.mkAfter [ { assertion = cfg.super; message = "b"; } ]) ];`, on, "a @ enable; b @ enable"},
		{"behind what may be there", `assertions = lib.optional pkgs.x { assertion = false; message = "a"; } ++ [ { assertion = false; message = "b"; } ]
          ++ map (n: { assertion = false; message = n; }) (lib.optional pkgs.y "c" ++ [ "d" ]);`, on, "b @ enable; d @ enable"},
		{"of what may be there", `assertions = lib.concatMap (n: [ { assertion = false; message = n; } ]) (lib.optional pkgs.x "a")
          ++ lib.filter (a: !a.assertion) (lib.optional pkgs.y { assertion = false; message = "b"; });`, on, ""},
		{"of lists that are known in part", `assertions = let some = lib.optional pkgs.x "a" ++ [ "b" ]; in
          [ { assertion = !(lib.elem "b" some); message = "elem"; } { assertion = !(lib.any (x: x == "b") some); message = "any"; }
            { assertion = lib.elem "a" some; message = "may be there"; } { assertion = !(lib.elem "a" some); message = "may be missing"; } { assertion = !(lib.any (x: x == "a") some); message = "may be missing, too"; } ];`,
			on, "any @ enable; elem @ enable"},
		{"made by functions", `assertions = let refuse = som: { assertion = cfg.som != som; message = "no ${som}"; }; in
          map refuse [ "a" "b" ] ++ lib.concatMap (n: lib.optional cfg.super (refuse n)) [ "a" "c" ];`,
			on + `{ hardware.nvidia-jetpack = { som = "a"; super = true; }; }`, "no a @ som enable; no a @ som super enable"},
		{"no condition", `assertions = [ { message = "a"; } ({ assertion = false; } // pkgs.more) ];`, on, ""},
		{"warnings", `warnings = lib.optional cfg.super "super" ++ lib.optional (cfg.som == "a") "som" ++ [ "all ${pkgs.x}" (throw "no") ];`,
			on + `{ hardware.nvidia-jetpack.super = true; }`, "warning all ${pkgs.x} @ enable; warning super @ super enable"},
		{"warnings of one of two lists", `warnings = if cfg.super then [ "a" ] else [ "b" ];`, on + `{ hardware.nvidia-jetpack.super = true; }`, "warning a @ super enable"},
		{"warnings of a list that is not known", `warnings = if pkgs.x then [ "a" ] else [ "b" ];`, on, ""},
		{"what is not looked at", fails(`cfg.super && cfg.som == "a" || (if cfg.super then cfg.som == "a" else cfg.majorVersion == "5")`),
			on + `{ hardware.nvidia-jetpack = { super = false; som = "b"; majorVersion = "6"; }; }`, "M @ super majorVersion enable"},
		{"names for options", `assertions = let isA = cfg.som == "a"; inherit (cfg) super; off = x: !(x && isA); in [ { assertion = with cfg; off super || majorVersion == "1"; message = "M"; } ];`,
			on + `{ hardware.nvidia-jetpack = { super = true; som = "a"; majorVersion = "5"; }; }`, "M @ som super majorVersion enable"},
		{"options of NixOS", fails("!config.services.openssh.enable"), on + `{ services.openssh.enable = true; }`, "M @ services.openssh.enable enable"},
		{"options of NixOS that nobody defines", fails("config.services.openssh.enable"), on, ""},

		{"the source's own definition", `hardware.nvidia-jetpack.super = lib.mkDefault true; ` + fails("cfg.super"), on, ""},
		{"a definition over the source's own", `hardware.nvidia-jetpack.super = lib.mkDefault true; ` + fails("cfg.super"), on + `{ hardware.nvidia-jetpack.super = false; }`, "M @ super enable"},
		{"the source's own over a definition", `hardware.nvidia-jetpack.super = lib.mkForce true; ` + fails("cfg.super"), on + `{ hardware.nvidia-jetpack.super = false; }`, ""},
		{"one that is perhaps the source's own", `hardware.nvidia-jetpack.super = lib.mkIf pkgs.x true; ` + fails("cfg.super"), on, ""},
		{"assertions that somebody takes away", fails("false"), on + `({ lib, ... }: { assertions = lib.mkForce [ ]; })`, ""},
		{"assertions that somebody may take away", fails("false"), on + `({ lib, pkgs, ... }: { assertions = lib.mkIf pkgs.x (lib.mkForce [ ]); })`, ""},
		{"assertions of others", "", on + `{ assertions = [ { assertion = false; message = "mine"; } ]; warnings = [ "mine" ]; }`, ""},
		{"assertions of another file of the source", "imports = [ ]; ", `{ imports = [ jetpack-nixos.nixosModules.extra ]; }`, ""},
		{"a specialisation", fails("!cfg.super"), on + `{ specialisation.fast.configuration.hardware.nvidia-jetpack.super = true; }`, "| M @ super enable"},

		{"the platform", fails("pkgs.stdenv.hostPlatform.isAarch64"), on + `{ nixpkgs.hostPlatform = "x86_64-linux"; }`, "M @ nixpkgs.hostPlatform enable"},
		{"the platform of given packages", fails("pkgs.stdenv.hostPlatform.isAarch64"), on + `{ nixpkgs.hostPlatform = "x86_64-linux"; nixpkgs.pkgs = import nixpkgs { system = "aarch64-linux"; }; }`, ""},
		{"versions", `assertions = let inherit (pkgs.nvidia-jetpack) l4tAtLeast; in [ { assertion = l4tAtLeast "36"; message = pkgs.nvidia-jetpack.version; } ];`,
			on + `{ hardware.nvidia-jetpack.majorVersion = "5"; }`, "35.6 @ majorVersion enable"},
		{"versions by the SoM", fails(`!pkgs.nvidia-jetpack.l4tAtLeast "38"`), on + `{ hardware.nvidia-jetpack.som = "thor-agx"; }`, "M @ som enable"},
		{"what the device's overlay has", fails(`pkgs.nvidia-jetpack.chip == "t264"`), on + `{ hardware.nvidia-jetpack.som = "orin-nx"; hardware.nvidia-jetpack.majorVersion = "5"; }`, "M @ som enable"},
		{"what the device's overlay refuses", fails(`pkgs.nvidia-jetpack.chip == "t264"`), on, ""},
		{"packages", fails(`pkgs.nvidia-jetpack.tool.version == "1" || pkgs.nvidia-jetpack.debs == { } || pkgs.nvidia-jetpack.more == 1 || pkgs.nvidia-jetpack ? none`), on, ""},
		{"an overlay over the versions", fails(`pkgs.nvidia-jetpack.version == "36.4"`),
			on + `({ lib, ... }: { nixpkgs.overlays = lib.mkAfter [ (final: prev: { nvidia-jetpack = prev.nvidia-jetpack.overrideScope (_: _: { version = "0"; }); }) ]; })`, "M @ enable"},
		{"an overlay that is not known", fails(`pkgs.nvidia-jetpack.version == "0"`), on + `({ lib, ... }: { nixpkgs.overlays = lib.mkAfter [ inputs.other.overlays.default ]; })`, ""},
		{"an overlay that may be there", fails(`pkgs.nvidia-jetpack.version == "0"`), on + `({ lib, pkgs, ... }: { nixpkgs.overlays = lib.optional pkgs.x (_: _: { }); })`, ""},
		{"CUDA", fails("!pkgs.config.cudaSupport"), on + `{ nixpkgs.config.cudaSupport = true; }`, "M @ nixpkgs.config enable"},
		{"no CUDA", fails("pkgs.config.cudaSupport"), on, "M @ enable"},
		{"CUDA twice", fails("!pkgs.config.cudaSupport"), on + `{ nixpkgs.config.cudaSupport = true; } { nixpkgs.config.cudaSupport = false; }`, ""},
		{"no CUDA twice", fails("!pkgs.config.cudaSupport"), on + `{ nixpkgs.config.cudaSupport = false; } { nixpkgs.config.cudaSupport = true; }`, ""},
		{"CUDA perhaps", fails("pkgs.config.cudaSupport"), on + `({ lib, pkgs, ... }: { nixpkgs.config = lib.mkIf pkgs.x { cudaSupport = true; }; })`, ""},
		{"CUDA of a config that is not known", fails("pkgs.config.cudaSupport"), on + `({ pkgs, ... }: { nixpkgs.config = pkgs.more; })`, ""},
		{"CUDA of given packages", fails("pkgs.config.cudaSupport"), on + `{ nixpkgs.pkgs = import nixpkgs { system = "aarch64-linux"; config.cudaSupport = true; }; }`, ""},
	} {
		res := evaluatedWithSource(ofSource(inFlake(c.modules), c.source), nil)
		var all []string
		for _, h := range res.Hosts {
			if h.Bound != nil || h.Jetpack != host.Yes {
				t.Errorf("%s: %v, jetpack-nixos: %v", c.name, h.Bound, h.Jetpack)
			}
			all = append(all, failures(h))
		}
		if got := strings.TrimSpace(strings.Join(all, "| ")); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestSourceOfHosts holds that what the source says of options counts, and that its definitions are none of the workspace.
func TestSourceOfHosts(t *testing.T) {
	res := evaluatedWithSource(ofSource(inFlake(`{ hardware.nvidia-jetpack.enable = true; }`),
		`hardware.nvidia-jetpack = { som = lib.mkDefault "orin-nx"; super = true; }; nixpkgs.config.cudaSupport = true;`), nil)
	h := res.Hosts[0]
	for path, want := range map[string]string{"som": "certain orin-nx", "super": "certain true", "majorVersion": "default 6", "nixpkgs.hostPlatform": "certain aarch64-linux"} {
		v := get(t, h, path)
		if got := shown(v); got != want || len(v.Definitions) > 0 {
			t.Errorf("%s: %s, want %s; defined at %v", path, got, want, v.Definitions)
		}
	}
	if len(h.Packages.Overlays.Scopes) > 0 || len(h.Packages.Config) > 0 || len(h.Undeclared) > 0 || len(h.Unseen) > 0 {
		t.Errorf("%v, undeclared %v, unseen %v", h.Packages, h.Undeclared, h.Unseen)
	}
}

// TestSourceInWorkspace holds that a source within the workspace speaks as well, of what the rest of the workspace defines.
func TestSourceInWorkspace(t *testing.T) {
	f := ofSource(archive(`-- flake.nix --
{
  inputs.nixpkgs.url = "nixpkgs"; inputs.jp.url = "path:./jetpack-nixos";
  outputs = { nixpkgs, jp, ... }: {
    nixosConfigurations.x = nixpkgs.lib.nixosSystem { modules = [ jp.nixosModules.default { hardware.nvidia-jetpack.enable = true; } ]; };
  };
}
`), `hardware.nvidia-jetpack.super = lib.mkDefault true; assertions = [ { assertion = !cfg.super; message = "M"; } ];`)
	for name, content := range f.content {
		if inside, ok := strings.CutPrefix(name, "/fork/"); ok {
			f.content["/w/jetpack-nixos/"+inside] = content
		}
	}
	o := host.Options{Entry: "/w/flake.nix", Schema: schemaOfNewest(), Upstream: []string{"/w/jetpack-nixos/modules/default.nix"}}
	res := host.Evaluate(context.Background(), f, o, nil)
	if got := failures(res.Hosts[0]); got != "M @ enable" {
		t.Errorf("%q", got)
	}
	o.Upstream = nil
	if res = host.Evaluate(context.Background(), f, o, res); len(res.Hosts[0].Failed) > 0 {
		t.Errorf("without a source: %v", res.Hosts[0].Failed)
	}
}

// TestSourceThatCannotBeRead holds that a module of jetpack-nixos stays one where its source is at hand and tells nothing.
func TestSourceThatCannotBeRead(t *testing.T) {
	for name, content := range map[string]string{
		"flake.nix": "", "flake.nix ": "{ inputs.other.url = \"github:a/b\"; outputs = inputs: inputs.other.lib.mkFlake { inherit inputs; } ./modules; }",
		"flake.nix  ": "{ outputs = { self, nixpkgs }: { nixosModules.default = nixpkgs.lib.magic ./modules; }; }", "modules/default.nix": "",
	} {
		f := ofSource(inFlake(`{ hardware.nvidia-jetpack.enable = true; }`), "")
		if name = "/fork/" + strings.TrimSpace(name); content == "" {
			delete(f.content, name)
		} else {
			f.content[name] = content
		}
		h := evaluatedWithSource(f, nil).Hosts[0]
		if got := shown(get(t, h, "enable")); h.Jetpack != host.Yes || len(h.Unseen) > 0 || got != "certain true" {
			t.Errorf("%s %q: jetpack-nixos: %v, unseen: %v, enable: %s", name, content, h.Jetpack, h.Unseen, got)
		}
	}
	f := ofSource(archive("-- configuration.nix --\nlet src = fetchTarball \"https://github.com/acme/jetpack-nixos/archive/1.tar.gz\"; in { imports = [ \"${src}/modules/gone.nix\" ]; }\n"), "")
	res := host.Evaluate(context.Background(), f, host.Options{
		Entry: "/w/configuration.nix", Schema: schemaOfNewest(), Sources: map[string]string{"jetpack-nixos": "/fork"}, Upstream: []string{"/fork/modules/default.nix"},
	}, nil)
	if h := res.Hosts[0]; h.Jetpack != host.Yes || len(h.Unseen) > 0 {
		t.Errorf("a file that is not there: jetpack-nixos: %v, unseen: %v", h.Jetpack, h.Unseen)
	}
}

// TestSourceWithoutFlake holds that a source at hand is found where a function fetches it.
func TestSourceWithoutFlake(t *testing.T) {
	for _, imported := range []string{
		`(import "${builtins.fetchTarball "https://github.com/acme/jetpack-nixos/archive/1.tar.gz"}/modules" (final: prev: { }))`,
		`(let src = fetchGit { url = "https://github.com/acme/jetpack-nixos"; }; in import (src + "/modules/default.nix") (final: prev: { }))`,
	} {
		f := ofSource(archive("-- configuration.nix --\n{ imports = [ "+imported+" ]; hardware.nvidia-jetpack.enable = true; }\n"),
			`assertions = [ { assertion = false; message = "M"; } ];`)
		res := host.Evaluate(context.Background(), f, host.Options{
			Entry: "/w/configuration.nix", Schema: schemaOfNewest(), Sources: map[string]string{"jetpack-nixos": "/fork"}, Upstream: []string{"/fork/modules/default.nix"},
		}, nil)
		if got := failures(res.Hosts[0]); got != "M @ enable" {
			t.Errorf("%s: %q", imported, got)
		}
	}
}

// TestHostileSource holds that no source takes more than the budget.
func TestHostileSource(t *testing.T) {
	many := strings.Repeat(`{ assertion = !cfg.super; message = "M"; } `, 20_000)
	names := strings.Builder{}
	for i := range 20_000 {
		fmt.Fprintf(&names, "a%d = a%d; ", i+1, i)
	}
	for name, source := range map[string]string{
		"many":      "assertions = [ " + many + " ];",
		"large":     `assertions = [ { assertion = false; message = lib.concatStrings (lib.genList (n: lib.concatStrings (lib.genList toString 9999)) 9999); } ];`,
		"long":      "assertions = lib.genList (n: { assertion = n < 0; message = toString n; }) 150000;",
		"endless":   "assertions = let f = n: [ { assertion = false; message = toString n; } ] ++ f (n + 1); in f 0;",
		"a chain":   "assertions = let a0 = cfg.super; " + names.String() + ` in [ { assertion = !a20000; message = "M"; } ];`,
		"deep":      "assertions = [ { assertion = " + strings.Repeat("!(", 3000) + "cfg.super" + strings.Repeat(")", 3000) + `; message = "M"; } ];`,
		"recursive": `hardware.nvidia-jetpack.som = lib.mkForce (toString config.assertions); assertions = [ { assertion = cfg.som == "x"; message = cfg.som; } ];`,
		"overlays":  `nixpkgs.overlays = let o = final: prev: { nvidia-jetpack = final.nvidia-jetpack; x = o final final; }; in [ o ]; assertions = [ { assertion = pkgs.nvidia-jetpack.version == "1"; message = "M"; } ];`,
	} {
		res := evaluatedWithSource(ofSource(inFlake(`{ hardware.nvidia-jetpack = { enable = true; super = true; }; }`), source), nil)
		h := res.Hosts[0]
		if len(h.Failed) > 100 || len(h.Values) == 0 {
			t.Errorf("%s: %d fail, %d values", name, len(h.Failed), len(h.Values))
		}
		t.Logf("%s: %d fail, bound %v", name, len(h.Failed), h.Bound)
	}
}

// TestReuseWithSource holds that what is kept of an earlier result stays true with a source: what fails moves with an edit
// that nothing hangs on, and is found anew after others, in the source as well.
func TestReuseWithSource(t *testing.T) {
	f := ofSource(inFlake("./a.nix"), `assertions = [ { assertion = !cfg.super; message = "super ${cfg.som}"; } ]; # here`)
	f.content["/w/a.nix"] = "{ lib, ... }: {\n  environment.x = 1;\n  hardware.nvidia-jetpack.enable = true;\n  hardware.nvidia-jetpack.super = true;\n}\n"
	res := evaluatedWithSource(f, nil)
	for _, c := range []struct {
		file, from, to, want string
		isKept               bool
	}{
		{"/w/a.nix", "{ lib", "# a remark\n{ lib", "super generic @ super enable", true},
		{"/w/a.nix", "x = 1", "x = 100", "super generic @ super enable", true},
		{"/fork/modules/default.nix", "# here", "# here and there", "super generic @ super enable", true},
		{"/fork/modules/default.nix", "overlay:", "/* first */ overlay:", "super generic @ super enable", true},
		{"/fork/modules/default.nix", `"super `, `"no super `, "no super generic @ super enable", false},
		{"/w/a.nix", "super = true", "super = false", "", false},
		{"/fork/modules/default.nix", "!cfg.super", "cfg.super", "no super generic @ super enable", false},
		{"/w/a.nix", "super = false;", "", "no super generic @ enable", false},
		{"/fork/overlay.nix", `"36.4"`, `"36.5"`, "no super generic @ enable", true},
		{"/fork/modules/default.nix", "cfg.super;", `pkgs.nvidia-jetpack.l4tAtLeast "37";`, "no super generic @ enable", false},
		{"/fork/overlay.nix", `"36.5"`, `"37.5"`, "", false},
	} {
		if !strings.Contains(f.content[c.file], c.from) {
			t.Fatalf("no %s in %s", c.from, c.file)
		}
		f.content[c.file] = strings.Replace(f.content[c.file], c.from, c.to, 1)
		delete(f.trees, c.file)
		before := res.Hosts[0]
		res = evaluatedWithSource(f, res)
		h := res.Hosts[0]
		fresh := evaluatedWithSource(f, nil).Hosts[0]
		if got := failures(h); got != c.want || fmt.Sprint(h.Failed) != fmt.Sprint(fresh.Failed) {
			t.Errorf("%s for %s: %q, want %q; %v, fresh %v", c.to, c.from, got, c.want, h.Failed, fresh.Failed)
		}
		if isKept := h == before || len(h.Values) > 0 && len(before.Values) > 0 && &h.Packages.Input == &before.Packages.Input; isKept && !c.isKept {
			t.Errorf("%s for %s: the host is kept", c.to, c.from)
		}
	}
}
