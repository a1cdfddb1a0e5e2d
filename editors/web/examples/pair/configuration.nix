# The module is an AGX Orin. Which board it sits on, board.nix says.
{
  hardware.nvidia-jetpack.enable = true;
  hardware.nvidia-jetpack.som = "orin-agx";

  networking.hostName = "rover";
  system.stateVersion = "26.05";
}
