# The program, for callPackage of nixpkgs.
{
  lib,
  stdenv,
  buildGoModule,
  installShellFiles,
  version,
}:
buildGoModule {
  pname = "jetpills";
  inherit version;

  src = lib.fileset.toSource {
    root = ./.;
    fileset = lib.fileset.unions [
      ./go.mod
      ./go.sum
      ./cmd
      ./internal
      ./pills
    ];
  };
  # The hash of what `go mod vendor` writes; a test computes it.
  vendorHash = "sha256-lpB2wF5+FBQAIUBbNB92er0kaE+dxNbHrqPaQSxUrgc=";

  subPackages = [ "cmd/jetpills" ];
  env.CGO_ENABLED = 0;
  ldflags = [
    "-s"
    "-w"
    "-X main.version=${version}"
  ];
  # The tests ask Nix and git, and run for minutes: ./test has them, and the check "tests" of the flake.
  doCheck = false;

  nativeBuildInputs = [ installShellFiles ];
  # A program for another processor cannot be asked for its pages here.
  postInstall = lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
    "$out/bin/jetpills" man pages
    installManPage pages/*.1
    for shell in bash fish zsh; do
      "$out/bin/jetpills" completion "$shell" >"jetpills.$shell"
    done
    installShellCompletion jetpills.{bash,fish,zsh}
  '';

  meta = {
    description = "Language server, command line and tutorials for the Nix files of jetpack-nixos";
    homepage = "https://github.com/OWNER/jetpills"; # make module-path sets it
    license = lib.licenses.mit;
    mainProgram = "jetpills";
    platforms = lib.platforms.linux ++ lib.platforms.darwin;
  };
}
