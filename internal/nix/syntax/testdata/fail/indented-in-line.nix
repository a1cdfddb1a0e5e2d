{
  a = ''text;
  b = 2;
}
