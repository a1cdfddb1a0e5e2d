let
  name = "n";
in
rec {
  a.b.c = 1;
  a.d = 2;
  a.b.e = { f = 3; };
  "quoted name" = 4;
  "if" = 5;
  or = 6;
  ${"g"} = 7;
  ${name} = 8;
  "h${name}" = 9;
  i.${name}.j = 10;
  inherit name;
  inherit ({ k = 1; "l m" = 2; }) k "l m";
  o = rec { p = 1; };
  o.q = 2;
  r = { s = 1; };
  r = { t = 2; };
  u = (({ v = 1; }));
  u.w = 2;
  x'-y = a ? b.c && a ? "${name}".${name};
  z = a.b.c or a."d" or a.${name} or 1;
}
