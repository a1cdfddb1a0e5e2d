{ config, lib, ... }:
{
  hardware.nvidia.
  hardware.sled = {
    enable = true
    board = "
    som
  };

  services.x = [ { a = 1; ) ];
  boot = lib.mkIf x (
    kernel = 1;
  });
}
