# A host that uses the package set of overlay.nix.
{ pkgs, ... }:
{
  nixpkgs.overlays = [ (import ./overlay.nix { release = "1.0"; }) ];

  hardware.nvidia-jetpack.enable = true;
  hardware.nvidia-jetpack.som = "orin-agx";
  hardware.nvidia-jetpack.carrierBoard = "devkit";

  environment.systemPackages = [ pkgs.rover.tools ];

  networking.hostName = "rover";
  system.stateVersion = "26.05";
}
