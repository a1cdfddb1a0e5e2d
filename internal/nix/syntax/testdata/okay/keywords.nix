let
  a = 1;
  inherit (builtins) b;
  c.d = 2;
in
with { e = 3; };
assert a == 1;
if e == 3 then let f = 4; in f else let { g = 5; body = g; }
