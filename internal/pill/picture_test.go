package pill_test

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"jetpills/internal/pill"
	"jetpills/pills"
)

// TestPictures asks of each picture of the shipped pills that it is XML and says every word of its diagram.
func TestPictures(t *testing.T) {
	collection := pill.Load(pills.FS)
	pictures := map[string][]byte{}
	for _, picture := range collection.Pictures() {
		pictures[picture.File] = picture.SVG()
	}
	diagrams := 0
	index, _ := collection.Index()
	for _, p := range append(collection.Pills(), index) {
		number := 0
		for _, block := range p.CodeBlocks() {
			if block.Language != "diagram" {
				continue
			}
			diagrams++
			number++
			svg, ok := pictures[strings.TrimSuffix(p.File, ".md")+"-"+string(rune('0'+number))+".svg"]
			if !ok {
				t.Errorf("%s:%d: no picture", p.File, block.Line)
				continue
			}
			title, words := textsOf(t, svg)
			if want := strings.Join(block.Info, " "); title != want {
				t.Errorf("%s:%d: the title is %q, want %q", p.File, block.Line, title, want)
			}
			want := strings.FieldsFunc(block.Text, func(r rune) bool { return r == '|' || unicode.IsSpace(r) })
			want = slices.DeleteFunc(want, func(word string) bool { return strings.Trim(word, "-+<>^v") == "" })
			if diff := cmp.Diff(want, strings.Fields(words)); diff != "" {
				t.Errorf("%s:%d: words of the diagram, and of the picture: %s", p.File, block.Line, diff)
			}
		}
	}
	if diagrams == 0 || diagrams != len(pictures) {
		t.Errorf("%d diagrams, %d pictures", diagrams, len(pictures))
	}
}

func TestPicture(t *testing.T) {
	const source = "# A\n\n```diagram A host & its board\n +------+   `usb` <3>\n | höst |---------> board-v2\n +--a---+\n    |\n    v\n v1-or-older || x\n```\n"
	pictures := pill.Load(fstest.MapFS{"00-a.md": {Data: []byte(source)}}).Pictures()
	if len(pictures) != 1 || pictures[0].File != "00-a-1.svg" {
		t.Fatalf("the pictures are %v", pictures)
	}
	svg := string(pictures[0].SVG())
	title, words := textsOf(t, []byte(svg))
	if title != "A host & its board" || words != "`usb` <3> höst board-v2 a v1-or-older x" {
		t.Errorf("the picture says %q, %q", title, words)
	}
	for _, want := range []string{
		"<text x='20' y='20' textLength='32'>höst</text>",         // in its column, though ö has two bytes
		"<text x='156' y='20' textLength='64'>board-v2</text>",    // behind the arrow
		"<polygon points='152.000000,16.000000 140.000000,10.4",   // the head of it
		"transform='rotate(90.000000, 32.000000, 64.000000)'",     // the head that points down
		"<path d='M 8,0 L 64,0' fill='none' stroke='currentColor", // the box
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in\n%s", want, svg)
		}
	}
}

// textsOf is the title of a picture and its other words, in the order of the diagram.
func textsOf(t *testing.T, svg []byte) (title, words string) {
	t.Helper()
	var inside string
	var all []string
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return title, strings.Join(all, " ")
		} else if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			inside = token.Name.Local
		case xml.EndElement:
			inside = ""
		case xml.CharData:
			switch inside {
			case "title":
				title = string(token)
			case "text":
				all = append(all, string(token))
			}
		}
	}
}
