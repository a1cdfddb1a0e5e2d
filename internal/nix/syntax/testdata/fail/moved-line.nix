{
  kconfig = buildPythonPackage
      pname = "kconfig";
    rec {
      version = "14.1.0";
    };
}
