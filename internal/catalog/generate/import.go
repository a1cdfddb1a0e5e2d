package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"jetpills/internal/catalog"
)

// importRaw rewrites the facts folder at out from the raw evaluations; facts/README.md names them.
// The summaries are written by hand and left alone.
func importRaw(raw fs.FS, clone, out string) error {
	var in rawFacts
	if err := in.read(raw); err != nil {
		return err
	}
	git, err := openHistory(clone, in.revisions)
	if err != nil {
		return err
	}
	f := &facts{}
	for _, step := range []func(*rawFacts, *history) error{
		f.importEras, f.importCatalogs, f.importRevisions, f.importHistory, f.importGenerations, f.importSoMs, f.importPackages, f.importTrees,
	} {
		if err := step(&in, git); err != nil {
			return err
		}
	}
	return f.write(out)
}

// rawFacts are the files as the evaluations left them, as far as they are used.
type rawFacts struct {
	revisions []struct{ Rev, Date, Catalog string }
	catalogs  []struct {
		Key     string
		Options []shapeFact
	}
	eras     []rawEra
	timeline struct {
		Options map[string]struct {
			Introduced, AliasSince, Removed, Reintroduced struct{ Rev string }
			RenamedTo                                     string
		}
	}
	history struct {
		EnumEvents []map[string]json.RawMessage
	}
	generations struct {
		Timeline []struct {
			Rev         string
			Generations []struct {
				JetPack, L4T, CUDA, CUDADriver, MajorVersion string
				Kernel                                       struct{ Version, RTSuffix string }
				SoMFamilies                                  struct{ SoMFamilies []string }
			}
			MajorVersionDefaultExpr string
		}
	}
	soms struct {
		Enums struct{ SoM []string }
		SoMs  map[string]struct {
			FamilyPrefix         string
			AllowedMajorVersions []string
			DefaultMajorVersion  string
			SocType, ChipID      json.RawMessage
			CUDACapabilities     []string
			TargetBoardDefault   map[string]string
			BoardIDs, BoardSKUs  []string
		}
		SupportedConfigurations []struct {
			Name, SoM, CarrierBoard, MajorVersion, FlashPackage, Binary, TargetBoard string
			Super                                                                    bool
		}
		Checks       []struct{ Topic, Condition string }
		Combinations []struct {
			SoM, CarrierBoard, MajorVersion, TargetBoard string
			Super, OK                                    bool
			Fails                                        []string
		}
	}
	packages struct {
		ScopeAttrs []struct {
			Name, Kind, DefinedAt, Source string
			InJetPack                     []string
		}
		DeviceSpecificAttrs struct {
			Attrs []struct{ Name, Kind, DefinedAt string }
		}
		TopLevelOverlayAttrs []struct{ Name, At string }
		SystemBuild          []struct{ Name, At, Equals string }
		Flake                struct {
			Packages                          map[string][]string
			Checks                            map[string][]string
			NixosConfigurations, NixosModules []string
			Overlays                          []string
			Formatter                         []string
			LegacyPackages                    struct{ Systems []string }
		}
	}
}

type rawEra struct {
	Rev     string
	Options []struct {
		Path, Kind, Type, DeclaredIn, DeclaredWith, RenamedTo, DefaultText string
		Line, Column                                                       int
		Enum                                                               []string
		HasDefault, ReadOnly, Internal                                     bool
		Default                                                            struct{ Expr string }
		Example                                                            json.RawMessage
	}
}

func (in *rawFacts) read(raw fs.FS) error {
	for _, file := range []struct {
		name string
		into any
	}{
		{"revisions.json", &in.revisions},
		{"catalogs.json", &in.catalogs},
		{"option-timeline.json", &in.timeline},
		{"history.json", &in.history},
		{"jetpack-generations.json", &in.generations},
		{"som-matrix.json", &in.soms},
		{"packages.json", &in.packages},
	} {
		if err := readJSON(raw, file.name, file.into); err != nil {
			return err
		}
	}
	names, err := fs.Glob(raw, "options/*.json")
	if err != nil {
		return err
	}
	for _, name := range names {
		var e rawEra
		if err := readJSON(raw, name, &e); err != nil {
			return err
		}
		in.eras = append(in.eras, e)
	}
	return nil
}

