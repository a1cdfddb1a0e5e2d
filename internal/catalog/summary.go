package catalog

import (
	"strings"

	"jetpills/internal/pattern"
)

// sentenceMark is what a description in summaries.json says, behind a sentence, of when it holds: [while FILE:LINE], [since REV].
var sentenceMark = pattern.New(` \[((?:while|since|before) [^\]]+)\]`)

// unmarked is a description as it is shown.
func unmarked(words string) string {
	if !strings.Contains(words, " [") {
		return words
	}
	return sentenceMark.ReplaceAllString(words, "")
}

// A Sentence is a piece of a description up to a mark.
type Sentence struct {
	Words string
	// Mark says when the last sentence of the words holds: "while FILE:LINE, WORD", "since REV" or "before REV". It is empty behind
	// the last mark.
	Mark string
}

// MarkedSentences cuts a description, as summaries.json has it, behind its marks.
func MarkedSentences(words string) []Sentence {
	var all []Sentence
	at := 0
	for _, m := range sentenceMark.FindAllStringSubmatchIndex(words, -1) {
		all = append(all, Sentence{strings.TrimSpace(words[at:m[0]]), words[m[2]:m[3]]})
		at = m[1]
	}
	if rest := strings.TrimSpace(words[at:]); rest != "" {
		all = append(all, Sentence{Words: rest})
	}
	return all
}

// Marked is a description with its marks.
func (l *Library) Marked(description string) []Sentence {
	if words, ok := l.marked()[description]; ok {
		return MarkedSentences(words)
	}
	return []Sentence{{Words: description}}
}

// readMarked are the descriptions with marks, by what is shown of them.
func (l *Library) readMarked() map[string]string {
	marked := map[string]string{}
	for _, all := range []map[string]string{l.summaries(), l.otherSummaries(), l.names()} {
		for _, words := range all {
			if sentenceMark.MatchString(words) {
				marked[unmarked(words)] = words
				if _, summary, ok := strings.Cut(words, ": "); ok {
					marked[unmarked(summary)] = summary
				}
			}
		}
	}
	return marked
}

// Name is what is said of a name that is not declared by jetpack-nixos, or of one of its files or outputs.
type Name struct {
	Kind    string // "function of nixpkgs' lib", "option type"
	Summary string
}

// Name finds a name by its path: lib.mkIf, lib.types.str, builtins.map, pkgs.fetchurl, stdenv.hostPlatform, *.override for one that
// means the same in any set, outputs.overlays.default for a flake output of jetpack-nixos, ./overlay.nix for a file of it.
func (l *Library) Name(path string) (Name, bool) {
	kind, summary, ok := strings.Cut(l.names()[path], ": ")
	return Name{kind, unmarked(summary)}, ok
}

// SetSummary is the project's own description of a set of options, or nothing.
func (l *Library) SetSummary(path string) string { return unmarked(l.summaries()[path]) }

// PackageSummary is the project's own description of a package or a scope, or nothing.
func (l *Library) PackageSummary(name string) string { return unmarked(l.otherSummaries()[name]) }
