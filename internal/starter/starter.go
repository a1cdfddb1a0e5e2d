// Package starter writes the first flake of a board: its files as jetpills new makes them, as pill 09 prints them, and as completion
// offers them in an empty file. It gives texts and touches no file.
package starter

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/syntax"
)

// Host is the board that a flake is for.
type Host struct {
	// Name is the host's: the attribute in nixosConfigurations, the file, and networking.hostName.
	Name string
	// SoM, CarrierBoard and Major are values of the options. An empty CarrierBoard or Major leaves its option at the default.
	SoM, CarrierBoard, Major string
	// Super asks for the higher power modes of the module.
	Super bool
	// Key is the public ssh key of who administers the host; empty for a placeholder.
	Key string
}

// Example is the host of pill 09.
var Example = Host{Name: "orin", SoM: "orin-agx", CarrierBoard: "devkit"}

// File is a file of the flake; its name has slashes and is seen from the flake's folder.
type File struct{ Name, Text string }

// The files, but for those of the host.
const (
	FlakeFile   = "flake.nix"
	MachineFile = "machine.nix" // which the hosts share
	GuideFile   = "README.md"
)

const (
	input      = "jetpack-nixos" // the flake's name for it
	repository = "github:anduril/jetpack-nixos"
	// PlaceholderKey is what stands in the place of an ssh key.
	PlaceholderKey = "ssh-ed25519 AAAA…"
)

// Files are those of a new flake, which pins the revision of the catalog. The last is the guide.
func Files(c *catalog.Catalog, h Host) []File {
	return append(nixFiles(c, h, repository+"/"+c.Revision.Hash), File{GuideFile, readme(c, h)})
}

// Added are the files of another host in a flake that has one, whose machine.nix may be for any board.
func Added(c *catalog.Catalog, h Host) []File {
	body := hostBody(c, h)
	arguments := ""
	if !hasVariables(h.SoM) {
		arguments = "{ lib, ... }:\n\n"
		body += "  boot.loader.efi.canTouchEfiVariables = lib.mkForce " + noVariables + "\n"
	}
	return []File{{hostFile(h.Name), arguments + set("  imports = [ ../machine.nix ];\n"+body+stateVersion(c.NixOS))}, Guide(c, h)}
}

// Guide is the guide of a host in a folder that has another README.md.
func Guide(c *catalog.Catalog, h Host) File { return File{"hosts/" + h.Name + ".md", readme(c, h)} }

// Lesson are the Nix files as pill 09 prints them: the address has no revision, so that nix flake update moves the lock.
func Lesson(c *catalog.Catalog) []File { return nixFiles(c, Example, repository) }

// Block is a file of the lesson as the lines of a block of code.
func Block(name string, c *catalog.Catalog) ([]string, error) {
	var names []string
	for _, f := range Lesson(c) {
		if f.Name == name {
			return strings.Split("```nix\n"+f.Text+"```", "\n"), nil
		}
		names = append(names, f.Name)
	}
	return nil, fmt.Errorf("jetpills new writes no %s, but %s", name, strings.Join(names, ", "))
}

func nixFiles(c *catalog.Catalog, h Host, address string) []File {
	return []File{
		{FlakeFile, flake(c, address, syntax.WrittenName(h.Name), h.Name)},
		{hostFile(h.Name), set("  imports = [ ../machine.nix ];\n" + hostBody(c, h) + stateVersion(c.NixOS))},
		{MachineFile, set(machineBody(h.SoM, syntax.Escaped(cmp.Or(h.Key, PlaceholderKey)), "nixos", "BOOT"))},
	}
}

func hostFile(name string) string { return "hosts/" + name + ".nix" }

// FlakeSnippet is a flake with the places to fill in as LSP's snippets have them, for an empty flake.nix.
func FlakeSnippet(c *catalog.Catalog) string { return flake(c, repository, "${1:orin}", "${1:orin}") }