func (f *facts) importEras(in *rawFacts, _ *history) error {
	for _, raw := range in.eras {
		e := eraFact{Rev: raw.Rev}
		for _, o := range raw.Options {
			e.Options = append(e.Options, eraOption{
				Path: o.Path, Type: o.Type, Values: o.Enum, RenamedTo: o.RenamedTo, Field: o.Kind == "submoduleField",
				File: o.DeclaredIn, Line: o.Line, Column: o.Column, With: o.DeclaredWith,
				HasDefault: o.HasDefault, Default: o.Default.Expr, DefaultText: o.DefaultText, Example: o.Example,
				Internal: o.Internal, ReadOnly: o.ReadOnly,
			})
		}
		slices.SortFunc(e.Options, func(a, b eraOption) int { return strings.Compare(a.Path, b.Path) })
		f.Eras = append(f.Eras, e)
	}
	return nil
}

func (f *facts) importCatalogs(in *rawFacts, _ *history) error {
	before := map[string]shapeFact{}
	for _, raw := range in.catalogs {
		c := catalogFact{Key: raw.Key}
		now := map[string]shapeFact{}
		for _, o := range raw.Options {
			now[o.Path] = o
			if was, ok := before[o.Path]; !ok || was != o {
				c.Set = append(c.Set, o)
			}
		}
		for _, path := range sortedKeys(before) {
			if _, ok := now[path]; !ok {
				c.Removed = append(c.Removed, path)
			}
		}
		f.Catalogs = append(f.Catalogs, c)
		before = now
	}
	f.expand()
	return nil
}

func (f *facts) importRevisions(in *rawFacts, git *history) error {
	for _, raw := range in.revisions {
		r := revisionFact{Rev: raw.Rev, Date: raw.Date, Mainline: git.mainline(raw.Rev), Catalog: raw.Catalog}
		if r.Catalog == "" {
			r.Like = git.nearest(r.Rev, func(rev string) bool { return git.catalog[rev] != "" })
		}
		f.Revisions = append(f.Revisions, r)
	}
	return nil
}

func (f *facts) importHistory(in *rawFacts, git *history) error {
	// hardware.nvidia.enabled is a NixOS option that jetpack-nixos declares once more: the set around it is NixOS's.
	f.History.Shared = []string{"hardware", "hardware.nvidia", "services"}
	for _, path := range sortedKeys(in.timeline.Options) {
		raw := in.timeline.Options[path]
		h := optionEvents{Path: path, RenamedTo: raw.RenamedTo}
		for _, event := range []struct {
			short string
			full  *string
		}{
			{raw.Introduced.Rev, &h.Introduced}, {raw.AliasSince.Rev, &h.AliasSince},
			{raw.Removed.Rev, &h.Removed}, {raw.Reintroduced.Rev, &h.Reintroduced},
		} {
			full, err := git.full(event.short)
			if err != nil {
				return fmt.Errorf("history of %s: %w", path, err)
			}
			*event.full = full
		}
		f.History.Options = append(f.History.Options, h)
	}

	changed := map[string]bool{}
	for _, event := range in.history.EnumEvents {
		var rev string
		if err := json.Unmarshal(event["rev"], &rev); err != nil {
			return err
		}
		for _, name := range sortedKeys(event) {
			var change struct{ Added []string }
			if name == "rev" || name == "date" || name == "subject" {
				continue
			}
			if err := json.Unmarshal(event[name], &change); err != nil {
				return fmt.Errorf("enum event of %s: %w", name, err)
			}
			path := "hardware.nvidia-jetpack." + name
			changed[path] = true
			for _, value := range change.Added {
				f.History.Values = append(f.History.Values, valueEvents{path, value, rev})
			}
		}
	}
	return f.unchangedEnums(changed)
}

