package ide

import (
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pattern"
)

// cudaSet is the subject of a package set for CUDA, or of what nixpkgs makes them of: cudaPackages, cudaPackages_12_6, _cuda.
type cudaSet struct {
	topics
	name      string
	isChanged bool // it stands where an overlay changes it
	isHanded  bool // it is an argument of a package file, whose caller hands it in
	isOfOther bool // it is taken from something else than the pkgs of a module
}

// setMember is the subject of a name that jetpack-nixos sets or overrides in a package set besides its scope, or once did.
type setMember struct {
	topics
	catalog.SetMember
	of    string // the set as it is written, with the scope around it
	isOwn bool   // the revision sets it
	// isOfScope says that the set is the scope's own, which the package set may not be.
	isOfScope bool
	isHanded  bool // the set is an argument of a package file
}

// anyCUDASet are the names of package sets for CUDA.
var anyCUDASet = pattern.New(`^cudaPackages(_\d{1,2}){0,2}$`)

// aboutCUDA are the names besides package sets that belong to CUDA in a package set, with what they are; the catalog describes those without a sentence.
var aboutCUDA = map[string]struct{ what, says, explained string }{
	"_cuda":           {"parts of the CUDA package sets", "", "cuda-extensions"},
	"pkgsForCudaArch": {"package sets of nixpkgs", "nixpkgs once more for each GPU, with CUDA on and code for that one alone: `pkgsForCudaArch.sm_87` is for Orin.", "pkgs-for-cuda-arch"},
	"pkgsCuda":        {"package set of nixpkgs", "nixpkgs once more, with `cudaSupport` on.", "cuda-package"},
}

// kernelSets are the names by which the packages of a Jetson's kernel go.
var kernelSets = map[string]bool{"kernelPackages": true, "rtkernelPackages": true}

// isCUDASet reports whether a name is that of a package set for CUDA, or of what these are made of.
func isCUDASet(name string) bool {
	_, ok := aboutCUDA[name]
	return ok || anyCUDASet.MatchString(name)
}

// packageSet finds the subject of a package set besides the scope, or of a name in one: pkgs.cudaPackages.tensorrt,
// pkgs.nvidia-jetpack.samples.cuda-test, config.boot.kernelPackages.nvidia-oot-modules.
func (q *query) packageSet(place *module.Place) (subject, bool) {
	names := place.Path.Known()
	if len(names) == 0 || len(names) < len(place.Path) {
		return nil, false
	}
	if last := len(names) - 1; isCUDASet(names[last].Name) && !isOfScope(names, last) && q.isOfPackageSet(place, last) {
		if names[last].Name == catalog.CUDASet && q.isOfCaller(place, last) && !q.adaptsCUDASet(catalog.CUDASet) {
			return q.memberNamed(catalog.ScopeName, names[last].Name)
		}
		if last > 2 && names[last-2].Name == "legacyPackages" && q.isJetpackInput(names[last-3].Name) {
			return q.memberNamed(catalog.ScopeName, names[last].Name) // there, the flake has the scope
		}
		s := q.cudaSetNamed(names[last].Name, false)
		s.isHanded = last == 0
		s.isOfOther = last > 0 && names[last-1].Name != "pkgs"
		return s, true
	}
	of, set, ok := q.setAround(place, names[:len(names)-1])
	if !ok {
		return nil, false
	}
	s, ok := q.setMemberNamed(of, set, names.Last())
	if m, isMember := s.(setMember); isMember && len(names) == 2 {
		m.isHanded = true
		return m, true
	}
	return s, ok
}

// isOfCaller reports whether a name is an argument of a package file of jetpack-nixos, which its scope hands in.
func (q *query) isOfCaller(place *module.Place, i int) bool {
	return i == 0 && q.inCheckout() && q.inPackageFile(place)
}

