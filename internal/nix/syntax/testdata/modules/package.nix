{ lib
, stdenv
, fetchFromGitHub
, buildPackages
, debs
, version
, patches ? [ ]
, socFamily ? "t234"
, trustedKey ? null
, extraFlags ? { debug = false; log.level = 2; }
,
}:

assert lib.assertMsg (socFamily != "") "a family is needed";

let
  flagsFor = flags: lib.mapAttrsToList (name: value: "${name}=${toString value}") flags;

  targetArch =
    if stdenv.hostPlatform.isAarch64 then
      "AARCH64"
    else if stdenv.hostPlatform.isx86_64 then
      "X64"
    else
      throw "no firmware for ${stdenv.hostPlatform.system}";

  sources = {
    core = fetchFromGitHub {
      owner = "example";
      repo = "firmware-core";
      rev = "r${version}";
      fetchSubmodules = true;
      hash = "sha256-CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC=";
    };
    boards = debs.common."boards-${lib.versions.major version}".src;
  };
in
stdenv.mkDerivation (finalAttrs: {
  pname = "sled-firmware";
  inherit version patches;

  src = sources.core;

  nativeBuildInputs = with buildPackages; [ acpica-tools dtc python3 ];

  env = {
    ARCH = targetArch;
    ${"GCC_${targetArch}_PREFIX"} = stdenv.cc.targetPrefix;
    KEY = lib.optionalString (trustedKey != null) "${trustedKey}";
  };

  makeFlags = flagsFor (removeAttrs extraFlags [ "log" ]) ++ [
    "LOG_LEVEL=${toString (extraFlags.log.level or 1)}"
    "FAMILY=${socFamily}"
  ];

  postUnpack = ''
    cp -r ${sources.boards} boards
    chmod -R u+w boards
  '' + lib.optionalString (socFamily == "t264") ''
    rm boards/legacy-*.conf
  '';

  installPhase = ''
    runHook preInstall
    install -Dm644 build/''${ARCH}/firmware.bin $out/firmware.bin
    runHook postInstall
  '';

  passthru = {
    inherit sources;
    tests.version = finalAttrs.finalPackage.overrideAttrs (old: {
      name = "${old.pname}-test";
      doCheck = true;
      checkPhase = "test -e $out/firmware.bin";
    });
  };

  meta = {
    description = "Firmware of sled computers";
    license = lib.licenses.bsd2;
    platforms = [ "aarch64-linux" "x86_64-linux" ];
  };
})