// unchangedEnums dates the values of enums without events: they came with their option, if no catalog ever had others.
func (f *facts) unchangedEnums(changed map[string]bool) error {
	types := map[string]map[string]bool{}
	for _, c := range f.Catalogs {
		for _, o := range c.options {
			if types[o.Path] == nil {
				types[o.Path] = map[string]bool{}
			}
			types[o.Path][o.Type] = true
		}
	}
	for _, h := range f.History.Options {
		if len(types[h.Path]) != 1 || changed[h.Path] {
			continue
		}
		for typ := range types[h.Path] {
			_, _, _, values := catalog.ReadType(typ)
			for _, v := range values {
				f.History.Values = append(f.History.Values, valueEvents{h.Path, v, h.Introduced})
			}
		}
	}
	slices.SortStableFunc(f.History.Values, func(a, b valueEvents) int { return strings.Compare(a.Path, b.Path) })
	return nil
}

func (f *facts) importGenerations(in *rawFacts, git *history) error {
	state := map[string]int{}
	for i, raw := range in.generations.Timeline {
		s := stateFact{Since: raw.Rev}
		for _, g := range raw.Generations {
			s.Generations = append(s.Generations, generationFact{
				Major: g.MajorVersion, JetPack: g.JetPack, L4T: g.L4T, CUDA: g.CUDA, Driver: g.CUDADriver,
				Kernel: g.Kernel.Version, RealtimeSuffix: g.Kernel.RTSuffix, SoMFamilies: g.SoMFamilies.SoMFamilies,
			})
		}
		arms, err := readMajorDefault(raw.MajorVersionDefaultExpr)
		if err != nil {
			return fmt.Errorf("%s: %w", raw.Rev, err)
		}
		s.DefaultMajor = arms
		f.Generations = append(f.Generations, s)
		state[raw.Rev] = i
	}
	// On the mainline a state holds up to the next one. A commit beside it has a known state only where the
	// mainline has the same one where the commit branched off and where it was merged.
	at := map[string]int{}
	now := -1
	for _, rev := range git.main {
		if i, ok := state[rev]; ok {
			now = i
		}
		at[rev] = now
	}
	for i := range f.Revisions {
		r := &f.Revisions[i]
		from, ok := at[r.Rev]
		if !ok {
			base, merge := git.around(r.Rev)
			if base == "" || merge == "" || at[base] != at[merge] {
				continue
			}
			from = at[base]
		}
		if from >= 0 {
			r.Generation = &from
		}
	}
	return nil
}

// readMajorDefault reads the default of majorVersion: a string, or a chain of if … then "n" else … whose conditions
// compare cfg.som or test its prefix. Anything else is an error, to be looked at by a person.
func readMajorDefault(expr string) ([]majorArm, error) {
	var arms []majorArm
	for expr != "" {
		condition, rest, ok := strings.Cut(expr, " then ")
		if !ok {
			major, err := strconv.Unquote(expr)
			if err != nil {
				return nil, fmt.Errorf("default of majorVersion: cannot read %q", expr)
			}
			return append(arms, majorArm{Major: major}), nil
		}
		then, otherwise, ok := strings.Cut(rest, " else ")
		major, err := strconv.Unquote(then)
		if !ok || err != nil {
			return nil, fmt.Errorf("default of majorVersion: cannot read %q", rest)
		}
		for term := range strings.SplitSeq(strings.TrimPrefix(condition, "if "), " || ") {
			arm := majorArm{Major: major}
			if som, ok := strings.CutPrefix(term, "cfg.som == "); ok {
				arm.SoM, err = strconv.Unquote(som)
			} else if prefix, ok := strings.CutPrefix(term, "lib.hasPrefix "); ok {
				arm.Prefix, err = strconv.Unquote(strings.TrimSuffix(prefix, " cfg.som"))
			} else {
				err = fmt.Errorf("unknown condition")
			}
			if err != nil {
				return nil, fmt.Errorf("default of majorVersion: cannot read %q: %w", term, err)
			}
			arms = append(arms, arm)
		}
		expr = otherwise
	}
	return arms, nil
}

