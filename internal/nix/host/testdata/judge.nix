# What Nix says of the configurations in a folder: their options, as nixpkgs' lib
# merges them. stubs is a module that declares the options of jetpack-nixos, paths
# are those to ask for; what else a flake may take from outside stands here.
{ libPath, stubs, nixpkgsPath, paths, cases }:
let
  lib = import libPath;
  inherit (lib) mkOption types;

  disko.nixosModules.disko = { };
  jetpack.nixosModules.default = { imports = [ stubs ]; };

  # The options of NixOS that the configurations set, but for what they are asked for.
  base = { config, pkgs, ... }: {
    _file = "nixos";
    options = {
      networking.hostName = mkOption { type = types.str; default = "nixos"; };
      system.stateVersion = mkOption { type = types.str; default = "25.05"; };
      console.enable = mkOption { type = types.bool; default = true; };
      hardware.graphics.enable = mkOption { type = types.bool; default = false; };
      hardware.nvidia-container-toolkit.enable = mkOption { type = types.bool; default = false; };
      virtualisation.docker.enable = mkOption { type = types.bool; default = false; };
      virtualisation.podman.enable = mkOption { type = types.bool; default = false; };
      services.openssh.enable = mkOption { type = types.bool; default = false; };
      nixpkgs.hostPlatform = mkOption { type = types.str; default = "aarch64-linux"; };
      specialisation = mkOption {
        default = { };
        type = types.attrsOf (types.submodule {
          options.configuration = mkOption { type = types.deferredModule; default = { }; };
          options.inheritParentConfig = mkOption { type = types.bool; default = true; };
        });
      };
      containers = mkOption {
        default = { };
        type = types.attrsOf (types.submodule {
          options.config = mkOption { type = types.deferredModule; };
          options.specialArgs = mkOption { type = types.attrsOf types.unspecified; default = { }; };
        });
      };
      virtualisation.vmVariant = mkOption { type = types.deferredModule; default = { }; };
    };
    config._module.check = false;
    config._module.args.pkgs = lib.mkDefault packages;
  };
  packages = {
    system = "aarch64-linux";
    stdenv.isAarch64 = true;
    stdenv.hostPlatform = { isAarch64 = true; isx86_64 = false; isLinux = true; system = "aarch64-linux"; };
    inherit lib;
    pkgsCross.aarch64-multiplatform = packages;
    nixos = configuration:
      let c = nixosSystem { modules = lib.toList configuration; };
      in (c.config.system.build or { }) // c;
  };

  nixosSystem = { modules ? [ ], specialArgs ? { }, lib ? nixpkgs.lib, extraModules ? [ ], ... }:
    lib.evalModules {
      modules = [ base ] ++ extraModules ++ modules;
      specialArgs = { modulesPath = toString nixpkgsPath + "/nixos/modules"; } // specialArgs;
    };
  nixpkgs = {
    lib = lib.extend (final: prev: { nixosSystem = args: nixosSystem ({ lib = final; } // args); });
    legacyPackages.aarch64-linux = packages;
    legacyPackages.x86_64-linux = packages;
    outPath = toString nixpkgsPath;
  };

  flake-utils.lib = rec {
    defaultSystems = [ "aarch64-linux" "x86_64-linux" ];
    eachSystem = systems: f: lib.foldl' lib.recursiveUpdate { }
      (map (system: lib.mapAttrs (_: v: { ${system} = v; }) (f system)) systems);
    eachDefaultSystem = eachSystem defaultSystems;
    eachDefaultSystemPassThrough = f: lib.foldl' (all: system: all // f system) { } defaultSystems;
  };

  flake-parts.lib.mkFlake = { inputs, specialArgs ? { } }: module: (lib.evalModules {
    specialArgs = { inherit inputs; inherit (inputs) self; } // specialArgs;
    modules = [ module {
      options = {
        systems = mkOption { type = types.listOf types.str; default = [ ]; };
        perSystem = mkOption { type = types.deferredModule; default = { }; };
        flake = mkOption {
          default = { };
          type = types.submodule {
            freeformType = types.lazyAttrsOf types.raw;
            options.nixosConfigurations = mkOption { type = types.lazyAttrsOf types.raw; default = { }; };
            options.nixosModules = mkOption { type = types.lazyAttrsOf types.deferredModule; default = { }; };
          };
        };
      };
      config._module.args.withSystem = system: f: f { inherit system; pkgs = packages; config = { }; };
    } ];
  }).config.flake;
  import-tree = dir:
    let
      walk = dir: lib.concatLists (lib.mapAttrsToList
        (name: kind:
          if lib.hasPrefix "_" name then [ ]
          else if kind == "directory" then walk (dir + "/${name}")
          else lib.optional (lib.hasSuffix ".nix" name) (dir + "/${name}"))
        (builtins.readDir dir));
    in { imports = walk dir; };

  # What colmena and flake-utils-plus do with modules, after their sources.
  colmena.lib.makeHive = hive: rec {
    nodes = lib.genAttrs (lib.subtractLists [ "meta" "defaults" ] (lib.attrNames hive)) (name: nixosSystem {
      modules = [ hive.defaults ] ++ (if lib.isList hive.${name} then hive.${name} else [ hive.${name} ]);
      specialArgs = hive.meta.specialArgs // (hive.meta.nodeSpecialArgs.${name} or { }) // { inherit name nodes; };
    });
  };
  utils.lib.mkFlake = { self, inputs, hosts, hostDefaults, ... }: {
    nixosConfigurations = lib.mapAttrs
      (domain: host: nixosSystem {
        modules = [
          { networking.hostName = lib.head (lib.reverseList (lib.splitString "." domain)); }
          { _module.args = { inherit inputs; } // hostDefaults.extraArgs // (host.extraArgs or { }); }
        ] ++ hostDefaults.modules ++ host.modules;
        specialArgs = hostDefaults.specialArgs // (host.specialArgs or { });
      })
      (lib.filterAttrs (_: host: !(host ? output)) hosts);
  };

  ask = system: lib.listToAttrs (map
    (path: {
      name = lib.concatStringsSep "." path;
      value =
        let
          v = lib.attrByPath path (throw "no such option") system.config;
          o = lib.attrByPath path { } system.options;
        in builtins.tryEval (builtins.deepSeq v v) // {
          set = (o ? isDefined) && (builtins.tryEval (o.highestPrio < 1500)) == { success = true; value = true; };
        };
    })
    paths);

  variants = name: system: { ${name} = ask system; }
    // lib.mapAttrs'
      (variant: s: lib.nameValuePair "${name}/specialisation.${variant}" (ask (
        if s.inheritParentConfig then system.extendModules { modules = [ s.configuration ]; }
        else nixosSystem { modules = [ s.configuration ]; })))
      (system.config.specialisation or { })
    // lib.mapAttrs'
      (container: c: lib.nameValuePair "${name}/containers.${container}" (ask (nixosSystem {
        modules = [ c.config ]; inherit (c) specialArgs;
      })))
      (lib.filterAttrs (container: _: container != "web") (system.config.containers or { }))
    // lib.optionalAttrs ((system.config.virtualisation.vmVariant or { }) != { } && system.options.virtualisation.vmVariant.isDefined
        && system.options.virtualisation.vmVariant.highestPrio < 1500) {
      "${name}/virtualisation.vmVariant" = ask (system.extendModules { modules = [ system.config.virtualisation.vmVariant ]; });
    };

  all = dir:
    let
      flake = import (dir + "/flake.nix");
      outputs = flake.outputs inputs;
      self = outputs // { outPath = toString dir; inherit inputs outputs; };
      # Inputs that lie in the flake's own folder.
      near = lib.mapAttrs
        (_: input: let of = import (dir + (lib.removePrefix "path:." input.url) + "/flake.nix"); me = of.outputs (inputs // { self = me; }); in me)
        (lib.filterAttrs (_: input: lib.hasPrefix "path:./" (input.url or "")) (flake.inputs or { }));
      inputs = near // builtins.intersectAttrs ((flake.inputs or { }) // builtins.functionArgs flake.outputs)
        { inherit nixpkgs flake-utils flake-parts import-tree disko colmena utils; jetpack-nixos = jetpack; } // { inherit self; };
      systems =
        if builtins.pathExists (dir + "/flake.nix") then self.nixosConfigurations // (self.colmenaHive.nodes or { })
        else { configuration = nixosSystem { modules = [ (dir + "/configuration.nix") ]; }; };
    in lib.foldl' (a: b: a // b) { } (lib.mapAttrsToList variants systems);
in
{ inherit nixosSystem; answers = lib.mapAttrs (_: all) cases; }
