# The functions of nixpkgs' lib that flake.nix and the packages call.
rec {
  genAttrs =
    names: f:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = f name;
      }) names
    );
  fix =
    f:
    let
      x = f x;
    in
    x;
  importJSON = file: builtins.fromJSON (builtins.readFile file);
  inherit (builtins) mapAttrs;
  versionAtLeast = a: b: builtins.compareVersions a b >= 0;
  optionalString = condition: s: if condition then s else "";
  getExe = package: "${package}/bin/${package.meta.mainProgram}";
  licenses.mit = "mit";
  platforms.linux = [ "linux" ];
  platforms.darwin = [ "darwin" ];
  # A set of files is the list of their names; one that is missing is an error, as there.
  fileset.unions =
    files:
    map (
      file: if builtins.pathExists file then baseNameOf file else throw "no ${toString file}"
    ) files;
  fileset.toSource =
    { root, fileset }:
    {
      inherit root fileset;
      outPath = toString root;
    };
}
