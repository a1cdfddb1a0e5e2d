{
  inputs = {
    nixpkgs.url = "github:nixos/nixpkgs/nixos-24.11";
    jetpack-nixos.url = "github:anduril/jetpack-nixos";
    jetpack-nixos.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs = { self, nixpkgs, jetpack-nixos, ... }:
    let
      host = modules: nixpkgs.lib.nixosSystem {
        modules = [ jetpack-nixos.nixosModules.default ./common.nix ] ++ modules;
      };
    in
    {
      nixosConfigurations.lander = host [ { hardware.nvidia-jetpack.som = "orin-agx"; } ];
      nixosConfigurations.rover = host [ ./rover.nix ];

      packages.x86_64-linux.flash-rover = self.nixosConfigurations.rover.config.system.build.flashScript;
    };
}
