{ lib, cfg }:
lib.mkIf (cfg.board = "alpha" && cfg.fan) { a = 1; }
