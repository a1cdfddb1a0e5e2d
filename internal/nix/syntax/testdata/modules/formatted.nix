{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.sled-fan;

  curve =
    points:
    lib.concatMapStringsSep "\n" (
      { temperature, speed }:
      ''
        ${toString temperature} ${toString speed}
      ''
    ) points;

  settingsFormat = pkgs.formats.ini { };
in
{
  options.services.sled-fan = {
    enable = lib.mkEnableOption "the control of the fan";
    package = lib.mkPackageOption pkgs "sled-fan" { nullable = true; };
    points = lib.mkOption {
      type =
        with lib.types;
        listOf (submodule {
          options = {
            temperature = lib.mkOption {
              type = int;
            };
            speed = lib.mkOption {
              type = ints.between 0 255;
            };
          };
        });
      default = [
        {
          temperature = 40;
          speed = 80;
        }
        {
          temperature = 70;
          speed = 255;
        }
      ];
    };
    settings = lib.mkOption {
      inherit (settingsFormat) type;
      default = { };
      example = lib.literalExpression ''
        {
          fan.governor = "quiet";
        }
      '';
    };
  };

  config = lib.mkIf cfg.enable {
    environment.etc = {
      "sled/fan.conf".source = settingsFormat.generate "fan.conf" (
        lib.recursiveUpdate {
          fan.governor = "cool";
          fan.curve = "/etc/sled/curve";
        } cfg.settings
      );
      "sled/curve" = lib.mkIf (cfg.points != [ ]) {
        text = curve cfg.points;
      };
    };

    systemd.services.sled-fan = {
      wantedBy = [ "multi-user.target" ];
      serviceConfig = {
        ExecStart = lib.mkIf (cfg.package != null) "${lib.getExe cfg.package} --config /etc/sled/fan.conf";
        Restart = "on-failure";
      };
    };
  };
}
