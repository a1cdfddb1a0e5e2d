package catalog

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func sourceOf(c *Catalog) Source {
	return Source{Options: c.Options(), Contents: c.packages().Contents, Generations: c.Generations()}
}

// TestSourceOfAFork reads a fork that has one SoM more, a JetPack of its own and an option that nobody knows.
func TestSourceOfAFork(t *testing.T) {
	l := library(t)
	s := sourceOf(l.Newest())
	s.Revision = Revision{Hash: strings.Repeat("f", 40), Date: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}
	s.Options = slices.Clone(s.Options)
	for i := range s.Options {
		// What was read from a source has no history yet.
		o := &s.Options[i]
		o.Since, o.AliasSince, o.Summary, o.library = Revision{}, Revision{}, "", nil
		if o.Path == SoMOption {
			o.Values = append(slices.Clone(o.Values), "orin-own")
		}
	}
	s.Options = append(s.Options, Option{Path: "hardware.nvidia-jetpack.own", Type: "boolean", Kind: KindBool})
	s.Generations = []Generation{{Major: "6", JetPack: "6.9", SoMFamilies: []string{"orin"}}, {Major: "8", SoMFamilies: []string{"thor"}}}
	s.DefaultMajors = map[string]string{"orin-own": "6", "thor-agx": "8"}
	s.Packages = append(slices.Clone(s.Packages), Package{Name: "own-tool", File: "own.nix", Line: 3})
	c := l.Of(s)

	if c.Revision != s.Revision || len(c.Generations()) != 2 {
		t.Errorf("catalog of %s with %d generations", c.Revision.Short(), len(c.Generations()))
	}
	if o, ok := c.Option("hardware.nvidia-jetpack.own"); !ok || o.Summary != "" || o.Since.Known() {
		t.Errorf("the fork's own option is %+v", o)
	}
	som, _ := c.Option(SoMOption)
	was, _ := l.Newest().Option(SoMOption)
	if som.Since != was.Since || som.Summary != was.Summary || som.ValueSince("thor-agx") != was.ValueSince("thor-agx") || som.ValueSince("orin-own").Known() {
		t.Errorf("som has lost its history, or got a wrong one: %+v", som)
	}
	alias, _ := c.Option("hardware.nvidia-jetpack.firmware.bootOrder")
	if alias.AliasSince.Short() != "5689f61" {
		t.Errorf("bootOrder is an alias since %s", alias.AliasSince.Short())
	}
	own, ok := c.SoM("orin-own")
	if !ok || own.SoC != "" || own.TargetBoard != "" || own.Since.Known() || own.DefaultMajor != "6" || !slices.Equal(own.Majors, []string{"6"}) {
		t.Errorf("the fork's own SoM is %+v", own)
	}
	thor, _ := c.SoM("thor-agx")
	if thor.SoC != "t264" || thor.DefaultMajor != "8" || thor.TargetBoard != "" || !slices.Equal(thor.Majors, []string{"8"}) {
		t.Errorf("thor-agx in the fork is %+v", thor)
	}
	if v, clashes := c.Fits("thor-agx", "devkit", "6"); v != FitNo || !slices.Equal(clashes, []Clash{ClashMajor}) {
		t.Errorf("thor-agx with 6 fits: %v %v", v, clashes)
	}
	if v, _ := c.Fits("orin-nx", "devkit", "6"); v != FitUnknown {
		t.Errorf("orin-nx with 6 fits: %v; the fork's boards are not known", v)
	}
	if p, ok := c.Package("own-tool"); !ok || p.File != "own.nix" {
		t.Errorf("the fork's own package is %+v", p)
	}
	if len(c.FlashTargets()) != 0 {
		t.Error("the fork has upstream's flash targets")
	}
	if !slices.Contains(c.Roots(), "hardware.nvidia-jetpack") || !c.IsPrefix([]string{"hardware", "nvidia-jetpack"}) {
		t.Errorf("roots are %v", c.Roots())
	}
}

// TestSourceOfAKnownCommit holds that the source of a known commit loses nothing of what an evaluation told.
func TestSourceOfAKnownCommit(t *testing.T) {
	l := library(t)
	want := catalogAt(t, l, "4d857d6")
	s := sourceOf(want)
	s.Revision, s.Generations = want.Revision, nil
	s.Packages = slices.Clone(s.Packages)
	for i := range s.Packages {
		s.Packages[i].Kind, s.Packages[i].Summary = "", ""
	}
	got := l.Of(s)
	for what, pair := range map[string][2]any{
		"soms":        {want.SoMs(), got.SoMs()},
		"generations": {want.Generations(), got.Generations()},
		"packages":    {want.Packages(), got.Packages()},
		"outputs":     {want.Outputs(), got.Outputs()},
		"targets":     {want.FlashTargets(), got.FlashTargets()},
	} {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	if v, _ := got.Fits("orin-nx", "xavierNxDevkit", "5"); v != FitYes {
		t.Errorf("orin-nx on xavierNxDevkit with 5 fits: %v", v)
	}
}

// TestEmptySource holds that a source without anything gives a catalog without anything.
func TestEmptySource(t *testing.T) {
	c := library(t).Of(Source{})
	if len(c.Options())+len(c.SoMs())+len(c.Packages())+len(c.Generations())+len(c.Roots()) != 0 || c.Revision.Known() {
		t.Errorf("catalog is %+v", c)
	}
	if v, _ := c.Fits("orin-nx", "devkit", "5"); v != FitUnknown {
		t.Errorf("orin-nx fits: %v", v)
	}
}
