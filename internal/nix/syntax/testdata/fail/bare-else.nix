{ a = 1; else }
