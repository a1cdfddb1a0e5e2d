# What values of options change, and whether they are looked at: jetpack-nixos's own modules and its overlay for a configuration,
# evaluated by the lib of nixpkgs over stubs of all else. A case is a module that defines an option, the option's path, and the
# module without the definition. What NixOS and the packages get is compared piece by piece: with the definition and without it,
# and with one in its place that throws. Of a case with the attribute refused, a module, only that is asked.
{ lib, source, cases, l4t }:
let
  inherit (builtins) attrNames attrValues concatMap filter functionArgs intersectAttrs isAttrs isFunction isList
    isString map pathExists readDir readFile split tryEval;
  inherit (lib) types;
  root = import (source + "/modules");
  module = if functionArgs root == { } then root (final: prev: { }) else root;

  # All of a value as a text; of a package, what it is made of.
  show = v:
    if isAttrs v then
      if v.type or null == "derivation" then v.outPath
      else if v._type or null == "if" then if v.condition then show v.content else ""
      else if v._type or null == "merge" then show v.contents
      else if v ? _type && v ? content then show v.content
      else toString (map (name: "${name}=${show v.${name}}") (attrNames v))
    else if isList v then toString (map show v)
    else if isFunction v then "function"
    else toString v;

  # The names of packages and functions that the source takes from package sets: a stub has each of them.
  nixFiles = dir: concatMap
    (name: let kind = (readDir dir).${name}; in
      if kind == "directory" then nixFiles (dir + "/${name}")
      else if lib.hasSuffix ".nix" name then [ (dir + "/${name}") ] else [ ])
    (attrNames (readDir dir));
  files = nixFiles (source + "/modules") ++ filter pathExists (map (name: source + "/${name}") [ "overlay-with-config.nix" "overlay.nix" ])
    ++ lib.optionals (pathExists (source + "/device-pkgs")) (nixFiles (source + "/device-pkgs"));
  words = text: filter isString (filter (w: w != "") (split "[^A-Za-z0-9_'-]+" text));
  names = lib.unique ([ "linuxPackages_latest" ] ++ concatMap (file: words (readFile file)) files);

  # A package that is also a function and a set of packages: what it is called with makes it another one.
  stub = made: scope // rec {
    type = "derivation";
    name = "stub";
    pname = "stub";
    version = "5.15";
    outPath = "/nix/store/${builtins.hashString "md5" made}";
    drvPath = "${outPath}.drv";
    __functor = self: argument: stub (made + show argument);
    override = change: stub (made + shownChange change);
    overrideAttrs = override;
    meta.mainProgram = "stub";
    passthru = scope;
  };
  shownChange = f: if isFunction f then shownChange (f { passthru = scope; patches = [ ]; makeFlags = [ ]; postPatch = ""; }) else show f;
  called = f: given: let function = if isFunction f then f else import f; in
    function (intersectAttrs (functionArgs function) (scope // { inherit lib; }) // given);
  scope = lib.genAttrs names stub // { flashDeps = [ ]; fileNames = [ ]; driverDebs = { }; };

  scopeFor = config:
    let
      inherit (config.hardware.nvidia-jetpack) som;
      major = config.hardware.nvidia-jetpack.majorVersion or "5";
      version = l4t.${major};
      is = family: lib.hasPrefix family som;
      cuda = { "5" = "11.4"; "6" = "12.6"; "7" = "13.0"; }.${major};
      jetpack = stub "jetpack" // {
        l4tVersion = version;
        l4tMajorMinorPatchVersion = version;
        l4tMajorVersion = lib.versions.major version;
        l4tAtLeast = lib.versionAtLeast version;
        l4tOlder = lib.versionOlder version;
        cudaMajorMinorVersion = cuda;
        socType = if is "xavier" then "t194" else if is "orin" then "t234" else if is "thor" then "t264" else throw "no SoC";
        gpuDriver = if is "thor" then "openrm" else "nvgpu";
        driverDebs = { };
        l4tCsv = stub "csv" // { fileNames = [ ]; };
        callPackage = called;
        callPackages = called;
        flash-tools = stub "flash-tools" // { flashDeps = [ ]; };
        overrideScope = extended;
      };
      extended = f: let self = jetpack // f self jetpack // { overrideScope = g: extended (lib.composeExtensions f g); }; in self;
    in stub "pkgs" // {
      inherit lib;
      stdenv = stub "stdenv" // { hostPlatform = lib.systems.elaborate "aarch64-linux"; buildPlatform = lib.systems.elaborate "x86_64-linux"; };
      config = { cudaSupport = false; };
      overlays = [ ];
      path = "/nix/store/nixpkgs";
      cudaPackages = stub "cuda" // { cudaMajorMinorVersion = cuda; cudaAtLeast = lib.versionAtLeast cuda; cudaOlder = lib.versionOlder cuda; };
      nvidia-jetpack = jetpack;
      nvidia-jetpack5 = jetpack;
      nvidia-jetpack6 = jetpack;
      nvidia-jetpack7 = jetpack;
      appendOverlays = _: scopeFor config;
      callPackage = called;
      callPackages = called;
      pkgsBuildBuild = scopeFor config;
      buildPackages = scopeFor config;
    };

  option = type: default: lib.mkOption { inherit type default; };
  any = lib.mkOptionType { name = "any"; merge = loc: defs: map (d: d.value) defs; };
  stubs = { config, options, ... }: {
    options = {
      assertions = option (types.listOf types.unspecified) [ ];
      warnings = option (types.listOf types.str) [ ];
      nixpkgs.hostPlatform = lib.mkOption { type = types.unspecified; };
      nixpkgs.config = option any { };
      nixpkgs.overlays = option (types.listOf types.unspecified) [ ];
      nixpkgs.pkgs = option types.unspecified null;
      boot.initrd.systemd.enable = option types.bool false;
      boot.initrd.availableKernelModules = option (types.listOf types.str) [ ];
      boot.initrd.kernelModules = option (types.listOf types.str) [ ];
      boot.initrd.includeDefaultModules = option types.bool true;
      boot.kernelPackages = option types.raw (stub "kernel");
      boot.kernelParams = option (types.listOf types.str) [ ];
      boot.loader.efi.efiSysMountPoint = option types.str "/boot";
      console.enable = option types.bool true;
      fileSystems = option (types.lazyAttrsOf types.anything) { };
      hardware.bluetooth.enable = option types.bool true;
      hardware.deviceTree = {
        enable = option types.bool false; package = option types.unspecified (stub "package"); kernelPackage = option types.unspecified (stub "package");
        dtbSource = option types.unspecified (stub "package"); dtboBuildExtraIncludePaths = option types.unspecified [ ]; name = option types.unspecified null;
      };
      hardware.firmware = option (types.listOf types.unspecified) [ ];
      hardware.graphics = { enable = option types.bool true; package = option types.package (stub "package"); extraPackages = option (types.listOf types.unspecified) [ ]; };
      hardware.opengl = { enable = option types.bool true; package = option types.package (stub "package"); extraPackages = option (types.listOf types.unspecified) [ ]; setLdLibraryPath = option types.bool false; };
      hardware.nvidia.package = option types.package (stub "package");
      hardware.nvidia-container-toolkit = {
        enable = option types.bool false; discovery-mode = option types.str "auto";
        mount-nvidia-docker-1-directories = option types.bool true; mount-nvidia-executables = option types.bool true;
      };
      networking.hostName = option types.str "jetson";
      networking.wireless = { enable = option types.bool true; iwd.enable = option types.bool false; };
      security.apparmor.enable = option types.bool true;
      system.nixos.release = option types.str "25.11";
      system.build = option (types.lazyAttrsOf types.unspecified) { };
      system.boot.loader = { kernelFile = option types.str "Image"; initrdFile = option types.str "initrd"; };
      system.switch.enable = option types.bool true;
      system.modulesTree = option types.unspecified [ ];
      systemd.package = option types.unspecified (stub "package");
      virtualisation.docker = { enable = option types.bool true; enableNvidia = option types.bool false; package = option types.unspecified { version = "27"; }; };
      virtualisation.podman = { enable = option types.bool false; enableNvidia = option types.bool false; };
    };
    config.fileSystems."/boot" = { device = "/dev/boot"; fsType = "vfat"; };
    config.system.build = { kernel = stub "kernel"; toplevel = stub "system"; initialRamdisk = stub "initrd"; };
    config.hardware.nvidia-jetpack = lib.optionalAttrs (options.hardware.nvidia-jetpack ? flasherPkgs) { flasherPkgs = scopeFor config; };
    config._module = {
      args.pkgs = scopeFor config;
      args.utils = { escapeSystemdPath = lib.id; };
      freeformType = lib.mkOptionType { name = "rest"; merge = loc: defs: { rest = map (d: d.value) defs; }; };
    };
  };

  # What a configuration comes to, in pieces.
  pieces = modules:
    let
      inherit (lib.evalModules { modules = [ module stubs ] ++ modules; }) config;
      flat = depth: v:
        let known = tryEval v; holds = tryEval v.condition; in
        if !known.success then [ v ]
        else if v._type or null == "if" then if !holds.success then [ v.condition ] else lib.optionals holds.value (flat depth v.content)
        else if v._type or null == "merge" then concatMap (flat depth) v.contents
        else if depth == 0 || !isAttrs v || v.type or null == "derivation" then [ v ]
        else concatMap (flat (depth - 1)) (attrValues v);
      overlay = import (source + "/overlay-with-config.nix");
      packages = scopeFor config;
      owned = overlay config packages packages;
      made = owned.nvidia-jetpack or { };
    in concatMap (flat 4) config.rest
      ++ flat 2 { hardware = removeAttrs config.hardware [ "nvidia-jetpack" "deviceTree" ]; inherit (config) assertions warnings boot fileSystems security systemd virtualisation; nixpkgs = { inherit (config.nixpkgs) config hostPlatform; }; }
      # For a SoM without a chip, upstream's own packages cannot be made.
      ++ lib.optionals (!lib.elem config.hardware.nvidia-jetpack.som [ null "generic" ]) (flat 2 config.system ++ attrValues made);

  # The pieces as texts, null for one that throws.
  shown = modules:
    let all = tryEval (map (p: let text = tryEval (show p); in if text.success then text.value else null) (pieces modules)); in
    if all.success then all.value else null;
  judged = case:
    let
      as = path: value: if path == [ ] then lib.mkForce value else { ${lib.head path} = as (lib.tail path) value; };
      defined = shown [ case.set ];
      thrown = shown [ case.set (as (lib.splitString "." case.option) (throw "it is looked at")) ];
    in {
      known = defined != null;
      changes = defined != shown [ case.others ];
      looks = defined != thrown;
    };

  # Whether NixOS refuses the definitions of an option.
  isRefused = case: let inherit (lib.evalModules { modules = [ module stubs case.refused ]; }) config; in
    !(tryEval (show (lib.getAttrFromPath (lib.splitString "." case.option) config))).success;
in map (case: if case ? refused then isRefused case else judged case) cases
