# This board is made for a Xavier NX. The two files do not fit together: the list below says so.
{
  hardware.nvidia-jetpack.carrierBoard = "xavierNxDevkit";
}
