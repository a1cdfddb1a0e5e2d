{
  lib,
  stdenv,
  buildGoModule,
  fetchFromGitHub,
  installShellFiles,
  versionCheckHook,
}:

buildGoModule (finalAttrs: {
  pname = "jetpills";
  version = "0.1.0";

  src = fetchFromGitHub {
    owner = "OWNER";
    repo = "jetpills";
    tag = "v${finalAttrs.version}";
    hash = lib.fakeHash; # Nix says the right one
  };
  vendorHash = "sha256-lpB2wF5+FBQAIUBbNB92er0kaE+dxNbHrqPaQSxUrgc=";

  subPackages = [ "cmd/jetpills" ];
  env.CGO_ENABLED = 0;
  ldflags = [
    "-s"
    "-w"
    "-X main.version=${finalAttrs.version}"
  ];
  # The tests start the program again and again for minutes.
  doCheck = false;

  nativeBuildInputs = [ installShellFiles ];
  postInstall = lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
    "$out/bin/jetpills" man pages
    installManPage pages/*.1
    for shell in bash fish zsh; do
      "$out/bin/jetpills" completion "$shell" >"jetpills.$shell"
    done
    installShellCompletion jetpills.{bash,fish,zsh}
  '';

  nativeInstallCheckInputs = [ versionCheckHook ];
  doInstallCheck = true;

  meta = {
    description = "Language server, command line and tutorials for the Nix files of jetpack-nixos";
    homepage = "https://github.com/OWNER/jetpills";
    changelog = "https://github.com/OWNER/jetpills/blob/v${finalAttrs.version}/CHANGELOG.md";
    license = lib.licenses.mit;
    mainProgram = "jetpills";
    maintainers = [ ];
    platforms = lib.platforms.linux ++ lib.platforms.darwin;
  };
})
