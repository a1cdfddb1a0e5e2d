{
  networking.hostName = jetson";
  time.timeZone = "Europe/Berlin";
}
