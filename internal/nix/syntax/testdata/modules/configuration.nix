{ config, pkgs, lib, modulesPath, ... }: {
  imports = [
    (modulesPath + "/profiles/minimal.nix")
    ./hardware-configuration.nix
  ];

  hardware.sled.enable = true;
  hardware.sled.board = "gamma-plus";
  hardware.sled.firmware = {
    autoUpdate = true;
    slots = [
      { label = "A"; size = 64; }
      { label = "B"; size = 64; }
    ];
  };

  nixpkgs.overlays = [
    (final: prev: {
      sled = prev.sled.overrideScope (sfinal: sprev: {
        kernel = sprev.kernel.override { realtime = true; };
        tools = sprev.tools.overrideAttrs {
          doCheck = false;
        };
      });
    })
    (import ./overlay.nix)
  ];

  boot = {
    loader.systemd-boot.enable = true;
    loader.efi.canTouchEfiVariables = true;
    initrd.availableKernelModules = [ "nvme" "uas" ];
    kernel.sysctl."net.core.rmem_max" = 16 * 1024 * 1024;
  };

  fileSystems."/" = { device = "/dev/disk/by-label/root"; fsType = "ext4"; };
  fileSystems."/boot" = {
    device = "/dev/disk/by-label/ESP";
    fsType = "vfat";
    options = [ "umask=0077" ];
  };

  users.users.robot = {
    isNormalUser = true;
    extraGroups = [ "wheel" "video" "dialout" ];
    openssh.authorizedKeys.keys = lib.splitString "\n" (builtins.readFile ./keys.pub);
  };

  services = {
    openssh = {
      enable = true;
      settings.PasswordAuthentication = false;
    };
    udev.extraRules = ''
      SUBSYSTEM=="usb", ATTR{idVendor}=="0955", MODE="0660", GROUP="dialout"
    '';
  };

  systemd.services.camera = lib.mkIf config.hardware.sled.enable {
    after = [ "network.target" ];
    wantedBy = [ "multi-user.target" ];
    environment.WIDTH = toString 1920;
    serviceConfig.ExecStart = "${lib.getExe pkgs.sled.tools} stream --rate ${toString 30}";
  };

  environment.systemPackages = with pkgs; [
    git
    htop
    (python3.withPackages (ps: with ps; [ numpy opencv4 ]))
  ];

  system.stateVersion = "25.11";
}
