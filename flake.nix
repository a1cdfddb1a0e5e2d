{
  description = "A language server, a command line and tutorials for the Nix files of jetpack-nixos";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      eachSystem =
        f:
        lib.genAttrs [
          "x86_64-linux"
          "aarch64-linux"
          "x86_64-darwin"
          "aarch64-darwin"
        ] (system: f nixpkgs.legacyPackages.${system});

      # The last release, and the commit that this is.
      version =
        (lib.importJSON ./editors/vscode/package.json).version
        + lib.optionalString (self ? shortRev) "+${self.shortRev}";
      packagesOf = pkgs: import ./. { inherit pkgs version; };
    in
    {
      packages = eachSystem (
        pkgs:
        let
          own = packagesOf pkgs;
        in
        own // { default = own.jetpills; }
      );

      apps = lib.mapAttrs (_: own: {
        default = {
          type = "app";
          program = lib.getExe own.jetpills;
          meta = { inherit (own.jetpills.meta) description; };
        };
      }) self.packages;

      overlays.default =
        final: prev:
        let
          own = packagesOf final;
        in
        {
          inherit (own) jetpills;
          vimPlugins = prev.vimPlugins // {
            jetpills = own.vim-plugin;
          };
          vscode-extensions = prev.vscode-extensions // {
            jetpills.jetpills = own.vscode-extension;
          };
        };

      # A module that is imported twice counts once, by its key.
      homeModules.default = {
        key = "jetpills";
        imports = [ (import ./editors/nix/home-manager.nix self.packages) ];
      };
      homeManagerModules = self.homeModules; # as older configurations name it
      nixosModules.default = {
        key = "jetpills";
        imports = [ (import ./editors/nix/nixos.nix self.packages) ];
      };

      # nix flake init -t: what `jetpills new` writes for the AGX Orin developer kit.
      templates.default = {
        path = ./editors/nix/template;
        description = "A first flake for a Jetson, by Jetpills: change the board in hosts/orin.nix";
      };

      # What ./test and `make test-editors` need, but for what they install themselves.
      devShells = eachSystem (pkgs: {
        default = pkgs.mkShell {
          packages = [
            pkgs.gcc
            pkgs.git
            pkgs.gnumake
            pkgs.go
            pkgs.nix
            pkgs.nodejs
            pkgs.pre-commit
          ];
        };
      });

      checks = eachSystem (
        pkgs:
        let
          own = self.packages.${pkgs.stdenv.hostPlatform.system};
        in
        {
          inherit (own) jetpills vim-plugin vscode-extension;
          # The tests that ask neither Nix nor git, which a build does not have.
          tests = own.jetpills.overrideAttrs (old: {
            name = "jetpills-tests-${old.version}";
            doCheck = true;
            checkPhase = ''
              runHook preCheck
              test -z "$(gofmt -l cmd internal pills | tee /dev/stderr)"
              go vet ./cmd/... ./internal/... ./pills
              go test ./internal/catalog ./internal/markup ./internal/rpc/... ./internal/symptom ./internal/text
              runHook postCheck
            '';
          });
        }
      );

      formatter = eachSystem (pkgs: pkgs.nixfmt-tree);
    };
}
