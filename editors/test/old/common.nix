{
  hardware.nvidia-jetpack.enable = true;
  hardware.nvidia-jetpack.carrierBoard = "devkit";
  hardware.nvidia-jetpack.bootloader.autoUpdate = true;
}
