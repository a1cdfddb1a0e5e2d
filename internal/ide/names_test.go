package ide_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/nixtest"
	"jetpills/internal/pill"
	"jetpills/pills"
)

// namesHold are expressions of Nix that are true if what the catalog says of a name is so. T and F test a type with a value, M is
// what a type makes of definitions of an option.
var namesHold = map[string]string{
	"builtins.import":           `builtins.isFunction import`,
	"builtins.map":              `map (x: x + 1) [ 1 2 ] == [ 2 3 ]`,
	"builtins.toString":         `[ (toString 1) (toString [ 1 "a" ]) (toString /x) ] == [ "1" "1 a" "/x" ]`,
	"builtins.throw":            `!(builtins.tryEval (throw "x")).success && (let unused = throw "x"; in true)`,
	"builtins.abort":            `builtins.isFunction abort`,
	"builtins.removeAttrs":      `removeAttrs { a = 1; b = 2; } [ "a" "c" ] == { b = 2; }`,
	"builtins.listToAttrs":      `builtins.listToAttrs [ { name = "a"; value = 1; } ] == { a = 1; }`,
	"builtins.readFile":         `builtins.readFile (FILES + "/list.json") == "[1]"`,
	"builtins.hasAttr":          `builtins.hasAttr "a" { a = 1; } && !builtins.hasAttr "b" { a = 1; }`,
	"builtins.getAttr":          `builtins.getAttr "a" { a = 1; } == 1`,
	"builtins.filter":           `builtins.filter (x: x > 1) [ 1 2 3 ] == [ 2 3 ]`,
	"builtins.attrNames":        `builtins.attrNames { b = 1; a = 2; } == [ "a" "b" ]`,
	"builtins.attrValues":       `builtins.attrValues { b = 1; a = 2; } == [ 2 1 ]`,
	"builtins.toJSON":           `builtins.toJSON { a = [ 1 null ]; } == "{\"a\":[1,null]}"`,
	"builtins.fromJSON":         `builtins.fromJSON "{\"a\":[1,null]}" == { a = [ 1 null ]; }`,
	"builtins.concatStringsSep": `builtins.concatStringsSep ", " [ "a" "b" ] == "a, b"`,
	"builtins.length":           `builtins.length [ 1 2 ] == 2`,
	"builtins.elemAt":           `builtins.elemAt [ 1 2 ] 0 == 1`,
	"builtins.mapAttrs":         `builtins.mapAttrs (n: v: n + v) { a = "b"; } == { a = "ab"; }`,
	"builtins.intersectAttrs":   `builtins.intersectAttrs { a = 1; b = 2; } { b = 3; c = 4; } == { b = 3; }`,
	"builtins.functionArgs":     `builtins.functionArgs ({ a, b ? 1 }: a) == { a = false; b = true; }`,
	"builtins.hashString":       `builtins.match "[0-9a-f]{64}" (builtins.hashString "sha256" "x") != null`,
	"builtins.compareVersions":  `[ (builtins.compareVersions "1.2" "1.10") (builtins.compareVersions "2" "2") (builtins.compareVersions "3" "2") ] == [ (-1) 0 1 ]`,
	"builtins.tryEval":          `builtins.tryEval 1 == { success = true; value = 1; } && !(builtins.tryEval (assert false; 1)).success`,
	"builtins.deepSeq":          `builtins.deepSeq [ 1 ] 2 == 2 && !(builtins.tryEval (builtins.deepSeq [ (throw "x") ] 2)).success`,
	"builtins.getFlake":         ``, // Nix has it only as an experiment
	"builtins.derivation":       `(derivation { name = "x"; system = "y"; builder = "z"; }).type == "derivation"`,
	"builtins.fetchurl":         `builtins.isFunction builtins.fetchurl`,
	"builtins.currentSystem":    `builtins.isString builtins.currentSystem`,

	"lib.types":                          `lib.types.str._type == "option-type"`,
	"lib.types.ints":                     `T (lib.types.ints.between 0 100) 100`,
	"lib.types.numbers":                  `T (lib.types.numbers.between 0 1) 0.5`,
	"lib.versions":                       `lib.versions.major "6.2" == "6"`,
	"lib.mkOption":                       `(lib.mkOption { })._type == "option"`,
	"lib.mkEnableOption":                 `(lib.evalModules { modules = [ { options.x = lib.mkEnableOption "x"; } ]; }).config.x == false && (lib.mkEnableOption "x").type.name == "bool"`,
	"lib.mkIf":                           `M lib.types.int [ (lib.mkIf false 1) (lib.mkIf true 2) ] { } == 2`,
	"lib.mkMerge":                        `M (lib.types.listOf lib.types.int) [ (lib.mkMerge [ [ 1 ] [ 2 ] ]) ] { } == [ 1 2 ]`,
	"lib.mkDefault":                      `(lib.mkDefault 1).priority == 1000 && M lib.types.int [ (lib.mkDefault 1) 2 ] { } == 2`,
	"lib.mkForce":                        `(lib.mkForce 1).priority == 50 && M lib.types.int [ (lib.mkForce 1) 2 ] { } == 1`,
	"lib.mkOverride":                     `M lib.types.int [ (lib.mkOverride 99 1) 2 ] { } == 1`,
	"lib.mkOptionDefault":                `(lib.mkOptionDefault 1).priority == 1500`,
	"lib.mkOrder":                        `M (lib.types.listOf lib.types.int) [ [ 2 ] (lib.mkOrder 999 [ 1 ]) (lib.mkOrder 1001 [ 3 ]) ] { } == [ 1 2 3 ]`,
	"lib.mkBefore":                       `(lib.mkBefore 1).priority == 500 && M lib.types.lines [ "b" (lib.mkBefore "a") ] { } == "a\nb"`,
	"lib.mkAfter":                        `(lib.mkAfter 1).priority == 1500 && M lib.types.lines [ (lib.mkAfter "b") "a" ] { } == "a\nb"`,
	"lib.mkRenamedOptionModule":          `(lib.evalModules { modules = [ { options.new = lib.mkOption { }; options.warnings = lib.mkOption { }; config.old = 1; } (lib.mkRenamedOptionModule [ "old" ] [ "new" ]) ]; }).config.new == 1`,
	"lib.mkRemovedOptionModule":          `!(builtins.head (lib.evalModules { modules = [ { options.assertions = lib.mkOption { }; config.old = 1; } (lib.mkRemovedOptionModule [ "old" ] "text") ]; }).config.assertions).assertion`,
	"lib.evalModules":                    `let e = lib.evalModules { modules = [ { options.a = lib.mkOption { default = 1; }; } ]; }; in e.config.a == 1 && e.options.a.default == 1`,
	"lib.optional":                       `lib.optional true 1 == [ 1 ] && lib.optional false 1 == [ ]`,
	"lib.optionals":                      `lib.optionals true [ 1 ] == [ 1 ] && lib.optionals false [ 1 ] == [ ]`,
	"lib.optionalAttrs":                  `lib.optionalAttrs true { a = 1; } == { a = 1; } && lib.optionalAttrs false { a = 1; } == { }`,
	"lib.optionalString":                 `lib.optionalString true "s" == "s" && lib.optionalString false "s" == ""`,
	"lib.concatMapStringsSep":            `lib.concatMapStringsSep ", " (x: x + "!") [ "a" "b" ] == "a!, b!"`,
	"lib.hasPrefix":                      `lib.hasPrefix "a" "ab" && !lib.hasPrefix "b" "ab"`,
	"lib.hasSuffix":                      `lib.hasSuffix "b" "ab" && !lib.hasSuffix "a" "ab"`,
	"lib.removePrefix":                   `lib.removePrefix "a" "ab" == "b" && lib.removePrefix "x" "ab" == "ab"`,
	"lib.mapAttrsToList":                 `lib.mapAttrsToList (n: v: n + v) { a = "b"; } == [ "ab" ]`,
	"lib.mapAttrs'":                      `lib.mapAttrs' (n: v: lib.nameValuePair (n + "x") v) { a = 1; } == { ax = 1; }`,
	"lib.nameValuePair":                  `lib.nameValuePair "a" 1 == { name = "a"; value = 1; }`,
	"lib.filterAttrs":                    `lib.filterAttrs (n: v: v > 1) { a = 1; b = 2; } == { b = 2; }`,
	"lib.genAttrs":                       `lib.genAttrs [ "a" ] (n: n + "x") == { a = "ax"; }`,
	"lib.attrByPath":                     `lib.attrByPath [ "a" "b" ] 0 { a.b = 1; } == 1 && lib.attrByPath [ "a" "b" ] 0 { } == 0`,
	"lib.functionArgs":                   `lib.functionArgs ({ a, b ? 1 }: a) == { a = false; b = true; }`,
	"lib.getExe":                         `lib.getExe { type = "derivation"; name = "x"; outPath = "/o"; meta.mainProgram = "m"; } == "/o/bin/m"`,
	"lib.makeBinPath":                    `lib.makeBinPath [ "/a" "/b" ] == "/a/bin:/b/bin"`,
	"lib.importJSON":                     `lib.importJSON (FILES + "/list.json") == [ 1 ]`,
	"lib.versionAtLeast":                 `lib.versionAtLeast "1.10" "1.2" && lib.versionAtLeast "1" "1" && !lib.versionAtLeast "1" "2"`,
	"lib.versionOlder":                   `lib.versionOlder "1.2" "1.10" && !lib.versionOlder "1" "1"`,
	"lib.warn":                           `lib.warn "this warning belongs to a test" 1 == 1`,
	"lib.makeOverridable":                `((lib.makeOverridable ({ a }: { inherit a; }) { a = 1; }).override { a = 2; }).a == 2`,
	"lib.makeScope":                      `(lib.makeScope (extra: lib.callPackageWith extra) (self: { a = 1; b = self.callPackage ({ a }: { inherit a; }) { }; })).b.a == 1`,
	"lib.callPackageWith":                `(lib.callPackageWith { a = 1; b = 2; } ({ a, b }: { inherit a b; }) { b = 3; }).b == 3`,
	"lib.callPackagesWith":               `((lib.callPackagesWith { a = 1; } ({ a }: { x = { inherit a; }; }) { }).x.override { a = 2; }).a == 2`,
	"lib.packagesFromDirectoryRecursive": `lib.packagesFromDirectoryRecursive { callPackage = f: _: builtins.baseNameOf f; directory = FILES; } == { rover = "rover.nix"; }`,
	"lib.recurseIntoAttrs":               `lib.recurseIntoAttrs { a = 1; } == { a = 1; recurseForDerivations = true; }`,
	"lib.composeExtensions":              `lib.composeExtensions (f: p: { a = p.a + 1; }) (f: p: { b = p.a; }) { } { a = 1; } == { a = 2; b = 2; }`,
	"lib.composeManyExtensions":          `lib.composeManyExtensions [ (f: p: { a = p.a + 1; }) (f: p: { a = p.a * 10; }) ] { } { a = 1; } == { a = 20; }`,
	"lib.extends":                        `lib.fix (lib.extends (f: p: { b = p.a + 1; }) (f: { a = 1; })) == { a = 1; b = 2; }`,
	"lib.extend":                         `(lib.extend (f: p: { own = 1; })).own == 1`,
	"lib.fix":                            `lib.fix (x: { a = 1; b = x.a; }) == { a = 1; b = 1; }`,
	"lib.nixosSystem":                    ``, // the flake nixpkgs adds it
	"lib.fakeHash":                       `lib.hasPrefix "sha256-AAAA" lib.fakeHash`,

	"lib.types.str":                 `T lib.types.str "a" && F lib.types.str 1 && M lib.types.str [ "a" "a" ] { } == "a" && !(builtins.tryEval (M lib.types.str [ "a" "b" ] { })).success`,
	"lib.types.nonEmptyStr":         `T lib.types.nonEmptyStr "a" && F lib.types.nonEmptyStr " \n"`,
	"lib.types.singleLineStr":       `F lib.types.singleLineStr "a\nb" && M lib.types.singleLineStr [ "a\n" ] { } == "a"`,
	"lib.types.strMatching":         `T (lib.types.strMatching "a+") "aa" && F (lib.types.strMatching "a+") "aab"`,
	"lib.types.lines":               `M lib.types.lines [ (lib.mkBefore "a") "b" ] { } == "a\nb"`,
	"lib.types.commas":              `M lib.types.commas [ (lib.mkBefore "a") "b" ] { } == "a,b"`,
	"lib.types.envVar":              `M lib.types.envVar [ (lib.mkBefore "a") "b" ] { } == "a:b"`,
	"lib.types.separatedString":     `M (lib.types.separatedString "-") [ (lib.mkBefore "a") "b" ] { } == "a-b"`,
	"lib.types.bool":                `T lib.types.bool false && !(builtins.tryEval (M lib.types.bool [ true false ] { })).success`,
	"lib.types.int":                 `T lib.types.int (-1) && F lib.types.int 1.0 && !(builtins.tryEval (M lib.types.int [ 1 2 ] { })).success`,
	"lib.types.ints.positive":       `T lib.types.ints.positive 1 && F lib.types.ints.positive 0`,
	"lib.types.ints.unsigned":       `T lib.types.ints.unsigned 0 && F lib.types.ints.unsigned (-1)`,
	"lib.types.ints.between":        `T (lib.types.ints.between 1 2) 1 && T (lib.types.ints.between 1 2) 2 && F (lib.types.ints.between 1 2) 3`,
	"lib.types.ints.u8":             `T lib.types.ints.u8 0 && T lib.types.ints.u8 255 && F lib.types.ints.u8 256`,
	"lib.types.ints.u16":            `T lib.types.ints.u16 65535 && F lib.types.ints.u16 65536`,
	"lib.types.ints.u32":            `T lib.types.ints.u32 4294967295 && F lib.types.ints.u32 4294967296`,
	"lib.types.ints.s8":             `T lib.types.ints.s8 (-128) && T lib.types.ints.s8 127 && F lib.types.ints.s8 128 && F lib.types.ints.s8 (-129)`,
	"lib.types.ints.s16":            `T lib.types.ints.s16 (-32768) && T lib.types.ints.s16 32767 && F lib.types.ints.s16 32768`,
	"lib.types.ints.s32":            `T lib.types.ints.s32 (-2147483648) && T lib.types.ints.s32 2147483647 && F lib.types.ints.s32 2147483648`,
	"lib.types.port":                `T lib.types.port 0 && T lib.types.port 65535 && F lib.types.port 65536 && F lib.types.port (-1)`,
	"lib.types.float":               `T lib.types.float 0.5 && F lib.types.float 1`,
	"lib.types.number":              `T lib.types.number 0.5 && T lib.types.number 1 && F lib.types.number "1"`,
	"lib.types.numbers.between":     `T (lib.types.numbers.between 0 1) 1 && F (lib.types.numbers.between 0 1) 1.5`,
	"lib.types.numbers.nonnegative": `T lib.types.numbers.nonnegative 0 && F lib.types.numbers.nonnegative (-0.5)`,
	"lib.types.numbers.positive":    `T lib.types.numbers.positive 0.5 && F lib.types.numbers.positive 0`,
	"lib.types.path":                `T lib.types.path /x && T lib.types.path "/x" && F lib.types.path "x"`,
	"lib.types.pathInStore":         `T lib.types.pathInStore "${builtins.storeDir}/00000000000000000000000000000000-x/y" && F lib.types.pathInStore "/x"`,
	"lib.types.package":             `T lib.types.package { type = "derivation"; } && T lib.types.package "${builtins.storeDir}/00000000000000000000000000000000-x" && F lib.types.package "x"`,
	"lib.types.shellPackage":        `T lib.types.shellPackage { type = "derivation"; shellPath = "/bin/zsh"; } && F lib.types.shellPackage { type = "derivation"; }`,
	"lib.types.enum":                `T (lib.types.enum [ "a" ]) "a" && F (lib.types.enum [ "a" ]) "b"`,
	"lib.types.listOf":              `M (lib.types.listOf lib.types.int) [ (lib.mkBefore [ 1 ]) [ 2 ] ] { } == [ 1 2 ]`,
	"lib.types.nonEmptyListOf":      `F (lib.types.nonEmptyListOf lib.types.int) [ ] && T (lib.types.nonEmptyListOf lib.types.int) [ 1 ]`,
	"lib.types.attrsOf":             `M (lib.types.attrsOf lib.types.int) [ { a = 1; } { b = 2; } ] { } == { a = 1; b = 2; }`,
	"lib.types.lazyAttrsOf":         `(M (lib.types.lazyAttrsOf lib.types.int) [ { a = 1; b = throw "x"; } ] { }).a == 1`,
	"lib.types.attrs":               `builtins.elem (M lib.types.attrs [ { a = 1; } { a = 2; } ] { }).a [ 1 2 ]`,
	"lib.types.nullOr":              `T (lib.types.nullOr lib.types.int) null && T (lib.types.nullOr lib.types.int) 1 && F (lib.types.nullOr lib.types.int) "1"`,
	"lib.types.either":              `T (lib.types.either lib.types.int lib.types.str) "a" && F (lib.types.either lib.types.int lib.types.str) true`,
	"lib.types.oneOf":               `T (lib.types.oneOf [ lib.types.int lib.types.str lib.types.bool ]) true && F (lib.types.oneOf [ lib.types.int ]) true`,
	"lib.types.coercedTo":           `M (lib.types.coercedTo lib.types.int toString lib.types.str) [ 1 ] { } == "1" && M (lib.types.coercedTo lib.types.int toString lib.types.str) [ "a" ] { } == "a"`,
	"lib.types.functionTo":          `M (lib.types.functionTo lib.types.int) [ (x: x + 1) ] { } 1 == 2`,
	"lib.types.submodule":           `M (lib.types.submodule { options.a = lib.mkOption { default = 1; }; }) [ { } ] { } == { a = 1; }`,
	"lib.types.submoduleWith":       `M (lib.types.submoduleWith { modules = [ { options.a = lib.mkOption { default = 1; }; } ]; }) [ { } ] { } == { a = 1; }`,
	"lib.types.deferredModule":      `(M (lib.types.deferredModule) [ { } { } ] { }) ? imports`,
	"lib.types.anything":            `M lib.types.anything [ { a.b = 1; } { a.c = 2; } ] { } == { a = { b = 1; c = 2; }; } && !(builtins.tryEval (M lib.types.anything [ [ 1 ] [ 2 ] ] { })).success`,
	"lib.types.raw":                 `M lib.types.raw [ [ 1 ] ] { } == [ 1 ] && !(builtins.tryEval (M lib.types.raw [ 1 1 ] { })).success`,
	"lib.types.unspecified":         `T lib.types.unspecified 1 && T lib.types.unspecified "a"`,
	"lib.types.uniq":                `M (lib.types.uniq lib.types.int) [ 1 ] { } == 1 && !(builtins.tryEval (M (lib.types.uniq lib.types.int) [ 1 1 ] { })).success`,
	"lib.types.unique":              `M (lib.types.unique { message = "m"; } lib.types.int) [ 1 ] { } == 1`,
	"lib.types.addCheck":            `T (lib.types.addCheck lib.types.int (x: x > 1)) 2 && F (lib.types.addCheck lib.types.int (x: x > 1)) 1`,
}

