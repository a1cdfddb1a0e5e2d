package catalog

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Places are the files of jetpack-nixos that the pills name, and the lines in them, at every commit.
type Places struct {
	// Home is the hash of the commit that the lines are named at.
	Home string
	// Files say by path, for each commit, whether the file or folder is there: 1 or 0.
	Files map[string][]int
	// Lines say by path and line at home ("flake.nix:149"), for each commit, in which line the same text stands: 0 for none, -1 where it
	// may be one of several. Where a commit has it in another file, the key has this too: see [MovedKey].
	Lines map[string][]int
	// Words say of words and phrases in the code of the pills that the source at home has, and not that of every other commit, for each commit
	// whether its source has them: 1 or 0. Those that may be words of English or of Nix have PlainWord before them.
	Words map[string][]int
}

// MovedKey is the key among [Places.Lines] of a line, which has a key itself, in another file.
func MovedKey(key, other string) string { return key + ">" + other }

// PlainWord marks a word in [Places.Words] that is a name only where it stands as one.
const PlainWord = "'"

// wordEntry is how the key of a word begins in the text of places. No path has a space.
const wordEntry = "word "

// placeLines writes places as text, a line each: the home, then path or path and line, a tab, and how often a number stands in a row
// of commits, as in [columns].
func placeLines(p Places) []byte {
	var b bytes.Buffer
	fmt.Fprintln(&b, p.Home)
	for _, of := range []struct {
		entry string
		all   map[string][]int
	}{{"", p.Files}, {"", p.Lines}, {wordEntry, p.Words}} {
		for _, name := range slices.Sorted(maps.Keys(of.all)) {
			fmt.Fprintf(&b, "%s%s\t%s\n", of.entry, name, runs(of.all[name]))
		}
	}
	return b.Bytes()
}

// runs writes numbers as each number and how often it stands in a row.
func runs(numbers []int) string {
	var words []string
	for i := 0; i < len(numbers); {
		from := i
		for i < len(numbers) && numbers[i] == numbers[from] {
			i++
		}
		words = append(words, strconv.Itoa(numbers[from]), strconv.Itoa(i-from))
	}
	return strings.Join(words, " ")
}

// places are [Places] as they are kept: the runs as text.
type places struct {
	home  string
	runs  map[string]string
	moved map[string][]string // the files in which a line stands at other commits, by its key
	count int                 // of commits
}

func readPlaces(text string, commits int) places {
	p := places{runs: map[string]string{}, moved: map[string][]string{}, count: commits}
	p.home, text, _ = strings.Cut(text, "\n")
	for line := range strings.Lines(text) {
		name, numbers, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		p.runs[name] = numbers
		if key, other, ok := strings.Cut(name, ">"); ok {
			p.moved[key] = append(p.moved[key], other)
		}
	}
	return p
}

// each visits the runs of a name: a number, and the commits from and up to end that have it.
func (p places) each(name string, visit func(number, from, end int)) {
	rest, from := p.runs[name], 0
	for rest != "" {
		var number, count string
		number, rest, _ = strings.Cut(rest, " ")
		count, rest, _ = strings.Cut(rest, " ")
		v, _ := strconv.Atoi(number)
		n, err := strconv.Atoi(count)
		if err != nil || n <= 0 || n > p.count-from {
			return
		}
		visit(v, from, from+n)
		from += n
	}
}

func (p places) at(name string, commit int) (number int, ok bool) {
	p.each(name, func(v, from, end int) {
		if from <= commit && commit < end {
			number, ok = v, true
		}
	})
	return number, ok
}

func (p places) data() Places {
	d := Places{Home: p.home, Files: map[string][]int{}, Lines: map[string][]int{}, Words: map[string][]int{}}
	for name := range p.runs {
		var numbers []int
		p.each(name, func(v, from, end int) { numbers = append(numbers, slices.Repeat([]int{v}, end-from)...) })
		if word, ok := strings.CutPrefix(name, wordEntry); ok {
			d.Words[word] = numbers
		} else if strings.Contains(name, ":") {
			d.Lines[name] = numbers
		} else {
			d.Files[name] = numbers
		}
	}
	return d
}

// HasFile reports whether a commit has a file or a folder of jetpack-nixos; known is false for those that no pill names.
func (l *Library) HasFile(r Revision, path string) (has, known bool) {
	i, ok := l.find(r.Hash)
	if !ok {
		return false, false
	}
	number, known := l.places().at(strings.TrimSuffix(path, "/"), i)
	return number > 0, known
}

// LineAt is where a commit has what a pill that was written for home says is in a line of a file: in the file itself or, after a move,
// in another. There is no line, 0, where it may be one of several. known is false where nobody looked for it.
func (l *Library) LineAt(home, r Revision, path string, line int) (file string, there int, has, known bool) {
	i, ok := l.find(r.Hash)
	p := l.places()
	if !ok || p.home != home.Hash {
		return path, 0, false, false
	}
	key := path + ":" + strconv.Itoa(line)
	there, known = p.at(key, i)
	if there == 0 {
		for _, other := range p.moved[key] {
			if at, _ := p.at(MovedKey(key, other), i); at > 0 {
				return other, at, true, true
			}
		}
	}
	return path, max(there, 0), there != 0, known
}

// LineHistory returns what became of a line of a file at home that a pill names.
func (l *Library) LineHistory(path string, line int) (History, bool) {
	key := path + ":" + strconv.Itoa(line)
	keys := []string{key}
	for _, other := range l.places().moved[key] {
		keys = append(keys, MovedKey(key, other))
	}
	return l.placeHistory(key, keys...)
}

// FileHistory returns what became of a file or a folder that a pill names.
func (l *Library) FileHistory(path string) (History, bool) {
	return l.placeHistory(path, strings.TrimSuffix(path, "/"))
}

// HasWord reports whether the source of a commit has a word; known is false for one that every source has, or that no pill names. plain
// asks for the words that may be of English too.
func (l *Library) HasWord(r Revision, word string, plain bool) (has, known bool) {
	i, ok := l.find(r.Hash)
	if !ok {
		return false, false
	}
	number, known := l.places().at(wordEntry+word, i)
	if !known && plain {
		number, known = l.places().at(wordEntry+PlainWord+word, i)
	}
	return number > 0, known
}

// WordHistory returns what became of a word of the source that a pill names.
func (l *Library) WordHistory(word string) (History, bool) {
	return l.placeHistory(word, wordEntry+word, wordEntry+PlainWord+word)
}

// placeHistory is what became of what has some keys among the places: it is there where one of them is.
func (l *Library) placeHistory(name string, keys ...string) (History, bool) {
	h := History{Path: name}
	has := make([]bool, len(l.commits))
	for _, key := range keys {
		l.places().each(key, func(v, from, end int) {
			for i := from; i < end; i++ {
				has[i] = has[i] || v != 0
			}
		})
	}
	was := false
	for i, c := range l.commits {
		if c.Mainline && has[i] != was {
			was = has[i]
			h.went(c.Revision, was)
		}
	}
	return h, h.Introduced.Known()
}