// setAround is the package set that a path leads to: as it is written, with the scope around it, and as the catalog calls it.
func (q *query) setAround(place *module.Place, names module.Path) (of, set string, ok bool) {
	last := len(names) - 1
	if last < 0 {
		return "", "", false
	}
	name, inScope := names[last].Name, isOfScope(names, last)
	of = name
	if inScope {
		of = names[last-1].Name + "." + name
	}
	switch {
	case name == catalog.CUDASet && q.isOfCaller(place, last):
		return q.ownSet(name), catalog.CUDASet, true
	case anyCUDASet.MatchString(name) && (inScope || q.isOfPackageSet(place, last)):
		return of, catalog.CUDASet, true
	case (name == "samples" || name == "tests") && (inScope || last == 0 && q.inPackageFile(place)):
		return of, name, true
	case kernelSets[name] && inScope:
		return of, catalog.ScopeKernelSet, true
	case name == catalog.KernelSet && last > 0 && names[last-1].Name == "boot":
		return "boot." + name, catalog.KernelSet, true
	case name == catalog.CUDASet && last == 0 && place.Origin == module.Local && q.isMadeHere(catalog.CUDASet):
		return catalog.ScopeName + "." + name, catalog.CUDASet, true
	}
	return "", "", false
}

// isMadeHere reports whether a file of jetpack-nixos makes members of a package set.
func (q *query) isMadeHere(set string) bool {
	if !q.inCheckout() {
		return false
	}
	name := q.fileName(q.doc.Path)
	return slices.ContainsFunc(q.pinned.Catalog.SetMembers(set), func(m catalog.SetMember) bool { return m.File == name && m.Line > 0 })
}

// madeMember finds the subject of a name that, in a checkout of jetpack-nixos itself, defines a member of a package set.
func (q *query) madeMember(place *module.Place) (subject, bool) {
	if !q.inCheckout() || place.Written != 1 {
		return nil, false
	}
	name := q.fileName(q.doc.Path)
	for _, set := range [...]string{catalog.CUDASet, "samples", "tests", catalog.KernelSet} {
		m, ok := q.pinned.Catalog.SetMember(set, place.Path.Last())
		if !ok || m.File != name || m.Line == 0 {
			continue
		}
		if line := 1 + strings.Count(q.doc.Text[:place.Span.Start], "\n"); line == m.Line {
			if set == catalog.KernelSet {
				return q.setMemberNamed("boot."+set, set, m.Name)
			}
			return q.setMemberNamed(q.ownSet(set), set, m.Name)
		}
	}
	return nil, false
}

// isOfScope reports whether a name in a path is that of a member of the scope.
func isOfScope(names module.Path, i int) bool { return i > 0 && isScope(names, i-1) }

// isOfPackageSet reports whether a name in a path is taken from a package set, or is an argument that callPackage finds there.
func (q *query) isOfPackageSet(place *module.Place, i int) bool {
	if i == 0 {
		return place.Origin == module.Argument && q.isHandedIn(place.Binder, place.Path[0].Name)
	}
	from := place.Path[i-1].Name
	isOption := slices.ContainsFunc(place.Path[:i], func(p module.Part) bool { return p.Name == "config" || p.Name == "options" })
	return !isOption || packageSetNames[from] || from == "flasherPkgs"
}

func (q *query) cudaSetNamed(name string, isChanged bool) cudaSet {
	s := cudaSet{topics: topics{packageTopic("cudaPackages"), concept("cuda-package-set")}, name: name, isChanged: isChanged}
	if about := aboutCUDA[name]; about.explained != "" {
		s.topics = topics{concept(about.explained), packageTopic(name), concept("cuda-package-set")}
	} else if name != catalog.CUDASet {
		s.topics = append(topics{packageTopic(name), packageTopic("cudaPackages_11_4")}, s.topics...) // the section on all that have a number
	}
	return s
}

// changedCUDASet finds the subject of a binding by which an overlay changes a package set for CUDA.
func (q *query) changedCUDASet(place *module.Place) (subject, bool) {
	name := place.Path.Last()
	if place.Written != 1 || !isCUDASet(name) || !isSetByOverlay(place) {
		return nil, false
	}
	return q.cudaSetNamed(name, true), true
}

