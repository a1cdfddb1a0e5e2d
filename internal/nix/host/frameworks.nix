# What functions of flakes make of modules that are handed to them, as far as the values of
# options hang on it. nixosSystem is nixpkgs' own.
{ lib, nixosSystem }:
{
  # colmena: a hive has a module, or a list of modules, for each node, and one for all of them.
  makeHive = hive:
    let
      all = if builtins.isFunction hive then hive { } else hive;
      meta = all.meta or all.network or { };
      nodes = lib.mapAttrs
        (name: node: nixosSystem {
          modules = [ (all.defaults or { }) ] ++ lib.toList node;
          specialArgs = (meta.specialArgs or { }) // (meta.nodeSpecialArgs.${name} or { }) // { inherit name nodes; };
        })
        (removeAttrs all [ "meta" "network" "defaults" ]);
    in { inherit nodes; };

  # nixpkgs: packages, with overlays laid over them. None changes how nixpkgs calls packages, or lib.
  packages = { pkgs, overlays }:
    let
      own = {
        inherit lib;
        callPackage = lib.callPackageWith final;
        callPackages = lib.callPackagesWith final;
        newScope = more: lib.callPackageWith (final // more);
      };
      final = lib.foldl' (prev: overlay: prev // overlay final prev // own) (pkgs // own) overlays;
    in final;

  # flake-utils-plus: a flake has a table of hosts, and what they have in common.
  mkFlake = { hosts ? { }, hostDefaults ? { }, nixosConfigurations ? { }, inputs ? { }, ... }@given:
    let
      build = domain: host:
        let
          one = name: otherwise: host.${name} or hostDefaults.${name} or otherwise;
          both = name: (hostDefaults.${name} or { }) // (host.${name} or { });
        in one "builder" nixosSystem {
          system = one "system" "x86_64-linux";
          modules = [
            { networking.hostName = lib.last (lib.splitString "." domain); _module.args = { inherit inputs; } // both "extraArgs"; }
          ] ++ (hostDefaults.modules or [ ]) ++ (host.modules or [ ]);
          specialArgs = both "specialArgs";
        };
      isNixOS = _: host: (host.output or hostDefaults.output or "nixosConfigurations") == "nixosConfigurations";
    in given // { nixosConfigurations = nixosConfigurations // lib.mapAttrs build (lib.filterAttrs isNixOS hosts); };
}
