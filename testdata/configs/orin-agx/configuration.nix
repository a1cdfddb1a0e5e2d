# An AGX Orin developer kit: the module, its carrier board, and what runs on it.
{ config, lib, pkgs, ... }:

{
  imports = [ ./hardware-configuration.nix ];

  hardware.nvidia-jetpack.enable = true;
  hardware.nvidia-jetpack.som = "orin-agx";
  hardware.nvidia-jetpack.carrierBoard = "devkit";

  hardware.nvidia-jetpack.firmware = {
    autoUpdate = true;
    initialBootOrder = [ "nvme" "usb" ];
    uefi.debugMode = lib.mkDefault false;
  };

  hardware.graphics.enable = true;
  services.nvpmodel.profileNumber = 0;

  nixpkgs.overlays = [
    (final: prev: {
      nvidia-jetpack = prev.nvidia-jetpack.overrideScope (self: super: {
        flash-tools = super.flash-tools.overrideAttrs (old: {
          postPatch = (old.postPatch or "") + ''
            patchShebangs .
          '';
        });
      });
    })
  ];

  environment.systemPackages = with pkgs.nvidia-jetpack; [
    l4t-tools
    samples.cuda-test
  ];

  networking.hostName = "orin";
  users.users.admin = {
    isNormalUser = true;
    extraGroups = [ "wheel" ] ++ lib.optional config.hardware.nvidia-jetpack.enable "video";
  };
  system.stateVersion = "26.05";
}