// isSetByOverlay reports whether a name is that of an attribute that an overlay sets.
func isSetByOverlay(place *module.Place) bool {
	for n := range syntax.Ancestors(place.Node.Parent().Parent().Parent()) {
		switch n.Kind() {
		case syntax.Lambda:
			l, ok := module.AsLayer(n)
			return ok && !l.Final.IsZero() && !l.Prev.IsZero() && l.Set != module.ScopeSet && l.Set != module.DerivationSet
		case syntax.AttrSet, syntax.Paren, syntax.Binary, syntax.LetIn, syntax.With:
		default:
			return false
		}
	}
	return false
}

// setMemberNamed is the subject of a name in a package set. There is none for what no revision sets there.
func (q *query) setMemberNamed(of, set, name string) (subject, bool) {
	scope, _, _ := strings.Cut(of, ".")
	major, inScope := catalog.ScopeMajor(scope)
	c := q.pinned.Catalog
	m, isOwn := c.SetMember(set, name)
	out := setMember{SetMember: m, of: of, isOwn: isOwn, isOfScope: inScope}
	out.Set, out.Name = set, name
	out.topics = topics{packageTopic(set + "." + name)}
	for _, idea := range ideasOf(set, name) {
		out.topics = append(out.topics, concept(idea))
	}
	out.topics = append(out.topics, packageTopic(setTopics[set]))
	past, wasOnce := q.sn.Library().SetMemberHistory(set, name)
	isElsewhere := isOwn && major != "" && len(m.Generations) > 0 && !slices.Contains(m.Generations, major)
	switch {
	case !isOwn && !wasOnce:
		return nil, false
	case isOwn && !isElsewhere:
		if set == catalog.CUDASet && !inScope && !q.adaptsCUDASet(of) {
			out.isOwn = false
		}
		return out, true
	case set == catalog.CUDASet && q.extendsCUDASets():
		return out, true // nixpkgs may have it
	case set == catalog.CUDASet && !inScope:
		return out, true
	}
	if m, ok := c.SetMember(catalog.KernelSet, name); ok && set == catalog.ScopeKernelSet && !isOwn {
		return absent{
			topics: out.topics, title: of + "." + name, what: "not in this set of the scope", past: past, referent: memberReferent(set + "." + name),
			instead: markup.Format("The revision adds it to the kernel packages of a host: %s.", markup.Code("config.boot.kernelPackages."+m.Name)),
		}, true
	}
	gone := absent{topics: out.topics, title: of + "." + name, what: "not in this revision", past: past, referent: memberReferent(set + "." + name)}
	if isElsewhere {
		gone.what, gone.past = "not in the scope of this JetPack", catalog.History{}
		gone.instead = markup.Format("The revision has it for JetPack %s.", markup.Literal(strings.Join(m.Generations, ", ")))
	}
	return gone, true
}

// extendsCUDASets reports whether the revision adds to every package set for CUDA, which nixpkgs makes.
func (q *query) extendsCUDASets() bool {
	has, _ := q.pinned.Catalog.HasScope("_cuda")
	return has
}

// adaptsCUDASet reports whether a package set for CUDA in pkgs is another one than nixpkgs has.
func (q *query) adaptsCUDASet(name string) bool {
	has, _ := q.pinned.Catalog.HasScope(name)
	return has || q.extendsCUDASets()
}

// setTopics are the packages whose section explains the members of a set.
var setTopics = map[string]string{
	catalog.CUDASet: "cudaPackages", "samples": "samples", "tests": "tests",
	catalog.KernelSet: "kernelPackagesOverlay", catalog.ScopeKernelSet: "kernelPackagesOverlay",
}

// ideasOf are the concepts that explain a member of a set.
func ideasOf(set, name string) []string {
	switch set {
	case catalog.KernelSet, catalog.ScopeKernelSet:
		if name == "devicetree" {
			return []string{"device-tree"}
		}
	case catalog.CUDASet:
	default:
		return nil
	}
	switch {
	case strings.HasPrefix(name, "tensorrt"):
		return []string{"tensorrt"}
	case strings.HasPrefix(name, "cudnn"):
		return []string{"cudnn"}
	case strings.HasPrefix(name, "libcudla"):
		return []string{"dla"}
	case name == "cuda_compat":
		return []string{"cuda-compat"}
	case strings.HasPrefix(name, "vpi"), strings.HasPrefix(name, "nsight"), strings.HasPrefix(name, "deb"), name == "normalizeDebs":
		return []string{"cuda-extensions"}
	}
	return nil
}

