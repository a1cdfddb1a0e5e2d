with a b
