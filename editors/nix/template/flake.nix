{
  inputs.jetpack-nixos.url = "github:anduril/jetpack-nixos/4d857d6da48c420da39964b6fb7ba23a958abad3";
  inputs.nixpkgs.follows = "jetpack-nixos/nixpkgs";

  outputs = { self, nixpkgs, jetpack-nixos }:
    let
      jetson = module: nixpkgs.lib.nixosSystem {
        modules = [ jetpack-nixos.nixosModules.default module ];
      };
    in
    {
      nixosConfigurations.orin = jetson ./hosts/orin.nix; # a host
    };
}
