;;; checks.el --- Every row of checks.tsv, in Emacs with Eglot -*- lexical-binding: t -*-

;;; Code:

(require 'subr-x)
(require 'cl-lib)
(require 'seq)
(require 'xref)

;; Debian has no nix-mode; this much of it is enough for a language server.
(define-derived-mode nix-mode prog-mode "Nix")
(add-to-list 'auto-mode-alist '("\\.nix\\'" . nix-mode))

(defvar checks-run (getenv "RUN"))
(setq make-backup-files nil
      create-lockfiles nil
      vc-handled-backends nil
      eglot-sync-connect 10
      eglot-autoshutdown nil
      project-find-functions (list (lambda (dir) (cons 'transient dir))))

(load (expand-file-name "editors/emacs/jetpills.el" checks-run))
(require 'eglot)

(defun checks-say (&rest columns)
  (princ (concat (string-join columns "\t") "\n")))

(defun checks-report (name ok got)
  (if ok
      (checks-say "ok" name)
    (checks-say "FAIL" name (replace-regexp-in-string "[ \t\n]+" " " (format "%S" got)))))

(defun checks-rows ()
  "The rows of checks.tsv that this suite can do."
  (with-temp-buffer
    (insert-file-contents (expand-file-name "checks.tsv" checks-run))
    (seq-filter
     (lambda (row)
       (and (nth 4 row)
            (not (string-prefix-p "#" (car row)))
            (not (and (nth 5 row) (string-prefix-p (nth 5 row) (getenv "SUITE"))))))
     (mapcar (lambda (line) (split-string line "\t"))
             (split-string (buffer-string) "\n" t)))))

(defun checks-open (file)
  "Open FILE as a user would, with the server running."
  (find-file (expand-file-name file checks-run))
  (unless (eglot-current-server)
    (run-hooks 'post-command-hook))     ; where eglot-ensure starts the server
  (let ((tries 0))
    (while (and (not (eglot-current-server)) (< (setq tries (1+ tries)) 200))
      (accept-process-output nil 0.05)))
  (unless (eglot-current-server)
    (error "The server did not start for %s" file)))

(defun checks-go (at)
  "Put point where the bar in AT stands."
  (let ((bar (string-match "|" at)))
    (goto-char (point-min))
    (search-forward (replace-regexp-in-string "|" "" at t t))
    (goto-char (+ (match-beginning 0) bar))))

(defun checks-words (text)
  (concat " " (string-trim (replace-regexp-in-string "[^A-Za-z0-9.-]+" " " text)) " "))

(defun checks-shows (text want)
  "Whether TEXT holds the parts of WANT, in their order."
  (let ((from 0) (text (checks-words (or text ""))) (ok t))
    (dolist (part (split-string want "…") ok)
      (let ((found (string-match (regexp-quote (string-trim (checks-words part))) text from)))
        (if found (setq from (match-end 0)) (setq ok nil))))))

(defun checks-hover ()
  "What ElDoc is given for point, nil if nothing."
  (let ((answer 'none) (tries 0))
    (eglot-hover-eldoc-function (lambda (text &rest _) (setq answer text)))
    (while (and (eq answer 'none) (< (setq tries (1+ tries)) 40))
      (accept-process-output nil 0.05))
    (and (stringp answer) (substring-no-properties answer))))

(defun checks-definition ()
  "Jump to what is under point; the name of the file and the line then."
  (condition-case problem
      (let ((xref-prompt-for-identifier nil)
            (xref-auto-jump-to-first-definition nil))
        (xref-find-definitions (xref-backend-identifier-at-point 'eglot))
        (concat (file-name-nondirectory (or (buffer-file-name) (buffer-name))) ":"
                (buffer-substring-no-properties (line-beginning-position) (line-end-position))))
    (error (error-message-string problem))))

(defun checks-candidates ()
  "The capf's start, end, table and candidates at point."
  (when-let* ((capf (eglot-completion-at-point)))
    (let ((typed (buffer-substring-no-properties (nth 0 capf) (nth 1 capf))))
      (append (seq-take capf 3)
              (list (all-completions typed (nth 2 capf)) (plist-get (nthcdr 3 capf) :exit-function))))))

(defun checks-typed-copy (file at)
  "Open a copy of FILE with AT typed below \"# type here\", point at its bar; the copy's name."
  (let ((copy (expand-file-name "project/typed.nix" checks-run)))
    (copy-file (expand-file-name file checks-run) copy t)
    (checks-open copy)
    (search-forward "# type here\n")
    (insert (replace-regexp-in-string "|" "" at t t) "\n")
    (checks-go at)
    copy))

(defun checks-saved (copy line)
  "Save and close COPY; whether LINE is in it, and its text."
  (let ((inhibit-message t)) (save-buffer))
  (kill-buffer)
  (with-temp-buffer
    (insert-file-contents copy)
    (list (and (re-search-forward (concat "^" (regexp-quote line) "$") nil t) t) (buffer-string))))

(defun checks-complete (file at want)
  (pcase-let* ((`(,label ,line) (split-string want " -> "))
               (copy (checks-typed-copy file at))
               (seen nil))
    (pcase-let ((`(,start ,end ,_ ,candidates ,exit) (checks-candidates)))
      (setq seen (mapcar #'substring-no-properties candidates))
      (when-let* ((candidate (seq-find (lambda (c) (equal (string-trim c) label)) candidates)))
        (delete-region start end)
        (goto-char start)
        (insert candidate)
        (funcall exit candidate 'finished)))
    (pcase-let ((`(,ok ,text) (checks-saved copy line)))
      (list ok seen text))))

(defun checks-said (message)
  "Wait until what Flymake says of the line at point shows MESSAGE; what it says then."
  (let ((said nil) (tries 0))
    (while (and (not (checks-shows said message)) (< (setq tries (1+ tries)) 60))
      (accept-process-output nil 0.05)
      (read-event nil nil 0.01)
      (setq said (mapconcat #'flymake-diagnostic-text
                            (flymake-diagnostics (line-beginning-position) (line-end-position)) "\n")))
    said))

(defun checks-mend (file at want)
  (pcase-let* ((`(,message ,line) (split-string want " -> "))
               (copy (checks-typed-copy file at))
               (said nil))
    (let ((inhibit-message t)) (save-buffer)) ; with this, Eglot tells what was typed
    (flymake-start)
    (setq said (checks-said message))
    (when (checks-shows said message)
      (cl-letf ((last-nonmenu-event t)  ; chosen by keys, not from a menu
                ((symbol-function 'completing-read) (lambda (_ items &rest _) (caar items))))
        (eglot-code-actions (point) (point) nil t)))
    (pcase-let ((`(,ok ,text) (checks-saved copy line)))
      (list (and (checks-shows said message) ok) said text))))

(defun checks-write-lock (text)
  (write-region text nil (expand-file-name "project/flake.lock" checks-run) nil 'quiet))

(defun checks-relocked (revision work)
  "Call WORK while the lock file pins REVISION."
  (let ((old (with-temp-buffer
               (insert-file-contents (expand-file-name "project/flake.lock" checks-run))
               (buffer-string))))
    (checks-write-lock (replace-regexp-in-string "4d857d6da48c420da39964b6fb7ba23a958abad3" revision old))
    (unwind-protect (funcall work) (checks-write-lock old))))

(defun checks-revision-and-words (want)
  (let ((colon (string-match ":" want)))
    (cons (substring want 0 colon) (substring want (1+ colon)))))

(defun checks-remark (file at want)
  (pcase-let* ((`(,before ,after) (split-string want " -> "))
               (`(,revision . ,shown) (checks-revision-and-words after))
               (copy (checks-typed-copy file at))
               (said nil) (got nil))
    (let ((inhibit-message t)) (save-buffer))
    (flymake-start)
    (setq said (checks-said before))
    (checks-relocked revision (lambda () (setq got (checks-said shown))))
    (checks-saved copy "")
    (list (and (checks-shows said before) (checks-shows got shown)) said got)))

;; Where Emacs is built with inotify, Eglot watches the files that the server asks for.
(defun checks-relock (file at want)
  (pcase-let ((`(,revision . ,shown) (checks-revision-and-words want))
              (tries 0) (got nil))
    (checks-open file)
    (checks-go at)
    (checks-relocked
     revision
     (lambda ()
       (while (and (not (checks-shows (setq got (checks-hover)) shown)) (< (setq tries (1+ tries)) 60))
         (accept-process-output nil 0.05)
         (read-event nil nil 0.01))))
    (list (checks-shows got shown) got)))

(defun checks-run-row (row)
  (pcase-let ((`(,what ,name ,file ,at ,want) (seq-take row 5)))
    (let ((result
           (pcase what
             ((or "refer" "inlay" "lens" "bump") nil) ; Eglot does not show it
             ("complete" (checks-complete file at want))
             ("mend" (checks-mend file at want))
             ("relock" (checks-relock file at want))
             ("remark" (checks-remark file at want))
             ((or "hover" "define" "leave" "silent")
              (checks-open file)
              (checks-go at)
              (pcase what
                ("hover" (let ((got nil) (tries 0))
                           ;; What a host comes to is there once the hosts are read.
                           (while (and (not (checks-shows (setq got (checks-hover)) want)) (< (setq tries (1+ tries)) 60))
                             (accept-process-output nil 0.05))
                           (list (checks-shows got want) got)))
                ("define" (let ((got (checks-definition))) (list (equal got want) got)))
                ("leave" (let ((got (list (checks-hover) (checks-definition))))
                           (list (and (checks-shows (car got) want)
                                      (string-prefix-p "No definitions found" (cadr got)))
                                 got)))
                ("silent" (let ((got (list (checks-hover) (nth 3 (checks-candidates)))))
                            (list (equal got '(nil nil)) got)))))
             (_ (list nil "no such check")))))
      (when result
        (checks-report (concat what " " name) (car result) (cdr result))))))

(condition-case problem
    (progn
      (mapc #'checks-run-row (checks-rows))
      (checks-say "DONE"))
  (error (checks-say "STOP" (error-message-string problem))))

;;; checks.el ends here
