# An AGX Orin developer kit. Point at a name to see what it means.
{ config, pkgs, ... }:
{
  hardware.nvidia-jetpack.enable = true;
  hardware.nvidia-jetpack.som = "orin-agx";
  hardware.nvidia-jetpack.carrierBoard = "devkit";

  hardware.nvidia-jetpack.firmware.autoUpdate = true;
  hardware.graphics.enable = true;
  services.nvpmodel.profileNumber = 0;

  environment.systemPackages = with pkgs.nvidia-jetpack; [
    l4t-tools
    samples.cuda-test
  ];

  networking.hostName = "rover";
  system.stateVersion = "26.05";
}
