{ config, ... }:
{
  hardware.nvidia-jetpack.som = "xavier-agx";
  networking.domain = "${config.hardware.nvidia-jetpack.som}.example";
}
