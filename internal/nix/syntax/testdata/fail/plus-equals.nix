{ pkgs }:
{
  environment.systemPackages += [ pkgs.git ];
  b = 1;
}
