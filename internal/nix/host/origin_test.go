package host_test

import (
	"context"
	"path"
	"testing"

	"jetpills/internal/nix/host"
)

// Where a host has its modules of jetpack-nixos from.
func TestSource(t *testing.T) {
	const address = "https://github.com/anduril/jetpack-nixos/archive/4d857d6da48c420da39964b6fb7ba23a958abad3.tar.gz"
	fetched := func(address string) host.Source { return host.Source{Fetched: host.Fetched{Address: address}} }
	input := func(name string) host.Source { return host.Source{Input: name} }
	none := host.Source{}
	for name, test := range map[string]struct {
		modules string
		want    host.Source
	}{
		"an input":                              {`jetpack.nixosModules.default`, input("jetpack")},
		"another input":                         {`inputs.jetpack5.nixosModules.default`, input("jetpack5")},
		"an input under a name":                 {`(let jp = inputs.jetpack5; in jp.nixosModules.default)`, input("jetpack5")},
		"an input behind a function":            {`((x: x.jetpack5) inputs).nixosModules.default`, input("jetpack5")},
		"an input's input":                      {`inputs.far.inputs.jetpack.nixosModules.default`, input("far/jetpack")},
		"a file of an input":                    {`"${inputs.jetpack5}/modules"`, input("jetpack5")},
		"a file of an input, called":            {`(import "${inputs.jetpack5}/modules/default.nix" (import "${inputs.jetpack5}/overlay.nix"))`, input("jetpack5")},
		"a module of a flake in the workspace":  {`inputs.common.nixosModules.jetson`, input("common/jetpack")},
		"one whose input follows":               {`inputs.common.nixosModules.followed`, input("jetpack5")},
		"a module of a flake that has one":      {`inputs.far.nixosModules.jetson`, input("far/jetpack")},
		"one beside an input":                   {`inputs.far.nixosModules.jetson jetpack.nixosModules.default`, input("jetpack")},
		"a flake of which no one knows":         {`inputs.farther.nixosModules.jetson`, none},
		"two":                                   {`jetpack.nixosModules.default inputs.jetpack5.nixosModules.default`, none},
		"none":                                  {`{ }`, none},
		"one under a condition":                 {`({ pkgs, ... }: { imports = if pkgs.a then [ jetpack.nixosModules.default ] else [ ]; })`, none},
		"what is fetched":                       {`"${builtins.fetchTarball "` + address + `"}/modules"`, fetched(address)},
		"what another file fetches":             {`"${import ./fetched.nix}/modules"`, fetched(address)},
		"one of several that another file has":  {`((import ./sources.nix).jetpack + "/modules")`, fetched(address)},
		"what JSON has":                         {`"${builtins.fetchTarball (builtins.fromJSON (builtins.readFile ./pin.json)).url}/modules"`, fetched(address)},
		"the search path":                       {`<jetpack-nixos/modules>`, none},
		"the search path of the host":           {`<jetpack-nixos/modules> { nix.nixPath = [ "nixpkgs=/x" "jetpack-nixos=` + address + `" ]; }`, fetched(address)},
		"the search path by the other name":     {`<jetpack-nixos/modules> { nix.settings.nix-path = "a=b jetpack-nixos=` + address + `"; }`, fetched(address)},
		"the search path leads to an input":     {`<jetpack-nixos/modules> { nix.nixPath = [ "jetpack-nixos=${inputs.jetpack5}" ]; }`, input("jetpack5")},
		"the search path leads to a fetched":    {`<jetpack-nixos/modules> { nix.settings.nix-path = [ "jetpack-nixos=${builtins.fetchTarball "` + address + `"}" ]; }`, fetched(address)},
		"the search path leads to two":          {`<jetpack-nixos/modules> { nix.nixPath = [ "jetpack-nixos=` + address + `" "jetpack-nixos=${jetpack}" ]; }`, none},
		"the search path leads elsewhere":       {`<jetpack-nixos/modules> { nix.nixPath = [ "jetpack=` + address + `" ]; }`, none},
		"the search path beside an input":       {`jetpack.nixosModules.default { nix.nixPath = [ "jetpack-nixos=` + address + `" ]; }`, input("jetpack")},
		"an address that nothing is fetched of": {`jetpack.nixosModules.default { x = "` + address + `"; y = builtins.fetchTarball "` + address + `"; }`, input("jetpack")},
	} {
		t.Run(name, func(t *testing.T) {
			files := archive(`-- flake.nix --
{
  inputs = { nixpkgs.url = "nixpkgs"; jetpack.url = "github:anduril/jetpack-nixos"; jetpack5.url = "github:anduril/jetpack-nixos/x";
    common.url = "path:./common"; far.url = "github:a/far"; farther.url = "github:a/farther"; };
  outputs = { self, nixpkgs, jetpack, ... }@inputs: {
    nixosConfigurations.x = nixpkgs.lib.nixosSystem { modules = [ ` + test.modules + ` ]; };
  };
}
-- flake.lock --
{ "root": "root", "nodes": {
  "root": { "inputs": { "jetpack": "jetpack", "jetpack5": "jetpack5", "common": "common", "far": "far" } },
  "common": { "inputs": { "jetpack": "jetpack_2", "jp": [ "jetpack5" ] } },
  "far": { "inputs": { "jetpack": "jetpack_2" } }
} }
-- common/flake.nix --
{
  inputs = { jetpack.url = "github:anduril/jetpack-nixos/y"; jp.follows = "jetpack5"; };
  outputs = { jetpack, jp, ... }: { nixosModules.jetson.imports = [ jetpack.nixosModules.default ]; nixosModules.followed = jp.nixosModules.default; };
}
-- fetched.nix --
builtins.fetchTarball "` + address + `"
-- sources.nix --
{ jetpack = import ./fetched.nix; other = builtins.fetchTarball "https://github.com/a/b"; }
-- pin.json --
{ "url": "` + address + `" }
`)
			asked := map[host.Source]bool{}
			res := host.Evaluate(context.Background(), files, host.Options{
				Entry: "/w/flake.nix", Schema: schemaOfNewest(),
				SchemaOf: func(of host.Source) *host.Schema { asked[of] = true; return nil },
				Through: func(input string) (host.Source, bool) {
					return host.Source{Input: path.Join(input, "jetpack")}, input == "far"
				},
			}, nil)
			if len(res.Hosts) != 1 || res.Hosts[0].Source != test.want {
				t.Fatalf("%d hosts, the first from %+v, want %+v", len(res.Hosts), res.Hosts[0].Source, test.want)
			}
			if test.want != none && (len(asked) != 1 || !asked[test.want]) {
				t.Errorf("the schemas of %v were asked for", asked)
			}
		})
	}
}
