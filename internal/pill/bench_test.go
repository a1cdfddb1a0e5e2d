package pill

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// tenPills is a folder as large as the shipped one: 150 KB in ten files.
func tenPills(annotated bool) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := range 10 {
		var b strings.Builder
		fmt.Fprintf(&b, "# Pill %02d: Title %d — subtitle\n\n## tl;dr\n\nShort.\n", i, i)
		for s := 0; b.Len() < 15000; s++ {
			fmt.Fprintf(&b, "\n## Section %d about `function%d%d`\n", s, i, s)
			if annotated {
				fmt.Fprintf(&b, "<!-- explains: function:function%d%d, option:a.b%d.c%d, package:p%d-* -->\n", i, s, i, s, s)
			}
			b.WriteString("\nA paragraph with `code`, **marks**, [links](03-x.md#y) and words\n" + strings.Repeat("that go on for a while, as they do. ", 10))
			b.WriteString("\n\n```nix\n{\n  hardware.nvidia-jetpack = {\n    enable = true;\n    som = \"orin-agx\";\n  };\n}\n```\n\n| a | b |\n|---|---|\n| `x` | y |\n\n- one\n- two\n")
		}
		fsys[fmt.Sprintf("%02d-title.md", i)] = &fstest.MapFile{Data: []byte(b.String())}
	}
	return fsys
}

func BenchmarkLoad(b *testing.B) {
	fsys := tenPills(true)
	b.ReportAllocs()
	for b.Loop() {
		Load(fsys)
	}
}

func BenchmarkExcerpt(b *testing.B) {
	s, ok := Load(tenPills(true)).For(Topic{FunctionTopic, "function33"})
	if !ok {
		b.Fatal("no section")
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = s.Excerpt(0).Markdown(func(l Link) string { return "file:///" + l.File })
	}
}

func BenchmarkForDeclared(b *testing.B) {
	c := Load(tenPills(true))
	b.ReportAllocs()
	for b.Loop() {
		c.For(Topic{FunctionTopic, "unknown"}, Topic{PackageTopic, "p3-x"})
	}
}

// The first question of all, which reads every section.
func BenchmarkForMentionedFirst(b *testing.B) {
	fsys := tenPills(false)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		c := Load(fsys)
		b.StartTimer()
		c.For(Topic{OptionTopic, "hardware.nvidia-jetpack.som"})
	}
}

// A question that was not asked before.
func BenchmarkForMentionedNew(b *testing.B) {
	c := Load(tenPills(false))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		c.For(Topic{OptionTopic, fmt.Sprintf("hardware.nvidia-jetpack.firmware.uefi.option%d", i)})
		i++
	}
}

func BenchmarkSearch(b *testing.B) {
	c := Load(tenPills(true))
	b.ReportAllocs()
	for b.Loop() {
		c.Search("section function3")
	}
}
