{
  2fa = true;
  b = 1;
}
