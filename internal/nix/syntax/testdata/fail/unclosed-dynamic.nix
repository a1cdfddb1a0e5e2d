a.b.${c
