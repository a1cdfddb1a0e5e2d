package pill

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// A folder in the manner of others: no comments, sections that begin with code,
// listings, cheat sheets, takeaways.
func TestForForeign(t *testing.T) {
	c := loadDir(t, "foreign")
	const jetson = "option:hardware.nvidia-jetpack."
	for topic, want := range map[string]string{
		// A heading names it, whatever leads up to the name there.
		jetson + "som":                          "09#step-1-which-som-is-yours",
		jetson + "majorVersion":                 "09#step-2-which-jetpack-version",
		"function:callPackage":                  "00#the-callpackage-pattern",
		"function:override":                     "03#1-override--other-arguments",
		"function:mkForce":                      "07#mkforce--mine-and-no-other",
		"function:mkDefault":                    "07#priority-functions-mkdefault-mkforce",
		"function:import":                       "00#import-one-file-one-value",
		"function:nixosSystem":                  "02#nixpkgslibnixossystem-from-modules-to-a-system",
		"concept:kernel":                        "05#the-kernel-of-your-release",
		"concept:bsp":                           "05#bsp-the-board-support-package",
		"concept:flake-inputs":                  "02#inputs-what-you-build-from",
		"concept:lock-file":                     "02#flakelock-the-pins",
		"concept:functions":                     "00#functions-one-argument-at-a-time",
		"output:nixosModules.default":           "02#another-output-the-nixos-module",
		"output:overlays.default":               "02#one-output-the-overlay",
		"file:modules/nvpmodel.nix":             "07#modulesnvpmodelnix--modes-of-power",
		"file:overlay.nix":                      "03#layer-1-the-package-overlay-overlaynix",
		"option:services.nvpmodel.enable":       "07#modulesnvpmodelnix--modes-of-power",
		"option:services.nvfancontrol.enable":   "07#modulesnvfancontrolnix--the-fan",
		jetson + "firmware.variants.*.boardsku": "08#variants-of-the-firmware",
		// The text says what it is, and no heading does.
		"concept:overlays":         "03#the-core-idea",
		"function:overlays":        "03#the-core-idea",
		"concept:recovery-mode":    "09#step-3-the-first-flash",
		"function:fix":             "03#why-it-is-called-a-fixed-point",
		"concept:module-arguments": "07#what-a-nixos-module-is",
		// An example sets it, and sets little else.
		jetson + "firmware.autoUpdate":                                          "08#turning-capsules-on",
		jetson + "firmware.uefi.logo":                                           "08#uefi-settings",
		jetson + "firmware.uefi.secureBoot.signer.key":                          "08#uefi-settings",
		jetson + "firmware.uefi.capsuleAuthentication.signerPrivateCertPemFile": "08#signing-capsules",
		jetson + "firmware.secureBoot.preSignCommands":                          "08#secure-boot",
		jetson + "carrierBoard":                                                 "07#all-of-it-in-one-file",
		jetson + "maxClock":                                                     "07#the-usual-ones",
		jetson + "console.enable":                                               "07#tells-the-kernel",
		jetson + "enable":                                                       "07#modulesdefaultnix--the-root",
		jetson + "flashScriptOverrides.patches":                                 "03#2-overrideattrs--another-recipe",
		// Its own set, not the one beside it that has the same name in it.
		"option:services.nvfancontrol.configFile": "07#modulesnvfancontrolnix--the-fan",
		// A line, row or item explains it.
		"package:l4t-gstreamer":           "05#all-the-l4t-packages",
		"file:pkgs/l4t/l4t-gstreamer.nix": "05#all-the-l4t-packages",
		"package:legacyFlashScript":       "08#what-the-flash-script-is-called",
		"function:hasPrefix":              "00#library-odds-and-ends",
		// A value needs its option beside it.
		"som:xavier-agx": "09#step-1-which-som-is-yours",
		"value:hardware.nvidia-jetpack.som=orin-nx":                       "09#step-1-which-som-is-yours",
		"value:hardware.nvidia-jetpack.carrierBoard=devkit":               "07#all-of-it-in-one-file",
		"value:hardware.nvidia-jetpack.firmware.initialBootOrder=shell":   "",
		"value:hardware.nvidia-jetpack.firmware.maxAllowedDowngrade=none": "",
		"jetpack:5": "09#step-2-which-jetpack-version",
		// Not where things are called, go wrong, are listed or are summed up.
		"package:board-automation":        "",
		"file:pkgs/board-automation":      "",
		"function:makeScope":              "03#makescope-and-newscope-sets-of-packages",
		"concept:nvpmodel":                "07#modulesnvpmodelnix--modes-of-power",
		"output:nixosConfigurations":      "",
		"function:fetchurl":               "05#fetching-with-a-known-hash-fixed-outputs",
		"som:orin-agx":                    "09#step-1-which-som-is-yours",
		"package:nvidia-jetpack6":         "03#layer-1-the-package-overlay-overlaynix",
		"file:modules/optee.nix":          "README#where-things-are",
		"option:services.nvargus-daemon":  "",
		jetson + "modesetting.enable":     "",
		jetson + "name":                   "",
		jetson + "kernel.realtime":        "",
		jetson + "firmware.optee.patches": "",
		"function:extend":                 "",
		"concept:renamed-options":         "",
		"concept:device-tree":             "",
		"concept:ftpm":                    "",
		// An example calls it again and again.
		"function:mkOption": "07#the-usual-ones",
		// The last name of another option.
		jetson + "firmware.uefi.capsuleAuthentication.preSignCommands": "",
		// Names in a list of a set's members, words in another order, parts of a set that a section is about.
		"package:otaUtils":                   "06#the-scope-name-by-name",
		"package:bspSrc":                     "06#the-scope-name-by-name",
		"concept:cuda-capabilities":          "06#the-cuda-capability-of-a-soc",
		"concept:capsule-updates":            "08#updates-by-capsule",
		"concept:secure-boot":                "08#secure-boot",
		"concept:flake-outputs":              "02#outputs-what-you-get",
		"concept:laziness":                   "",
		"function:mkIf":                      "07#mkif--only-when",
		"function:overrideScope":             "03#overridescope-overlays-for-a-scope",
		jetson + "firmware.initialBootOrder": "08#which-disk-comes-first",
		jetson + "firmware.uefi.debugMode":   "08#uefi-settings",
		"value:hardware.nvidia-jetpack.firmware.initialBootOrder=nvme": "08#which-disk-comes-first",
		jetson + "firmware.uefi.capsuleAuthentication.enable":          "08#signing-capsules",
	} {
		if got := ask(t, c, topic); got != want {
			t.Errorf("%s: %q, want %q", topic, got, want)
		}
	}
}

