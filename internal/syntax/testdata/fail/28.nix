{ inherit a; inherit a; }
