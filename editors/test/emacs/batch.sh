# checks.tsv in an Emacs without a screen.
"$RUN/enter" sh -c 'cd "$RUN/project" && emacs -q --batch -l "$RUN/emacs/checks.el"' </dev/null 2>"$RUN/messages"