func (s cudaSet) sheet(q *query) sheet {
	about, isAbout := aboutCUDA[s.name]
	out := sheet{title: s.name, what: markup.Prose("CUDA package set")}
	has, known := q.pinned.Catalog.HasScope(s.name)
	switch {
	case about.says != "":
		out.what, out.summary = markup.Prose(about.what), described(about.says)
	case has:
		out.summary = q.dated(q.sn.Library().PackageSummary(s.name), "")
		if release := releaseOf(s.name); out.summary.first.Empty() && release != "" {
			out.summary = described("CUDA " + release + ", as jetpack-nixos adapts it.")
		}
	case isAbout && known:
		out.summary = described("The parts from which nixpkgs makes its CUDA package sets. This revision of jetpack-nixos changes none of them.")
	case isAbout:
	default:
		out.summary = described(q.ofNixpkgs(s, known))
	}
	if isAbout {
		out.what = markup.Prose(about.what)
	}
	if s.isChanged {
		out.what = markup.Format("%s, as this overlay leaves it", out.what)
	}
	out.add("JetPack", q.jetpacksWith(s.name))
	if s.name == catalog.CUDASet && has && !s.isChanged && !s.isOfOther {
		q.addCUDAByHost(&out)
	}
	if a, ok := q.overlayAttribute(s.name); ok {
		out.rows = append(out.rows, q.declaredRow(a.File, a.Line))
	} else {
		out.rows = append(out.rows, q.revisionRow())
	}
	if s.isChanged && has && !q.inCheckout() {
		out.remark("It takes the place of the set that jetpack-nixos puts there.")
	}
	if own, ok := q.pinned.Catalog.Package(s.name); ok && !has {
		out.remark("The set that jetpack-nixos makes is %s.", markup.Code(catalog.ScopeName+"."+own.Name))
	}
	return out
}

// addCUDAByHost says which package set for CUDA the module makes the one without a number on the hosts that the document is a part of.
func (q *query) addCUDAByHost(s *sheet) {
	c := q.knownConfiguration()
	q.addByHost(s, c, c.HostsOf(q.doc.Path, q.pinned), func(h *host.Host) markup.Text {
		f := FactsOf(c, h)
		major, _, ok := strings.Cut(f.CUDA, ".")
		if !ok || h.Variant != "" {
			return markup.Text{}
		}
		return markup.Format("%s, as jetpack-nixos sets it for JetPack %s", markup.Code(catalog.CUDASet+"_"+major), markup.Literal(f.JetPack))
	})
}

// ofNixpkgs says of a package set for CUDA that jetpack-nixos does not set what it is.
func (q *query) ofNixpkgs(s cudaSet, known bool) string {
	words := "The CUDA libraries and compiler of nixpkgs, unless an overlay sets others."
	if s.isHanded {
		words = "The CUDA libraries and compiler that `pkgs.callPackage` finds: those of nixpkgs, unless an overlay sets others."
	}
	switch {
	case q.extendsCUDASets():
		return words + " jetpack-nixos adds to it what it adds to every CUDA package set."
	case known:
		return words + " This revision of jetpack-nixos does not."
	}
	return words
}

// releaseOf is the CUDA release in the name of a package set; empty if there is none in it.
func releaseOf(set string) string {
	m := cudaSetName.FindStringSubmatch(set)
	switch {
	case m == nil:
		return ""
	case m[2] == "":
		return m[1]
	}
	return m[1] + "." + m[2]
}

// jetpacksWith are the JetPacks whose own CUDA release a package set has.
func (q *query) jetpacksWith(set string) markup.Text {
	release := releaseOf(set)
	if release == "" {
		return markup.Text{}
	}
	var all []string
	for _, g := range q.pinned.Catalog.Generations() {
		if strings.HasPrefix(g.CUDA+".", release+".") {
			all = append(all, g.JetPack+", which has CUDA "+g.CUDA)
		}
	}
	return markup.Literal(strings.Join(all, "; "))
}

