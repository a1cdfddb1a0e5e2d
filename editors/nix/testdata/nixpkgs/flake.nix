# What flake.nix takes of nixpkgs, as far as an evaluation asks for it: builders give back what they were given.
{
  outputs =
    { self }:
    let
      lib = import ./lib.nix;
      build =
        builder: arguments:
        let
          derived =
            builtins.derivation {
              name = arguments.name or "${arguments.pname or "unnamed"}-${arguments.version or "0"}";
              system = "none";
              builder = "none";
            }
            // arguments.passthru or { }
            // {
              inherit arguments builder;
              inherit (arguments) version src;
              meta = arguments.meta or { };
              overrideAttrs = f: build builder (arguments // f derived);
            };
        in
        derived;
      packagesFor =
        system:
        let
          platform = {
            inherit system;
            canExecute = _: true;
          };
          pkgs = {
            inherit lib;
            stdenv.buildPlatform = platform;
            stdenv.hostPlatform = platform;
            buildGoModule = build "buildGoModule";
            buildNpmPackage = build "buildNpmPackage";
            vimUtils.buildVimPlugin = build "buildVimPlugin";
            importNpmLock = {
              npmConfigHook = "npmConfigHook";
              __functor = _: { npmRoot }: "packages of ${toString (npmRoot + "/package-lock.json")}";
            };
            installShellFiles = "installShellFiles";
            mkShell = build "mkShell";
            vimPlugins.another = "another";
            vscode-extensions.another = "another";
            callPackage =
              file: more:
              let
                f = import file;
              in
              f (builtins.intersectAttrs (builtins.functionArgs f) pkgs // more);
          }
          // builtins.listToAttrs (
            map
              (name: {
                inherit name;
                value = name;
              })
              [
                "gcc"
                "git"
                "gnumake"
                "go"
                "nix"
                "nixfmt-tree"
                "nodejs"
              ]
          );
        in
        pkgs;
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ] packagesFor;
    };
}
