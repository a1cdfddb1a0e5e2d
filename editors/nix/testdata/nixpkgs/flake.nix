# What flake.nix takes of nixpkgs, as far as an evaluation asks for it: builders give back what they were given, and build a program
# that says its name and its arguments.
{
  outputs =
    { self }:
    let
      lib = import ./lib.nix;
      build =
        system: builder: arguments:
        let
          derived =
            builtins.derivation {
              name = arguments.name or "${arguments.pname or "unnamed"}-${arguments.version or "0"}";
              inherit system;
              builder = "/bin/sh";
              args = [
                "-c"
                "PATH=/bin:/usr/bin; mkdir -p $out/bin; printf '#!/bin/sh\\necho %s \"$@\"\\n' $name >$out/bin/$program; chmod +x $out/bin/$program"
              ];
              program = arguments.meta.mainProgram or "none";
            }
            // arguments.passthru or { }
            // {
              inherit arguments builder;
              inherit (arguments) version src;
              meta = arguments.meta or { };
              overrideAttrs = f: build system builder (arguments // f derived);
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
          buildFor = build system;
          pkgs = {
            inherit lib;
            stdenv.buildPlatform = platform;
            stdenv.hostPlatform = platform;
            buildGoModule = buildFor "buildGoModule";
            buildNpmPackage = buildFor "buildNpmPackage";
            vimUtils.buildVimPlugin = buildFor "buildVimPlugin";
            importNpmLock = {
              npmConfigHook = "npmConfigHook";
              __functor = _: { npmRoot }: "packages of ${toString (npmRoot + "/package-lock.json")}";
            };
            installShellFiles = "installShellFiles";
            go = {
              pname = "go";
              version = "1.26.3";
            };
            nixfmt-tree = buildFor "nixfmt-tree" {
              pname = "nixfmt-tree";
              version = "1";
              src = null;
            };
            mkShell = buildFor "mkShell";
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
                "nix"
                "nodejs"
                "pre-commit"
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
