{ lib, pkgs, ... }:
{
  hardware.nvidia-jetpack.enable = true;
  hardware.nvidia-jetpack.som = "orin-nx";
  # type here

  nixpkgs.overlays = [
    (final: prev: {
      rover = final.lib.makeScope final.newScope (self: {
        wheels = self.callPackage ./wheels.nix { };
      });
    })
  ];

  networking.hostName = "rover";
}
