package pill

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"

	"jetpills/internal/pattern"
)

// split cuts the document at its headings.
func (p *Pill) split(doc ast.Node, problem func(int, string, ...any)) {
	d, made := p.document(), anchors{}
	under := part{from: -1} // current
	current := Section{Pill: p, Level: 1, Line: d.firstLine, body: &body{role: titling}}
	titled := false
	finish := func(end int) {
		current.body.number = len(p.Sections)
		p.Sections = append(p.Sections, current)
		d.parts = append(d.parts, part{nodes: under.nodes, from: under.start(end), to: end})
		under = part{from: -1}
	}
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if n.Kind() != ast.KindHeading && under.from < 0 {
			under.from = d.lineStart(n.Pos())
		}
		switch n := n.(type) {
		case *ast.Heading:
			title := plainInline(n, d.source)
			line := d.line(headingStart(n))
			if n.Level == 1 && !titled && len(p.Sections) == 0 {
				titled = true
				current.Title, current.Line, current.Anchor = title, line, made.of(title)
				continue
			}
			finish(d.lineStart(n.Pos()))
			current = Section{
				Pill: p, Title: title, Anchor: made.of(title), Level: n.Level, Line: line,
				headingCode: codeIn(n, d.source),
				body:        &body{role: roleOf(title)},
			}
		case *ast.HTMLBlock:
			p.readComment(n, &current, len(under.nodes) > 0, problem)
			under.add(n, d.source)
		default:
			under.add(n, d.source)
		}
	}
	finish(len(d.source))
	d.parts[0].dropLead(d)
	d.parts[len(d.parts)-1].dropFooter(d)
	p.nameFromTitle(titled, problem)
	p.frame()
}

var titlePattern = pattern.New(`(?i)^pill\s+\d+\s*[:—–-]\s*(.*)$`)

// nameFromTitle fills in what the front matter left open from the first heading ("Pill 03: Title —
// subtitle"), or else from the file's name.
func (p *Pill) nameFromTitle(titled bool, problem func(int, string, ...any)) {
	first := &p.Sections[0]
	if !titled && p.Title == "" {
		problem(p.document().firstLine, "no title: neither a first-level heading nor front matter")
	}
	title, subtitle := first.Title, ""
	if found := titlePattern.FindStringSubmatch(title); found != nil {
		title = found[1]
		for _, separator := range []string{" — ", " – ", " - ", ": "} {
			if before, after, ok := strings.Cut(title, separator); ok {
				title, subtitle = before, after
				break
			}
		}
	}
	if title == "" {
		title = oneLine(strings.TrimSuffix(p.File, ".md"))
		if isNumber(p.ID) {
			title = strings.ReplaceAll(title[len("00-"):], "-", " ")
		}
	}
	if p.Title == "" {
		p.Title = title
	}
	if p.Subtitle == "" {
		p.Subtitle = subtitle
	}
	if first.Title == "" {
		first.Title = p.Title
	}
}

func headingStart(n *ast.Heading) int {
	if lines := n.Lines(); lines != nil && lines.Len() > 0 {
		return lines.At(0).Start
	}
	return max(n.Pos(), 0)
}

// roleOf recognizes by their titles the sections that explain nothing themselves.
func roleOf(title string) role {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, title)
	switch letters {
	case "tldr", "inshort", "inbrief":
		return shortening
	case "questions", "question", "exercise", "exercises", "quiz", "testyourself", "checkyourunderstanding", "challenge", "challenges",
		"contents", "tableofcontents", "toc", "onthispage",
		"summary", "summarytable", "recap", "keytakeaways", "takeaways", "keypoints", "conclusion", "wrappingup", "wrapup",
		"quickreference", "cheatsheet", "next", "whatsnext", "whatnext", "wheretogonext", "wheretogofromhere", "nextsteps", "nextpill", "upnext",
		"seealso", "furtherreading", "resources", "references", "links", "navigation", "license", "licence", "acknowledgements", "credits":
		return framing
	}
	if strings.HasSuffix(letters, "cheatsheet") {
		return framing
	}
	return explaining
}

// frame marks by their form sections that only list what others explain: a table of contents, and in a pill
// without annotations a last section that is nothing but a table.
func (p *Pill) frame() {
	for _, s := range p.Sections {
		if nodes := s.nodes(); s.body.role == explaining && len(s.Topics) == 0 && len(nodes) > 0 && isContents(nodes, p.source()) {
			s.body.role = framing
		}
	}
	last := p.Sections[len(p.Sections)-1]
	if nodes := last.nodes(); !p.annotated && last.body.role == explaining && len(nodes) == 1 && nodes[0].Kind() == tables.KindTable {
		last.body.role = framing
	}
	// What lies inside a framing section frames too.
	for i := range p.Sections {
		if p.Sections[i].body.role != framing {
			continue
		}
		for _, inner := range p.Sections[i].Subtree()[1:] {
			if len(inner.Topics) == 0 {
				inner.body.role = framing
			}
		}
	}
}

// isContents reports whether the blocks are nothing but a list of links.
func isContents(nodes []ast.Node, source []byte) bool {
	links := 0
	for _, n := range nodes {
		if n.Kind() != ast.KindList {
			return false
		}
		for item := range children(n) {
			for block := range children(item) {
				if !isNavigation(block, source) && !isContents([]ast.Node{block}, source) {
					return false
				}
				links++
			}
		}
	}
	return links > 1
}