func (q *query) overlayAttribute(name string) (catalog.Attribute, bool) {
	for _, a := range q.pinned.Catalog.OverlayAttributes() {
		if a.Name == name {
			return a, true
		}
	}
	return catalog.Attribute{}, false
}

func (s cudaSet) declaration(q *query) (Location, bool) {
	return q.declared(func(c *catalog.Catalog) (string, int, int) {
		for _, a := range c.OverlayAttributes() {
			if a.Name == s.name {
				return a.File, a.Line, 1
			}
		}
		return "", 0, 0
	})
}

// memberOfSet is what a member of a set is.
var memberOfSet = map[string]string{
	catalog.CUDASet: "CUDA package", "samples": "NVIDIA sample", "tests": "check of jetpack-nixos",
	catalog.KernelSet: "package for the kernel of a Jetson", catalog.ScopeKernelSet: "package for the kernel of a Jetson",
}

// noPackages are the members of a CUDA package set that say or do something instead of being a package.
var noPackages = pattern.New(`^(flags|manifests|pkgs|backendStdenv|normalizeDebs|deb.*|buildFromDebs|cuda(AtLeast|Older|Config|Flags|NamePrefix|Version.*|Major.*))$`)

// what is a member of a set in words.
func (m setMember) what() string {
	if m.Set == catalog.CUDASet && noPackages.MatchString(m.Name) {
		return "attribute of the CUDA package set"
	}
	return memberOfSet[m.Set]
}

func (m setMember) sheet(q *query) sheet {
	out := sheet{title: m.of + "." + m.Name, what: markup.Prose(m.what())}
	out.summary = q.dated(q.sn.Library().PackageSummary(strings.TrimPrefix(m.Set, "scope-")+"."+m.Name), "")
	if !m.isOwn {
		out.rows = append(out.rows, q.revisionRow())
		m.addOrigin(q, &out)
		return out
	}
	if m.File == cudaLegacyFile {
		switch release := q.cudaReleaseOf(m.of); {
		case release == "":
			says := markup.Prose("With CUDA 11.4, it is jetpack-nixos's own, from NVIDIA's Debian packages. With any other release, it is that of nixpkgs, if there is one.")
			out.addBrief("Set", says, markup.Prose("jetpack-nixos's own with CUDA 11.4 alone"))
			out.rows = append(out.rows, q.revisionRow())
			return out
		case !strings.HasPrefix("11.4.", release+".") && !strings.HasPrefix(release, "11.4."):
			out.rows = append(out.rows, q.revisionRow())
			out.remark("In this set, it is the package of nixpkgs, if your nixpkgs has it. jetpack-nixos has one of its own for CUDA 11.4 alone.")
			return out
		}
		out.addBrief("Set", markup.Prose("for CUDA 11.4, from NVIDIA's Debian packages"), markup.Prose("for CUDA 11.4"))
	}
	out.addFact("JetPack", markup.Literal(strings.Join(m.Generations, ", ")))
	out.rows = append(out.rows, q.declaredRow(m.File, m.Line))
	return out
}

// cudaReleaseOf is the CUDA release of a package set, of a scope or with a number in its name, as far as that says it; empty where
// that is not known.
func (q *query) cudaReleaseOf(set string) string {
	scope, name, inScope := strings.Cut(set, ".")
	if !inScope {
		return releaseOf(set)
	}
	if release := releaseOf(name); release != "" {
		return release
	}
	major, _ := catalog.ScopeMajor(scope)
	g, _ := q.pinned.Catalog.Generation(major)
	return g.CUDA
}

// cudaLegacyFile is the extension for the CUDA package set of JetPack 5.
const cudaLegacyFile = "cuda-packages-11-4-extension.nix"

