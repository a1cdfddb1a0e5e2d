# The extension for VS Code, for callPackage of nixpkgs: what vscode-with-extensions and home-manager take.
{
  lib,
  buildNpmPackage,
  importNpmLock,
  jetpills,
}:
let
  manifest = lib.importJSON ./package.json;
in
buildNpmPackage {
  pname = "vscode-extension-jetpills";
  inherit (jetpills) version;
  src = lib.fileset.toSource {
    root = ./.;
    fileset = lib.fileset.unions [
      ./LICENSE
      ./README.md
      ./images
      ./package-lock.json
      ./package.json
      ./preview
      ./scripts
      ./src
      ./tsconfig.json
      ./walkthrough
    ];
  };
  # The lock file has the hashes.
  npmDeps = importNpmLock { npmRoot = ./.; };
  npmConfigHook = importNpmLock.npmConfigHook;
  npmBuildScript = "bundle";

  # Extensions are folders here, and this one finds its program in server/.
  installPhase = ''
    runHook preInstall
    extension="$out/share/vscode/extensions/jetpills.jetpills"
    mkdir -p "$extension/server"
    cp -r LICENSE README.md package.json images out preview walkthrough "$extension"
    ln -s ${lib.getExe jetpills} "$extension/server/jetpills"
    runHook postInstall
  '';

  passthru = {
    vscodeExtPublisher = manifest.publisher;
    vscodeExtName = manifest.name;
    vscodeExtUniqueId = "${manifest.publisher}.${manifest.name}";
  };
  meta = {
    inherit (manifest) description;
    license = lib.licenses.mit;
  };
}
