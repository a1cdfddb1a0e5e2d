final: prev:
let
  inherit (final.lib) makeScope callPackageWith versions filterAttrs;

  source = version: hash: final.fetchurl {
    url = "https://downloads.example.org/sled/r${versions.major version}/bsp-${version}.tar.gz";
    inherit hash;
  };

  release = { version, kernel, hash, cuda ? null }: makeScope final.newScope (self: {
    inherit version cuda;
    bsp = source version hash;

    callPackages = callPackageWith (final // self);

    debs = import ./debs.nix { inherit (self) version; inherit (final) lib fetchurl; };

    kernel = self.callPackage ./pkgs/kernel.nix { inherit kernel; };
    kernelPackages = (final.linuxPackagesFor self.kernel).extend (kfinal: kprev: {
      camera = kfinal.callPackage ./pkgs/camera.nix { };
      nvidia_x11 = null;
    });

    tools = self.callPackage ./pkgs/tools.nix { };
    flash = final.writeShellApplication {
      name = "sled-flash-${version}";
      runtimeInputs = [ self.tools final.usbutils ];
      text = ''
        exec flash.sh "$@" ${final.lib.escapeShellArg self.bsp.name}
      '';
    };

    tests = {
      boot = self.callPackage ./tests/boot.nix { };
      fan = self.callPackage ./tests/fan.nix { profile = "quiet"; };
    };
  });
in
{
  sled5 = release {
    version = "35.6.1";
    kernel = "5.10";
    hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  };

  sled6 = release {
    version = "36.4.4";
    kernel = "5.15";
    hash = "sha256-BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB=";
    cuda = "12.6";
  };

  sled = final.sled6;

  opencv = prev.opencv.override { enableCuda = final.stdenv.hostPlatform.isAarch64; };

  ffmpeg = prev.ffmpeg.overrideAttrs (old: {
    patches = old.patches or [ ] ++ [ ./patches/ffmpeg.patch ];
    configureFlags = old.configureFlags ++ final.lib.optional (final.sled.cuda != null) "--enable-cuda";
  });

  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
    (pyfinal: pyprev: {
      sled-stats = pyfinal.callPackage ./pkgs/stats.nix { };
      torch = pyprev.torch.override {
        cudaSupport = true;
        cudaPackages = final.cudaPackages_12;
      };
    })
  ];
}
// final.lib.optionalAttrs prev.stdenv.hostPlatform.isx86_64 {
  sled-emulator = final.callPackage ./pkgs/emulator.nix {
    inherit (final.sled) bsp;
  };
}
