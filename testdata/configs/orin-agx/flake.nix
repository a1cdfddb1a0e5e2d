{
  description = "An AGX Orin developer kit with NixOS";

  inputs = {
    nixpkgs.url = "github:nixos/nixpkgs/nixos-26.05";
    jetpack-nixos.url = "github:anduril/jetpack-nixos";
    jetpack-nixos.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs = { self, nixpkgs, jetpack-nixos, ... }: {
    nixosConfigurations.orin = nixpkgs.lib.nixosSystem {
      modules = [
        jetpack-nixos.nixosModules.default
        ./configuration.nix
        {
          hardware.nvidia-jetpack.kernel.realtime = true;
        }
      ];
    };
  };
}
