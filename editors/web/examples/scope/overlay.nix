# A package set in one file, built as jetpack-nixos builds its own: arguments first, then an overlay, then a scope.
{ release }:
final: prev:
let
  inherit (final.lib) makeScope optionals;
in
{
  rover = makeScope final.newScope (self: {
    inherit release;

    # The members of nvidia-jetpack that the set builds on.
    inherit (final.nvidia-jetpack) l4tMajorMinorPatchVersion l4t-tools;

    # callPackage of the scope finds wheels before it looks in nixpkgs.
    wheels = self.callPackage (
      { stdenv, release }:
      stdenv.mkDerivation {
        pname = "wheels";
        version = release;
        dontUnpack = true;
      }
    ) { };

    tools = final.symlinkJoin {
      name = "rover-tools-${self.release}";
      paths = [ self.wheels ] ++ optionals final.stdenv.hostPlatform.isAarch64 [ self.l4t-tools ];
    };
  });
}
