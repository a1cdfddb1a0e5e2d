# A flake whose hosts take seconds to read.
{
  outputs = { nixpkgs, jetpack-nixos, ... }: {
    nixosConfigurations = nixpkgs.lib.genAttrs (map toString (nixpkgs.lib.range 1 30)) (name: nixpkgs.lib.nixosSystem {
      modules = [
        jetpack-nixos.nixosModules.default
        ./module.nix
        { hardware.nvidia-jetpack.name = toString (builtins.foldl' (a: b: a + b) 0 (builtins.genList (n: n * n) 190000)); }
      ];
    });
  };
}