// HostSnippet is a configuration in one file, likewise, for a SoM in its developer kit.
func HostSnippet(c *catalog.Catalog, som string) string {
	h := Host{Name: "${1:" + DefaultName(som) + "}", SoM: som, CarrierBoard: Kit(c, som)}
	return set(hostBody(c, h) + "\n" + machineBody(som, "${4:"+PlaceholderKey+"}", "${2:nixos}", "${3:BOOT}") + "\n" + stateVersion("${5:"+c.NixOS+"}"))
}

// Kit is the carrier board of a SoM's developer kit; empty where the revision has none, or refuses it.
func Kit(c *catalog.Catalog, som string) string {
	const kit = "devkit"
	o, _ := c.Option(catalog.CarrierBoardOption)
	if verdict, _ := c.Fits(som, kit, ""); verdict == catalog.FitNo || !slices.Contains(o.Values, kit) {
		return ""
	}
	return kit
}

// DefaultName is what a host with a SoM is called where nobody says: orin.
func DefaultName(som string) string {
	family, _, _ := strings.Cut(som, "-")
	return family
}

func set(body string) string { return "{\n" + body + "}\n" }

func flake(c *catalog.Catalog, address, attribute, file string) string {
	system := ""
	if len(c.Effects("nixpkgs.hostPlatform")) == 0 { // else the module says it
		system = "        system = \"aarch64-linux\";\n"
	}
	return `{
  inputs.jetpack-nixos.url = "` + address + `";
  inputs.nixpkgs.follows = "jetpack-nixos/nixpkgs";

  outputs = { self, nixpkgs, jetpack-nixos }:
    let
      jetson = module: nixpkgs.lib.nixosSystem {
` + system + `        modules = [ jetpack-nixos.nixosModules.default module ];
      };
    in
    {
      nixosConfigurations.` + attribute + ` = jetson ./` + hostFile(file) + `; # a host
    };
}
`
}

// hostBody says what is special about a board.
func hostBody(c *catalog.Catalog, h Host) string {
	body := "  networking.hostName = \"" + h.Name + "\";\n" +
		"  hardware.nvidia-jetpack = {\n" +
		"    enable = true;\n" +
		"    som = \"" + h.SoM + "\";\n"
	if h.CarrierBoard != "" {
		body += "    carrierBoard = \"" + h.CarrierBoard + "\";\n"
	}
	if h.Super {
		body += "    super = true;\n"
	}
	if som, _ := c.SoM(h.SoM); h.Major != "" && h.Major != som.DefaultMajor {
		body += "    majorVersion = \"" + h.Major + "\";\n"
	}
	return body + "  };\n"
}

func stateVersion(release string) string {
	return "  system.stateVersion = \"" + release + "\";\n"
}

// hasVariables reports whether Linux can write the UEFI variables of a SoM. The firmware of an AGX Xavier keeps them on the eMMC, which
// belongs to the kernel once Linux runs (README.md of jetpack-nixos).
func hasVariables(som string) bool { return som != "xavier-agx" }

const noVariables = "false; # Linux can't write them on an AGX Xavier"

// machineBody is what each board needs: a boot loader, a disk by the labels of its partitions, a way to log in.
func machineBody(som, key, root, boot string) string {
	variables := "true;"
	if !hasVariables(som) {
		variables = noVariables
	}
	return fmt.Sprintf(`  boot.loader.systemd-boot.enable = true;
  boot.loader.systemd-boot.configurationLimit = 10;
  boot.loader.efi.canTouchEfiVariables = %s

  fileSystems."/".device = "/dev/disk/by-label/%s";
  fileSystems."/".fsType = "ext4";
  fileSystems."/boot" = {
    device = "/dev/disk/by-label/%s";
    fsType = "vfat";
    options = [ "umask=0077" ];
  };

  services.openssh.enable = true;
  services.openssh.settings.PasswordAuthentication = false;
  services.openssh.settings.KbdInteractiveAuthentication = false;
  users.users.root.openssh.authorizedKeys.keys = [ "%s" ];
  users.users.operator = {
    isNormalUser = true;
    extraGroups = [ "wheel" "video" ];
    openssh.authorizedKeys.keys = [ "%[4]s" ];
  };

  programs.git.enable = true; # for the flake
  nix.settings.experimental-features = [ "nix-command" "flakes" ];
`, variables, root, boot, key)
}