var navigationWords = map[string]bool{
	"previous": true, "prev": true, "next": true, "index": true, "up": true, "home": true, "back": true, "pill": true, "to": true,
}

// isNavigation reports whether a block is one or more links with next to nothing around them, as in a
// footer or a table of contents.
func isNavigation(n ast.Node, source []byte) bool {
	if n.Kind() != ast.KindParagraph && n.Kind() != ast.KindTextBlock {
		return false
	}
	hasLink, isText := false, false
	inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Link:
			hasLink = hasLink || !isAbsolute(string(n.Destination))
			return false
		case *ast.Text:
			for word := range strings.FieldsFuncSeq(string(n.Value(source)), isBetweenLinks) {
				if isText = isText || !navigationWords[strings.ToLower(word)]; isText {
					break
				}
			}
		}
		return !isText
	})
	return hasLink && !isText
}

func isBetweenLinks(r rune) bool { return strings.ContainsRune(" \t\n·|•←→«»<>:-–—", r) }

func isAbsolute(destination string) bool {
	scheme, _, found := strings.Cut(destination, ":")
	return strings.HasPrefix(destination, "//") || found && len(scheme) > 1 && !strings.ContainsAny(scheme, "/#.?")
}

// add adds a node, unless it is a comment or defines a reference.
func (p *part) add(n ast.Node, source []byte) {
	html, isHTML := n.(*ast.HTMLBlock)
	if n.Kind() != ast.KindLinkReferenceDefinition && (!isHTML || strings.Contains(htmlText(html, source), "<")) {
		p.nodes = append(p.nodes, n)
	}
}

// start is where the first node stands, or the end of a part that has none.
func (p *part) start(end int) int {
	if p.from < 0 {
		return end
	}
	return p.from
}

// dropLead removes navigation right under the title of a file, whose first part it is.
func (p *part) dropLead(d *document) {
	for len(p.nodes) > 0 && (isNavigation(p.nodes[0], d.source) || p.nodes[0].Kind() == ast.KindThematicBreak) {
		p.nodes = p.nodes[1:]
	}
}

// dropFooter removes navigation and thematic breaks at the end of a file, whose last part it is.
func (p *part) dropFooter(d *document) {
	for last := len(p.nodes) - 1; last >= 0 && isFooter(p.nodes, last, d.source); last-- {
		p.to = d.lineStart(p.nodes[last].Pos())
		p.nodes = p.nodes[:last]
	}
}

var footerWords = pattern.New(`(?i)^[\s*_←<]*(previous|prev|next|back to|up next)\b`)

func isFooter(nodes []ast.Node, at int, source []byte) bool {
	n := nodes[at]
	if n.Kind() == ast.KindThematicBreak || isNavigation(n, source) {
		return true
	}
	// "Next: Pill 04 …" needs no link where a line or another paragraph is above it.
	return n.Kind() == ast.KindParagraph && footerWords.MatchString(plainInline(n, source)) &&
		at > 0 && (nodes[at-1].Kind() == ast.KindThematicBreak || nodes[at-1].Kind() == ast.KindParagraph)
}

const (
	explains = "explains:"
	formerly = "formerly:"
)

// readComment takes the topics from a comment "explains: …", and the anchors from a comment "formerly: …". isBelow says that something
// stands between the heading and the comment.
func (p *Pill) readComment(n *ast.HTMLBlock, s *Section, isBelow bool, problem func(int, string, ...any)) {
	raw := strings.TrimSpace(string(htmlSource(n, p.source())))
	comment, ok := strings.CutPrefix(raw, "<!--")
	if !ok {
		return
	}
	line := p.document().line(blockStart(n))
	comment, _, closed := strings.Cut(comment, "-->")
	if !closed {
		problem(line, "comment is not closed")
	}
	comment = strings.TrimSpace(comment)
	if list, ok := strings.CutPrefix(comment, formerly); ok {
		for part := range strings.SplitSeq(list, ",") {
			s.Formerly = append(s.Formerly, strings.TrimSpace(part))
		}
		return
	}
	list, ok := strings.CutPrefix(comment, explains)
	if !ok {
		return
	}
	p.annotated = true
	if s.body.role == titling {
		problem(line, "topics stand under a title; they belong under the heading that explains them")
	} else if isBelow {
		problem(line, "topics do not stand directly under their heading")
	}
	for part := range strings.SplitSeq(list, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		topic, err := ParseTopic(part)
		if err != nil {
			problem(line, "%v", err)
			continue
		}
		s.Topics = append(s.Topics, topic)
	}
}

func htmlSource(n *ast.HTMLBlock, source []byte) []byte {
	raw := bytes.Clone(n.Lines().Value(source))
	if n.HasClosure() {
		raw = append(raw, n.ClosureLine.Value(source)...)
	}
	return raw
}

// htmlText is an HTML block without its comments.
func htmlText(n *ast.HTMLBlock, source []byte) string {
	var b strings.Builder
	rest := string(htmlSource(n, source))
	for rest != "" {
		before, comment, _ := strings.Cut(rest, "<!--")
		b.WriteString(before)
		_, rest, _ = strings.Cut(comment, "-->")
	}
	return strings.TrimSpace(b.String())
}
