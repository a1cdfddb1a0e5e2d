{
  inputs = {
    nixpkgs.url = "github:nixos/nixpkgs/nixos-26.05";
    jetpack-nixos.url = "github:anduril/jetpack-nixos";
    jetpack-nixos.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs = { nixpkgs, jetpack-nixos, ... }: {
    nixosConfigurations.rover = nixpkgs.lib.nixosSystem {
      modules = [
        jetpack-nixos.nixosModules.default
        ./configuration.nix
        ./board.nix
      ];
    };
  };
}