func (f *facts) importSoMs(in *rawFacts, _ *history) error {
	for _, name := range in.soms.Enums.SoM {
		raw := in.soms.SoMs[name]
		f.SoMs.SoMs = append(f.SoMs.SoMs, oneSoM{
			Name: name, Family: raw.FamilyPrefix, SoC: stringOrNone(raw.SocType), ChipID: stringOrNone(raw.ChipID),
			DefaultMajor: raw.DefaultMajorVersion, Majors: raw.AllowedMajorVersions, CUDACapabilities: raw.CUDACapabilities,
			TargetBoard: raw.TargetBoardDefault["generic/devkit carrier"], SuperTargetBoard: raw.TargetBoardDefault["super"],
			BoardIDs: raw.BoardIDs, BoardSKUs: raw.BoardSKUs,
		})
	}
	verdict := map[[3]string]bool{}
	for _, super := range []bool{false, true} {
		for _, raw := range in.soms.Combinations {
			if raw.Super != super {
				continue
			}
			key := [3]string{raw.SoM, raw.CarrierBoard, raw.MajorVersion}
			if super {
				if verdict[key] != raw.OK {
					return fmt.Errorf("super decides over %v: the facts have no room for that", key)
				}
				continue
			}
			verdict[key] = raw.OK
			c := combination{SoM: raw.SoM, Carrier: raw.CarrierBoard, Major: raw.MajorVersion, TargetBoard: raw.TargetBoard}
			for _, fail := range raw.Fails {
				clash, ok := map[string]catalog.Clash{"majorVersion": catalog.ClashMajor, "xavierNxDevkit": catalog.ClashCarrier}[fail]
				if !ok {
					return fmt.Errorf("combination %v fails for an unknown reason: %s", key, fail)
				}
				c.Clashes = append(c.Clashes, string(clash))
			}
			if raw.TargetBoard == "THROWS" {
				c.TargetBoard = ""
				if len(c.Clashes) == 0 {
					c.Clashes = []string{string(catalog.ClashTargetBoard)}
				}
			}
			if raw.OK != (len(c.Clashes) == 0) {
				return fmt.Errorf("combination %v: no reason given for the verdict", key)
			}
			f.SoMs.Combinations = append(f.SoMs.Combinations, c)
		}
	}
	for _, raw := range in.soms.SupportedConfigurations {
		board := raw.TargetBoard
		if board == "THROWS" {
			board = ""
		}
		f.SoMs.Targets = append(f.SoMs.Targets, target{
			Name: raw.Name, Package: raw.FlashPackage, Binary: raw.Binary, SoM: raw.SoM, Carrier: raw.CarrierBoard,
			Super: raw.Super, Major: raw.MajorVersion, TargetBoard: board,
		})
	}
	return nil
}

// stringOrNone reads a JSON string; values that upstream throws on are objects, and count as nothing.
func stringOrNone(text json.RawMessage) string {
	var s string
	if json.Unmarshal(text, &s) != nil {
		return ""
	}
	return s
}

