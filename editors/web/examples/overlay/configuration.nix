# Overlays change packages. The names final and prev have pills of their own.
{ pkgs, ... }:
{
  hardware.nvidia-jetpack.enable = true;
  hardware.nvidia-jetpack.som = "orin-agx";
  hardware.nvidia-jetpack.carrierBoard = "devkit";

  nixpkgs.overlays = [
    (final: prev: {
      # A package of one's own, beside those of nixpkgs.
      greet = final.writeShellScriptBin "greet" "echo Hello from the rover";

      # A member of the set of jetpack-nixos, changed for all that use it.
      nvidia-jetpack = prev.nvidia-jetpack.overrideScope (self: super: {
        flash-tools = super.flash-tools.overrideAttrs (old: {
          postPatch = (old.postPatch or "") + ''
            patchShebangs .
          '';
        });
      });
    })
  ];

  environment.systemPackages = [ pkgs.greet ];

  networking.hostName = "rover";
  system.stateVersion = "26.05";
}
