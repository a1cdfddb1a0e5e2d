package cli

import (
	"fmt"
	"io"
	"strings"

	"jetpills/internal/ide"
	"jetpills/internal/workspace"
)

// everyCode stands for all codes in --explain.
const everyCode = "all"

// explain prints what codes mean; the table of all codes, if none is given.
func (p *Program) explain(codes []string) error {
	snapshot, err := p.snapshot()
	if err != nil {
		return err
	}
	for i, code := range codes {
		if code == everyCode {
			codes = nil
			break
		}
		rule, ok := ide.RuleOf(ide.Code(code))
		if !ok {
			return ide.UnknownCode(code)
		}
		if i > 0 {
			printf(p.out, "\n")
		}
		explainRule(p.out, rule, snapshot)
	}
	if len(codes) == 0 {
		width := 0
		for _, r := range ide.Rules() {
			width = max(width, len(r.Code))
		}
		for _, r := range ide.Rules() {
			printf(p.out, "%s %-8s %s\n", fmt.Sprintf("%-*s", width, r.Code), r.Severity, r.Finds)
		}
	}
	return nil
}

func explainRule(w io.Writer, r ide.Rule, sn *workspace.Snapshot) {
	printf(w, "%s (%s): %s\n\n", r.Code, r.Severity, r.Finds)
	printf(w, "Why: %s\nWhat to do: %s\n", r.Why, r.Mend)
	printf(w, "\nWrong:\n\n")
	indented(w, r.Wrong)
	printf(w, "\nRight:\n\n")
	indented(w, r.Right)
	printf(w, "\nTo ignore a finding, write a comment on its line or above it: # jetpills: ignore=%s\n", r.Code)
	printf(w, "To change the severity, or turn the code off: --severity %s=off, or in an editor's settings\n", r.Code)
	printf(w, "\"jetpills.diagnostics.severity\": { \"%s\": \"off\" }\n", r.Code)
	if section, ok := r.Section(sn); ok {
		printf(w, "\n%s\n\n", section.Label())
		for line := range strings.Lines(section.Excerpt(sn.Settings().ExcerptLines).Plain()) {
			printf(w, "%s\n", strings.TrimSuffix(line, "\n"))
		}
		printf(w, "\nsee: jetpills pills show %s\n", section.Ref())
	}
}

func indented(w io.Writer, code string) {
	for line := range strings.Lines(code) {
		printf(w, "    %s\n", strings.TrimSuffix(line, "\n"))
	}
}
