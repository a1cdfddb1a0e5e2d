;; For ~/.emacs.d/init.el. Eglot runs one server per buffer. If you also use nil or nixd, choose the server
;; for a project with C-u M-x eglot.

(with-eval-after-load 'eglot
  (require 'markdown-mode nil t) ; where it is installed, hovers are formatted
  (add-to-list 'eglot-server-programs '(nix-mode . ("jetpills" "lsp"))))

(add-hook 'nix-mode-hook #'eglot-ensure)
