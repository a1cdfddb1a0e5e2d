{
  imports = [ ../machine.nix ];
  networking.hostName = "orin";
  hardware.nvidia-jetpack = {
    enable = true;
    som = "orin-agx";
    carrierBoard = "devkit";
  };
  system.stateVersion = "26.05";
}