// The excerpt of a section that was found by a name shows the name.
func TestExcerptAroundName(t *testing.T) {
	c := loadDir(t, "foreign")
	for _, tt := range []struct{ name, topic, want string }{
		{"in a nested set", "option:hardware.nvidia-jetpack.firmware.uefi.secureBoot.signer.key", "```nix\n" + `hardware.nvidia-jetpack.firmware.uefi = {
  # …
  secureBoot = {
    enrollDefaultKeys = true;
    defaultPkEslFile = ./pk.esl;
    signer = {
      cert = ./signer.crt;
      key = "/run/keys/signer.key";  # never in the store
    };
  };
};
` + "```"},
		{"at the beginning, where nothing is different", "option:hardware.nvidia-jetpack.firmware.uefi.logo", "```nix\n" + `hardware.nvidia-jetpack.firmware.uefi = {
  # A picture to look at
  logo = ./logo.svg;

  # Words on the serial port
  debugMode = true;
  errorLevelInfo = true;

  # More patches
  edk2NvidiaPatches = [ ./one.patch ./two.patch ];
  # …
` + "```"},
		{"in a listing", "package:l4t-tools", "They stand in `pkgs/l4t/`:\n\n```\n" + `…
├── l4t-multimedia.nix   # Codecs
├── l4t-nvfancontrol.nix # The fan
├── l4t-nvml.nix         # nvidia-smi
├── l4t-nvpmodel.nix     # Power profiles
├── l4t-nvsci.nix        # Messages between processes
├── l4t-opencv.nix       # OpenCV
├── l4t-pva.nix          # Vision
├── l4t-tools.nix        # tegrastats
├── l4t-wayland.nix      # Wayland
└── l4t-xusb-firmware.nix  # USB
` + "```"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			topic, err := ParseTopic(tt.topic)
			if err != nil {
				t.Fatal(err)
			}
			s, ok := c.For(topic)
			if !ok {
				t.Fatal("no section")
			}
			if d := cmp.Diff(tt.want, s.Excerpt(0).Markdown(nil)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestExcerptAroundRow(t *testing.T) {
	rows := "Boards and their chips:\n\n| `som` value | chip |\n|---|---|\n"
	list := "Boards:\n\n"
	for _, som := range []string{"a-1", "b-2", "c-3", "d-4", "e-5", "f-6", "g-7", "h-8", "i-9", "j-10", "k-11", "l-12", "m-13", "n-14", "o-15", "p-16", "q-17", "r-18"} {
		rows += "| `\"" + som + "\"` | chip " + som + " |\n"
		list += "- **`" + som + "`**: a `som` for chip " + som + "\n"
	}
	for name, text := range map[string]string{"table": rows, "list": list} {
		c := Load(files("09-a.md", "# A\n\n## Choosing Your SoM\n\n"+text))
		s, ok := c.For(Topic{SoMTopic, "n-14"})
		if !ok {
			t.Fatalf("%s: no section", name)
		}
		text := s.Excerpt(0).Markdown(nil)
		for _, want := range []string{"Boards", "chip n-14"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", name, want, text)
			}
		}
		if strings.Contains(text, "chip a-1 ") || strings.Count(text, "\n") > 16 {
			t.Errorf("%s: too much is shown:\n%s", name, text)
		}
		if plain := s.Excerpt(0).Plain(); !strings.Contains(plain, "chip n-14") {
			t.Errorf("%s, plain:\n%s", name, plain)
		}
	}
}

func TestHeadings(t *testing.T) {
	// What a section of that heading explains, as many topics as are asked for.
	says := func(title string, topics ...string) string {
		c := Load(files("03-a.md", "# A\n\n## First\n\nText.\n\n## "+title+"\n\nText.\n"))
		found := ""
		for _, topic := range topics {
			if ask(t, c, topic) != "" {
				found += topic + " "
			}
		}
		return strings.TrimSpace(found)
	}
	for _, title := range []string{
		"Overlays", "The Overlay", "What is an overlay?", "What an overlay is", "3. Overlays", "Step 2: Overlays",
		"Overlays — layer on layer", "Overlays: in short", "How overlays work", "Understanding Overlays", "📦 Overlays",
	} {
		if says(title, "concept:overlays") == "" {
			t.Errorf("%q does not name overlays", title)
		}
	}
	for _, title := range []string{"Modules", "overlaying", "", "—", ":", "((", "🎯"} {
		if says(title, "concept:overlays") != "" {
			t.Errorf("%q names overlays", title)
		}
	}
	// The plainer first, wherever it stands.
	for _, tt := range []struct{ topic, plain, less string }{
		{"concept:overlays", "Overlays and Overrides", "The making of an overlay at night"},
		{"concept:overlays", "The order of overlays", "Why the overlay order matters so much"},
		{"concept:som", "Choosing Your SoM", "Per-SoM configuration"},
		{"concept:kernel", "The kernel of your generation", "The realtime kernel"},
		{"concept:nvpmodel", "nvpmodel", "modules/nvpmodel.nix"},
		{"concept:op-tee", "OP-TEE (Trusted Execution)", "tee-supplicant: OP-TEE's hands"},
		{"concept:capsule-updates", "Capsule Updates", "Capsule OTA Updates"},
		{"concept:cuda", "CUDA on a Jetson", "The relation between nvidia-jetpack and CUDA"},
	} {
		for _, headings := range [][2]string{{tt.plain, tt.less}, {tt.less, tt.plain}} {
			c := Load(files("03-a.md", "# A\n\n## "+headings[0]+"\n\nText.\n\n## "+headings[1]+"\n\nText.\n"))
			if s, _ := c.Find("03#" + strings.TrimPrefix(ask(t, c, tt.topic), "03#")); s.Title != tt.plain {
				t.Errorf("%s: %q before %q", tt.topic, s.Title, tt.plain)
			}
		}
		if says(tt.less, tt.topic) == "" {
			t.Errorf("%q does not name %s", tt.less, tt.topic)
		}
	}
	c := Load(files("03-a.md", "# A\n\n## Decisions\n\nText.\n\n### Kernel: built from source\n\nText.\n\n## The Kernel\n\nText.\n"))
	if got := ask(t, c, "concept:kernel"); got != "03#the-kernel" {
		t.Errorf("a heading below another comes first: %q", got)
	}
	for _, tt := range []struct {
		title, topic string
		named        bool
	}{
		{"1. `.override` — arguments", "function:override", true},
		{"I override everything", "function:override", false},
		{"`lib.composeManyExtensions`: one of many", "function:composeManyExtensions", true},
		{"mkIf and mkMerge", "function:mkMerge", true},
		{"Overlay (`overlay.nix`)", "file:overlay.nix", true},
		{"modules/cuda.nix — CUDA", "file:modules/cuda.nix", true},
		{"overlays.default", "output:overlays.default", true},
		{"mkIfs", "function:mkIf", false},
		{"Updates by capsule", "concept:capsule-updates", true},
	} {
		if named := says(tt.title, tt.topic) != ""; named != tt.named {
			t.Errorf("%q names %s: %v", tt.title, tt.topic, named)
		}
	}
}

// The page for people who write pills of their own says what a sign is worth.
func TestPageOfRules(t *testing.T) {
	page, err := os.ReadFile("../../pills/writing/README.md")
	if err != nil {
		t.Fatal(err)
	}
	var points []float32
	for _, row := range regexp.MustCompile(`(?m)^\| (\d+) \|`).FindAllStringSubmatch(string(page), -1) {
		n, _ := strconv.Atoi(row[1])
		points = append(points, float32(n))
	}
	if d := cmp.Diff([]float32{inHeading, isDefined, inBold, isSet, isGlossed, isSaid, isRead, isUsed}, points); d != "" {
		t.Errorf("weights and the page's table (-want +got):\n%s", d)
	}
	if !strings.Contains(string(page), fmt.Sprintf("needs %d points", threshold)) {
		t.Error("the page does not tell the threshold")
	}
}

// Sections that frame are never an answer, whatever they mention.
func TestFramingSections(t *testing.T) {
	for _, title := range []string{
		"Summary", "Key Takeaways", "🎯 Key takeaways", "What's Next?", "What’s next", "Next Steps", "Questions", "Table of Contents",
		"Cheat Sheet", "Commands Cheat Sheet", "Further Reading 📚", "Conclusion", "Recap", "References",
	} {
		c := Load(files("03-a.md", "# Pill 03: Scopes\n\n## "+title+"\n\n`makeScope`, `makeScope`: a **scope** is what `makeScope` makes.\n\n### Inside\n\n`makeScope` again.\n"))
		if got := ask(t, c, "function:makeScope"); got != "" {
			t.Errorf("%s answers: %q", title, got)
		}
	}
}

// One broken file beside the others costs its own sections and nothing else.
func TestBrokenForeign(t *testing.T) {
	whole := loadDir(t, "foreign")
	var topics []string
	for _, p := range whole.Pills() {
		if p.ID == "08" {
			continue
		}
		for _, topic := range []string{"function:makeScope", "option:hardware.nvidia-jetpack.som", "concept:kernel", "concept:overlays", "function:import", "concept:follows"} {
			if strings.HasPrefix(ask(t, whole, topic), p.ID+"#") {
				topics = append(topics, topic)
			}
		}
	}
	if len(topics) < 6 {
		t.Fatalf("only %v to ask for", topics)
	}
	good := string(whole.Files()["08-flashing-firmware-ota.md"])
	variants := strings.Index(good, "## Variants of the Firmware")
	for _, tt := range []struct {
		name, text string
		autoUpdate bool // its section stands before the fault
	}{
		{"cut in a fence", good[:strings.Index(good, "  { boardid")], true},
		{"fence closed too late", strings.Replace(good, "};\n```\n\n## Secure Boot", "};\n\n## Secure Boot", 1), true},
		{"cut in a table", good[:variants] + "## Boards\n\n| a | b |\n|---|\n| `x", true},
		{"cut in a word", good[:variants-20], true},
		{"nothing", "", false},
		{"only a title", "# Pill 08: Flashing", false},
		{"only headings", "# Pill 08: Flashing\n\n## firmware.autoUpdate\n\n### Turning Capsules On\n", false},
		{"binary", "\x7fELF\x00\x01", false},
		{"latin 1", strings.ReplaceAll(good, "—", "\x97"), true},
		{"carriage returns", strings.ReplaceAll(good, "\n", "\r\n"), true},
		{"old carriage returns", strings.ReplaceAll(good, "\n", "\r"), true},
		{"one long line", "# Pill 08: Flashing\n\n" + strings.Repeat("firmware.autoUpdate ", 2000), false},
		{"markers of a merge", strings.Replace(good, "## Secure Boot", "<<<<<<< HEAD\n## Secure Boot\n=======\n", 1), true},
		{"open tag", strings.Replace(good, "## Secure Boot", "<details>\n<summary>More\n\n## Secure Boot", 1), true},
		{"open comment", good[:variants] + "<!-- to be written\n\n## Variants of the Firmware\n", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for name, content := range whole.Files() {
				fsys[name] = &fstest.MapFile{Data: content}
			}
			fsys["08-flashing-firmware-ota.md"] = &fstest.MapFile{Data: []byte(tt.text)}
			c := Load(fsys)
			for _, topic := range topics {
				if got, want := ask(t, c, topic), ask(t, whole, topic); got != want {
					t.Errorf("%s: %q, want %q", topic, got, want)
				}
			}
			for _, p := range c.Problems() {
				if p.File != "08-flashing-firmware-ota.md" {
					t.Errorf("fault in %s: %s", p.File, p.Message)
				}
			}
			got := ask(t, c, "option:hardware.nvidia-jetpack.firmware.autoUpdate")
			if want := "08#turning-capsules-on"; tt.autoUpdate != (got == want) {
				t.Errorf("autoUpdate: %q", got)
			}
			if s, ok := c.Find("08"); ok {
				for _, s := range s.Pill.Sections {
					if text := s.Excerpt(0).Markdown(nil); strings.Count(text, "```")%2 != 0 {
						t.Errorf("%s: fences are not closed:\n%s", s.Ref(), text)
					}
				}
			}
		})
	}
}