// addOrigin says where a package comes from that the revision does not set in the package set.
func (m setMember) addOrigin(q *query, s *sheet) {
	past, _ := q.sn.Library().SetMemberHistory(m.Set, m.Name)
	_, ofScope := q.pinned.Catalog.SetMember(m.Set, m.Name)
	switch {
	case ofScope && m.isHanded:
		s.remark("`pkgs.callPackage` finds the package of nixpkgs. The one for a Jetson is %s.", markup.Code(catalog.ScopeName+"."+catalog.CUDASet+"."+m.Name))
	case ofScope && !m.isOfScope:
		s.remark("This revision does not set %s. The package that it makes for a Jetson is %s.",
			markup.Code("pkgs."+m.of), markup.Code(catalog.ScopeName+"."+catalog.CUDASet+"."+m.Name))
	case q.isPast(past.Removed):
		s.remark("It is nixpkgs' own. jetpack-nixos had one of its own until %s.", dayOf(past.Removed))
	default:
		s.remark("It is nixpkgs' own, if your nixpkgs has it. jetpack-nixos sets it since %s.", dayOf(past.Introduced))
	}
}

func (m setMember) declaration(q *query) (Location, bool) {
	return q.declared(func(c *catalog.Catalog) (string, int, int) {
		at, _ := c.SetMember(m.Set, m.Name)
		return at.File, at.Line, 1
	})
}

// A package file is a function of packages, which callPackage finds by their names: { stdenv, l4t-core }: ….

// scopeArgument finds the subject of an argument of a package file that callPackage finds in the scope of jetpack-nixos, or in a
// package set within it.
func (q *query) scopeArgument(place *module.Place) (subject, bool) {
	name := place.Path.Last()
	if len(place.Path) != 1 || !q.inPackageFile(place) {
		return nil, false
	}
	if ofBuilder[name] || !q.inCheckout() && alsoOfNixpkgs[name] {
		return nil, false
	}
	for _, set := range q.setsOfFile() {
		_, ok := q.pinned.Catalog.SetMember(set, name)
		if !ok && set == catalog.CUDASet && q.inCheckout() && q.extendsCUDASets() { // nixpkgs has it
			_, ok = q.sn.Library().SetMemberHistory(set, name)
		}
		if ok {
			return q.setMemberNamed(q.ownSet(set), set, name)
		}
	}
	p, ok := q.pinned.Catalog.Package(name)
	return newMember(p, catalog.ScopeName), ok
}

// ofBuilder are members of the scope whose names mean something else as arguments: nixpkgs has each, or a kernel package set.
var ofBuilder = map[string]bool{
	"callPackage": true, "callPackages": true, "newScope": true, "overrideScope": true, "packages": true, "recurseForDerivations": true,
	"kernel": true, "pkgs": true,
}

// alsoOfNixpkgs are members of the scope that may be anyone's in a package file outside of jetpack-nixos.
var alsoOfNixpkgs = map[string]bool{
	"tests": true, "samples": true, "debs": true, "kernelPackages": true,
	"cudaVersion": true, "nvidia-smi": true,
	"backendStdenv": true, "flags": true, "manifests": true,
}

// inPackageFile reports whether a name is an argument of a package file.
func (q *query) inPackageFile(place *module.Place) bool {
	l, ok := syntax.AsLambda(place.Binder)
	if !ok || place.Origin != module.Argument || l.Formals().IsZero() || flakes(q, nil) {
		return false
	}
	for n := range syntax.Ancestors(l.Parent()) {
		if n.Kind() == syntax.Lambda {
			return false
		}
	}
	for f := range l.Formals().All() {
		switch f.First().Text() {
		case "config", "options", "modulesPath", "inputs", "self", "specialArgs":
			return false
		case "pkgs":
			if l.Formals().HasEllipsis() {
				return false
			}
		}
	}
	return true
}

// setsOfFile are the package sets, besides the scope, that the arguments of a package file may come from.
func (q *query) setsOfFile() []string {
	if !q.inCheckout() {
		return []string{catalog.CUDASet}
	}
	name := q.fileName(q.doc.Path)
	switch {
	case strings.HasPrefix(name, "pkgs/cuda-"):
		return []string{catalog.CUDASet}
	case strings.HasPrefix(name, "pkgs/samples"):
		return []string{"samples"}
	}
	return nil
}

// ownSet is a package set of jetpack-nixos as a path.
func (q *query) ownSet(set string) string {
	if set == catalog.CUDASet && q.adaptsCUDASet(set) {
		return set
	}
	return catalog.ScopeName + "." + set
}
