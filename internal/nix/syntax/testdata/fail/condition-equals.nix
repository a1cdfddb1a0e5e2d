{ som }:
{
  x = if som = "orin-agx" then 1 else 2;
}