// What the catalog says of a name of Nix is so; with -lib, of a name of nixpkgs' lib too.
func TestNamesAgainstNix(t *testing.T) {
	all := catalog.DataOf(newSession(t).Snapshot().Library()).Names
	var wrong strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		isLib := strings.HasPrefix(name, "lib.")
		if !isLib && !strings.HasPrefix(name, "builtins.") {
			continue
		}
		holds, ok := namesHold[name]
		if same := "builtins." + strings.TrimPrefix(name, "lib."); !ok && all[same] == all[name] {
			holds, ok = "lib ? "+strings.TrimPrefix(name, "lib.")+" && "+strings.ReplaceAll(namesHold[same], "builtins.", "lib."), true
		}
		if !ok {
			t.Errorf("nothing tests what is said of %s", name)
		}
		if holds != "" && (!isLib || nixtest.HasLib()) {
			quoted, _ := json.Marshal(name)
			wrong.WriteString("(if " + holds + " then [ ] else [ " + string(quoted) + " ]) ++ ")
		}
	}
	for name := range namesHold {
		if all[name] == "" {
			t.Errorf("%s is tested, and nothing is said of it", name)
		}
	}
	lib := "null"
	if nixtest.HasLib() {
		lib = "import " + nixtest.Lib(t)
	}
	files := t.TempDir()
	for name, content := range map[string]string{"rover.nix": "{ }: { }", "list.json": "[1]"} {
		if err := os.WriteFile(filepath.Join(files, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var refuted []string
	nixtest.Eval(t, `let
  lib = `+lib+`;
  FILES = `+files+`;
  M = type: definitions: option: (lib.evalModules { modules = [ { options.x = lib.mkOption ({ inherit type; } // option); } ] ++ map (x: { inherit x; }) definitions; }).config.x;
  T = type: value: (builtins.tryEval (builtins.deepSeq (M type [ value ] { }) true)).success;
  F = type: value: !T type value;
in `+wrong.String()+"[ ]", &refuted)
	if len(refuted) > 0 {
		t.Errorf("not so, says Nix: %q", refuted)
	}
}

// What the pills explain as a function has a sentence, in the catalog or at the place where it is defined.
func TestEveryFunctionHasASentence(t *testing.T) {
	snapshot := newSession(t).Snapshot()
	others := []string{
		// What these are depends on the place.
		"overlays", "assertions", "warnings", "imports", "follows", "inputs", "outputs", "nixosModules", "specialArgs", "self",
		"inherit", "if", "let", "rec", "with", "assert", // keywords, of which language.go speaks
	}
	for topic := range pill.Load(pills.FS).Topics() {
		if topic.Kind != pill.FunctionTopic || slices.Contains(others, topic.Name) || strings.Contains(topic.Name, "*") {
			continue
		}
		if !slices.ContainsFunc([]string{"lib.", "builtins.", "pkgs.", "stdenv.", "*.", ""}, func(from string) bool {
			_, ok := snapshot.Library().Name(from + topic.Name)
			return ok
		}) {
			t.Errorf("%s has no sentence", topic)
		}
	}
}
