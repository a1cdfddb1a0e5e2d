{
  a =
    let
      b = {
        c = 1;
    in
      };
    {
      d = 2;
    };
}
