package symptom

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// normalizer makes a text's normal form, in which messages are looked for: letters in lower case, one kind of quotes, each run of spaces
// and line ends one space, and nothing of what commands a terminal or marks a line of a log.
type normalizer struct {
	state  escape
	count  int    // of bytes in the command to a terminal
	rune   []byte // the beginning of a character of several bytes
	before byte   // the last byte that was given out
	fresh  bool   // at the beginning of a line, where marks of logs stand

	strange int64 // bytes that no text has
}

type escape int

const (
	noEscape escape = iota
	begun           // ESC
	sequence        // ESC [
	command         // ESC ]
)

// longestCommand is the length of a command to a terminal, in bytes, behind which the text is taken for text again.
const longestCommand = 4096

// add reads a byte, and gives the normal bytes that it makes to normal, and those to be shown to show. It does so for line ends too.
func (n *normalizer) add(b byte, normal, show func(byte)) {
	switch n.state {
	case begun:
		switch n.state = noEscape; b {
		case '[':
			n.state, n.count = sequence, 0
		case ']', 'P', '_', '^':
			n.state, n.count = command, 0
		}
		return
	case sequence:
		if n.count++; b >= 0x40 && b <= 0x7e || n.count > longestCommand {
			n.state = noEscape
		}
		if b != '\n' {
			return
		}
		n.state = noEscape
	case command:
		if n.count++; b == 0x07 || n.count > longestCommand {
			n.state = noEscape
			return
		}
		if b == 0x1b {
			n.state = begun // of ESC \, which ends it
			return
		}
		if b != '\n' {
			return
		}
		n.state = noEscape
	}
	switch {
	case b == 0x1b:
		n.state = begun
	case b >= 0x80:
		n.wide(b, normal, show)
	default:
		n.strange += int64(len(n.rune))
		n.rune = n.rune[:0]
		n.plain(b, normal, show)
	}
}

// isPlain reports whether a byte stands for itself here, as most do.
func (n *normalizer) isPlain(b byte) bool {
	return ('a' <= b && b <= 'z' || '-' <= b && b <= '9') && n.state == noEscape && len(n.rune) == 0
}

func (n *normalizer) plain(b byte, normal, show func(byte)) {
	switch {
	case b == '\n':
		n.space(normal)
		show(b)
		n.fresh = true
		return
	case b == ' ' || b == '\t' || b == '\r' || b == '\v' || b == '\f':
		n.space(normal)
		if b != '\r' {
			show(' ')
		}
		return
	case b < ' ' || b == 0x7f:
		n.strange++
		return
	}
	show(b)
	if n.fresh && (b == '>' || b == '|') {
		return
	}
	n.fresh = false
	switch {
	case b == '`' || b == '"':
		b = '\''
	case 'A' <= b && b <= 'Z':
		b += 'a' - 'A'
	}
	n.before = b
	normal(b)
}

func (n *normalizer) space(normal func(byte)) {
	if n.before != ' ' {
		n.before = ' '
		normal(' ')
	}
}

// wide reads a byte of a character that has several.
func (n *normalizer) wide(b byte, normal, show func(byte)) {
	if utf8.RuneStart(b) {
		n.strange += int64(len(n.rune))
		n.rune = n.rune[:0]
	}
	n.rune = append(n.rune, b)
	if !utf8.FullRune(n.rune) {
		return
	}
	r, _ := utf8.DecodeRune(n.rune)
	if r == utf8.RuneError {
		n.strange += int64(len(n.rune))
		n.rune = n.rune[:0]
		return
	}
	for _, b := range n.rune {
		show(b)
	}
	n.fresh = false
	switch r {
	case '\u2018', '\u2019', '\u201c', '\u201d', '\u00b4':
		n.before = '\''
		normal('\'')
	case '\u00a0':
		n.space(normal)
	case '\ufeff':
	default:
		for _, b := range n.rune {
			n.before = b
			normal(b)
		}
	}
	n.rune = n.rune[:0]
}

// normal is a short text in its normal form.
func normal(text string) string {
	var b bytes.Buffer
	n := normalizer{}
	for i := range len(text) {
		n.add(text[i], func(c byte) { b.WriteByte(c) }, func(byte) {})
	}
	return strings.Trim(b.String(), " ")
}
