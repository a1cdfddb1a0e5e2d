{
  description = "Support for sled computers";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
    hardware = {
      url = "github:example/hardware";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs = { self, nixpkgs, ... }@inputs:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      forAllSystems = f: nixpkgs.lib.genAttrs systems (system: f {
        inherit system;
        pkgs = import nixpkgs { inherit system; overlays = [ self.overlays.default ]; };
      });

      configurations = nixpkgs.lib.listToAttrs (map
        (c: {
          name = "${c.board}-${c.release}";
          value = c;
        }) [
        { board = "alpha"; release = "5"; }
        { board = "alpha"; release = "6"; }
        { board = "beta"; release = "6"; headless = true; }
        { board = "gamma-plus"; release = "6"; }
      ]);
    in
    {
      overlays.default = import ./overlay.nix;

      nixosModules = {
        default = self.nixosModules.sled;
        sled = {
          imports = [ ./modules/options.nix ];
          nixpkgs.overlays = [ self.overlays.default ];
        };
      };

      nixosConfigurations = nixpkgs.lib.mapAttrs
        (name: { board, release, headless ? false }: nixpkgs.lib.nixosSystem {
          specialArgs = { inherit inputs; };
          modules = [
            self.nixosModules.default
            ({ modulesPath, ... }: {
              imports = [ "${modulesPath}/installer/sd-card/sd-image.nix" ];
              hardware.sled = {
                enable = true;
                inherit board release;
              };
              services.xserver.enable = !headless;
              networking.hostName = name;
            })
          ];
        })
        configurations;

      packages = forAllSystems ({ pkgs, system }: {
        inherit (pkgs.sled) tools flash;
        default = self.packages.${system}.flash;
      });

      checks = forAllSystems ({ pkgs, system, ... }: {
        format = pkgs.runCommand "check-format" { nativeBuildInputs = [ pkgs.nixpkgs-fmt ]; } ''
          nixpkgs-fmt --check ${./.}
          touch $out
        '';
      });

      formatter = forAllSystems ({ pkgs, ... }: pkgs.nixpkgs-fmt);
    };
}
