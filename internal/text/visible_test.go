package text

import (
	"encoding/json"
	"testing"
)

func TestVisible(t *testing.T) {
	for _, test := range []struct{ text, keep, want string }{
		{"höhe 🚀 a\u200db", "", "höhe 🚀 a\u200db"},
		{"a\nb\r\tc", "", `a\nb\r\tc`},
		{"a\nb\r\tc", "\n\t", "a\nb\\r\tc"},
		{"\x00\a\x1b\x7f\u0080\u009b\u009f", "", `\u0000\u0007\u001b\u007f\u0080\u009b\u009f`},
		{"\u202a\u202e\u2066\u2069\u200f\u2028\u2029", "", `\u202a\u202e\u2066\u2069\u200f\u2028\u2029`},
		{"\x9b31m\xff", "", "\uFFFD31m\uFFFD"},
	} {
		got := Visible(test.text, test.keep)
		if got != test.want {
			t.Errorf("%q becomes %q, want %q", test.text, got, test.want)
		}
		var back string
		if err := json.Unmarshal([]byte(`"`+Visible(test.text, "")+`"`), &back); err != nil {
			t.Errorf("%q is no JSON string: %v", test.want, err)
		}
	}
}

func TestUnderlinedIsVisible(t *testing.T) {
	const src = "a\u202eb\x1bc\u2066d"
	want := "    1 | a\uFFFDb\uFFFDc\uFFFDd\n      |       ^\n"
	if got := NewMapper(src).Underlined(Span{len(src) - 1, len(src)}, ""); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