func (f *facts) importPackages(in *rawFacts, _ *history) error {
	p := &f.Packages
	p.Rev = in.revisions[len(in.revisions)-1].Rev
	p.Need = []string{
		"cuda-packages-11-4-extension.nix", "device-pkgs", "flake.nix", "mk-overlay.nix", "modules/default.nix",
		"modules/flash-script.nix", "overlay-with-config.nix", "overlay.nix", "pkgs", "sourceinfo",
	}
	for _, raw := range in.packages.ScopeAttrs {
		m := scopeMember{Name: raw.Name, Kind: raw.Kind, Generations: raw.InJetPack, Source: raw.Source}
		m.File, m.Line, m.Column = place(raw.DefinedAt)
		p.Scope = append(p.Scope, m)
	}
	for _, raw := range in.packages.DeviceSpecificAttrs.Attrs {
		i := slices.IndexFunc(p.Scope, func(m scopeMember) bool { return m.Name == raw.Name })
		if i < 0 {
			i = len(p.Scope)
			p.Scope = append(p.Scope, scopeMember{Name: raw.Name, Kind: raw.Kind, DeviceOnly: true})
			p.Scope[i].File, p.Scope[i].Line, p.Scope[i].Column = place(raw.DefinedAt)
		}
		p.Scope[i].DeviceFile, p.Scope[i].DeviceLine, _ = place(raw.DefinedAt)
	}
	slices.SortFunc(p.Scope, func(a, b scopeMember) int { return strings.Compare(a.Name, b.Name) })
	for _, raw := range in.packages.TopLevelOverlayAttrs {
		a := attributeFact{Name: raw.Name}
		a.File, a.Line, _ = place(raw.At)
		p.TopLevel = append(p.TopLevel, a)
	}
	for _, raw := range in.packages.SystemBuild {
		a := attributeFact{Name: raw.Name, Equals: raw.Equals}
		a.File, a.Line, _ = place(raw.At)
		p.Build = append(p.Build, a)
	}
	for _, l := range [][]attributeFact{p.TopLevel, p.Build} {
		slices.SortFunc(l, func(a, b attributeFact) int { return strings.Compare(a.Name, b.Name) })
	}
	flake := in.packages.Flake
	p.Outputs = []outputFact{
		{"formatter", flake.Formatter}, {"legacyPackages", flake.LegacyPackages.Systems},
		{"nixosConfigurations", flake.NixosConfigurations}, {"nixosModules", flake.NixosModules}, {"overlays", flake.Overlays},
	}
	for system, names := range flake.Packages {
		p.Outputs = append(p.Outputs, outputFact{"packages." + system, names})
	}
	for system, names := range flake.Checks {
		p.Outputs = append(p.Outputs, outputFact{"checks." + system, names})
	}
	slices.SortFunc(p.Outputs, func(a, b outputFact) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// place reads file, file:line or file:line:column.
func place(at string) (file string, line, column int) {
	parts := strings.Split(at, ":")
	if len(parts) > 1 {
		line, _ = strconv.Atoi(parts[1])
	}
	if len(parts) > 2 {
		column, _ = strconv.Atoi(parts[2])
	}
	return parts[0], line, column
}

func (f *facts) write(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "eras"), 0o755); err != nil {
		return err
	}
	files := map[string]any{
		"revisions.json": f.Revisions, "trees.json": f.Trees, "places.json": f.Places, "catalogs.json": f.Catalogs, "history.json": f.History,
		"generations.json": f.Generations, "soms.json": f.SoMs, "packages.json": f.Packages,
	}
	if len(f.Scopes.Of) > 0 {
		files["scopes.json"] = f.Scopes
	}
	for _, e := range f.Eras {
		files["eras/"+e.Rev[:7]+".json"] = e
	}
	for _, name := range sortedKeys(files) {
		text, err := layOut(files[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// layOut gives JSON with one element of each list of objects a line, so that a change shows as the lines it touches.
func layOut(v any) ([]byte, error) {
	var compact bytes.Buffer
	encoder := json.NewEncoder(&compact)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := layOutValue(&out, bytes.TrimSpace(compact.Bytes()), true); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

func layOutValue(out *bytes.Buffer, text json.RawMessage, outer bool) error {
	d := json.NewDecoder(bytes.NewReader(text))
	switch {
	case text[0] == '{' && outer:
		if _, err := d.Token(); err != nil {
			return err
		}
		out.WriteString("{")
		for separator := "\n"; d.More(); separator = ",\n" {
			key, err := d.Token()
			if err != nil {
				return err
			}
			var value json.RawMessage
			if err := d.Decode(&value); err != nil {
				return err
			}
			fmt.Fprintf(out, "%s%q: ", separator, key)
			if err := layOutValue(out, value, false); err != nil {
				return err
			}
		}
		out.WriteString("\n}")
	case text[0] == '[' && len(text) > 1 && text[1] == '{':
		var elements []json.RawMessage
		if err := json.Unmarshal(text, &elements); err != nil {
			return err
		}
		out.WriteString("[")
		for i, e := range elements {
			if i > 0 {
				out.WriteString(",")
			}
			out.WriteString("\n")
			out.Write(e)
		}
		out.WriteString("\n]")
	default:
		out.Write(text)
	}
	return nil
}
