{ config, ... }:
{
  hardware.nvidia-jetpack.carrierBoard = "xavierNxDevkit";
  hardware.nvidia-jetpack.majorVersion = "7";
  networking.domain = "${config.hardware.nvidia-jetpack.som}.example";
}
