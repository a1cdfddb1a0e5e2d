# A module as a board-support package has them: options, assertions, services.
{ config, lib, pkgs, ... }:

let
  inherit (lib)
    mkDefault
    mkEnableOption
    mkIf
    mkMerge
    mkOption
    mkRenamedOptionModule
    types
    ;

  cfg = config.hardware.sled;

  boards = [ "alpha" "beta" "gamma-plus" ];

  releases = {
    "5" = { kernel = "5.10"; firmware = "35.6"; };
    "6" = { kernel = "5.15"; firmware = "36.4"; };
  };

  atLeast = lib.versionAtLeast releases.${cfg.release}.firmware;

  powerProfile = name: watts: {
    inherit name;
    limit = watts * 1000;
    fan = if watts > 30 then "cool" else "quiet";
  };

  checkBoard = wanted:
    let
      known = lib.any (b: lib.hasPrefix b cfg.board) wanted;
    in
    cfg.board == "generic" || known;
in
{
  imports = [
    ./services.nix
    (mkRenamedOptionModule [ "hardware" "sled" "kind" ] [ "hardware" "sled" "board" ])
  ];

  options.hardware.sled = {
    enable = mkEnableOption "support for sled computers";

    board = mkOption {
      type = types.enum (boards ++ [ "generic" ]);
      default = "generic";
      description = "The computer that this system runs on.";
    };

    release = mkOption {
      type = types.enum (builtins.attrNames releases);
      default = if checkBoard [ "gamma" ] then "6" else "5";
      defaultText = lib.literalExpression ''if gamma then "6" else "5"'';
      description = ''
        The release of the firmware and the kernel.

        Newer boards need release 6.
      '';
    };

    firmware = {
      autoUpdate = mkOption {
        type = types.bool;
        default = false;
        description = "Whether to write new firmware while the system starts.";
      };
      slots = mkOption {
        type = types.listOf (types.submodule ({ name, ... }: {
          options = {
            label = mkOption {
              type = types.str;
              default = name;
            };
            size = mkOption { type = types.ints.positive; };
          };
        }));
        default = [ ];
      };
    };
  };

  config = mkIf cfg.enable (mkMerge [
    {
      assertions = [
        {
          assertion = checkBoard boards;
          message = "Board ${cfg.board} is not known to release ${cfg.release}.";
        }
        {
          assertion = cfg.firmware.autoUpdate -> atLeast "36";
          message = "Updates while starting need release 6.";
        }
      ];

      boot.kernelPackages = mkDefault pkgs.sled.kernelPackages;
      boot.kernelParams = [ "console=tty0" ] ++ lib.optionals (cfg.board == "alpha") [
        "console=ttyS0,115200n8"
        "quiet"
      ];

      environment.etc."sled/release".text = ''
        board=${cfg.board}
        release=${cfg.release}
      '';
    }

    (mkIf (cfg.release == "6") {
      hardware.deviceTree = {
        enable = true;
        overlays = map (path: { name = baseNameOf path; dtsFile = path; }) [
          ./overlays/fan.dts
          ./overlays/can.dts
        ];
      };
    })

    (mkIf cfg.firmware.autoUpdate {
      systemd.services.sled-firmware = {
        description = "Write new firmware";
        wantedBy = [ "multi-user.target" ];
        path = with pkgs; [ coreutils util-linux ];
        script =
          let
            slots = lib.concatMapStringsSep " " (s: s.label) cfg.firmware.slots;
          in
          ''
            for slot in ${slots}; do
              sled-write "$slot" || exit 1
            done
          '';
        serviceConfig = {
          Type = "oneshot";
          RemainAfterExit = true;
        };
      };
    })
  ]);
}
