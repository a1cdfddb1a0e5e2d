package starter

import (
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/catalog"
)

// readme has the commands for the board of a host, from the first to the upgrade.
func readme(c *catalog.Catalog, h Host) string {
	major := h.major(c)
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }

	say("# %s: NixOS on a Jetson\n", h.Name)
	board := fmt.Sprintf("`som = %q`", h.SoM)
	if h.CarrierBoard != "" {
		board += fmt.Sprintf(", `carrierBoard = %q`", h.CarrierBoard)
	}
	if h.Super {
		board += ", `super = true`"
	}
	say("The board: %s. With jetpack-nixos %s, these versions belong to it:\n", board, c.Revision.Short())
	say("| what | version |\n|---|---|")
	for _, fact := range facts(c, h) {
		say("| %s | %s |", fact[0], fact[1])
	}
	say("\nCUDA comes with two lines, which build a lot: `jetpills pills show 09#gpu-and-cuda`.")
	say("\n| file | what is in it |\n|---|---|")
	say("| `%s` | which revision of jetpack-nixos, and which hosts |", FlakeFile)
	say("| `%s` | what is special about this board |", hostFile(h.Name))
	say("| `%s` | what each of your boards needs: boot loader, disk, users |", MachineFile)
	say("\n`jetpills pills show 09` explains each step, and what to do when one fails. What you need for it, from cables to disks, and which")
	say("port is for flashing: `jetpills pills show 09#what-you-need`. The builds in steps 2 and 4 compile kernel and firmware, and take hours")
	say("on a slow machine.")

	say("\n## 1. Lock and check\n")
	if h.Key == "" {
		say("Put your public ssh key into `%s`, into both lists: ssh accepts only keys. Nix then writes `flake.lock`:\n", MachineFile)
	} else {
		say("Your public ssh key is in `%s`, in both lists: ssh accepts only keys. Nix writes `flake.lock`:\n", MachineFile)
	}
	say("```bash\ngit init && git add .\nnix flake lock && git add flake.lock\nnix eval --raw %s\n```",
		Installable(configurations+".", h.Name, ".config.system.build.toplevel.drvPath"))
	say("\nThe last line evaluates everything and builds nothing. A flake in git sees tracked files only: `git add` each new one.")

	say("\n## 2. Flash the firmware\n")
	say("On an x86_64 Linux PC, with the board in recovery mode and connected by a USB data cable:\n")
	flash := Flash(c, h, input)
	say("```bash\n%s\nlsusb -d 0955:     # must show a line with APX; jetpills board names the module\nsudo ./result/bin/%s\n```", flash.Build, flash.Program)
	if flash.Package == "" {
		say("\njetpack-nixos has no ready script for this board. This one is built from `%s`. Its kernel and firmware are built on", hostFile(h.Name))
		say("aarch64, by a builder of that kind, or cross-compiled (`jetpills pills show 09#cross-builds-from-x86_64`).")
		if target := c.TargetBoardOn(h.SoM, h.CarrierBoard, h.Major); target != "" {
			say("It flashes with NVIDIA's board file `%s`. If your carrier board has another, set `flashScriptOverrides.targetBoard`.", target)
		}
	}
	if strings.HasPrefix(h.SoM, "xavier-") {
		say("\nThis replaces the firmware, and overwrites the eMMC or the card of the module, with all that is on it.")
	} else {
		say("\nThis replaces the firmware.")
	}
	say("`jetpills pills show 08#recovery-mode` says how to enter recovery mode.")

	say("\n## 3. Write the installer to a USB stick\n")
	say("```bash\nnix build --inputs-from . %s#%s", input, installer(c, major))
	say("lsblk            # which sdX is the stick? it is overwritten")
	say("sudo dd if=\"$(echo result/iso/*.iso)\" of=/dev/sdX bs=4M oflag=sync status=progress\n```")
	say("\nBoot the board from the stick: press Esc on the serial console, and choose it in the Boot Manager.")

	say("\n## 4. Install\n")
	if h.SoM == "xavier-agx" {
		say("Leave the eMMC (`mmcblk0`) alone: it holds firmware.\n")
	}
	say("In the installer, on the board. All that is on the disk is lost:\n")
	say("```bash\n" + `sudo -i
passwd           # lets scp in, until the next boot
ip addr          # the ADDRESS below
lsblk            # is the disk nvme0n1?
parted /dev/nvme0n1 -- mklabel gpt
parted /dev/nvme0n1 -- mkpart ESP fat32 1MiB 2GiB
parted /dev/nvme0n1 -- set 1 esp on
parted /dev/nvme0n1 -- mkpart root ext4 2GiB 100%%
mkfs.fat -F 32 -n BOOT /dev/nvme0n1p1
mkfs.ext4 -L nixos /dev/nvme0n1p2
mount /dev/disk/by-label/nixos /mnt
mount --mkdir -o umask=077 /dev/disk/by-label/BOOT /mnt/boot
mkdir -p /mnt/etc
` + "```")
	say("\nOn the PC, in this folder, and then on the board again:\n")
	say("```bash\nrm -f result                                 # scp follows links\nscp -r . root@ADDRESS:/mnt/etc/nixos\n```\n")
	say("```bash\nnixos-install --flake /mnt/etc/nixos#%s\nnixos-enter --root /mnt -c 'passwd operator'\nreboot                                       # pull the stick now\n```", h.Name)

	say("\nThen look whether all is well, from the PC:\n")
	say("```bash\nssh-keygen -R ADDRESS         # drop the installer's key\nssh operator@ADDRESS\nsudo ota-check-firmware -b    # of the firmware: running, expected\nsystemctl --failed\n```")

	say("\n## 5. Rebuild\n")
	say("On the board, or from the PC over ssh:\n")
	say("```bash\nsudo nixos-rebuild switch --flake /etc/nixos#%s\n```\n", h.Name)
	say("```bash\nnixos-rebuild switch --flake .#%[1]s --no-reexec \\\n  --target-host root@ADDRESS --build-host root@ADDRESS\n```", h.Name)

	say("\n## 6. Upgrade\n")
	say("`%s` names the commit of jetpack-nixos. `jetpills check --rev newest .` says what the newest one that your version of jetpills", FlakeFile)
	say("knows would change for this host. Write its commit into the address of `%s`, in `/etc/nixos` on the board. Boot into it rather than", FlakeFile)
	say("switching, because the firmware may change too. As root:\n")
	say("```bash\ncd /etc/nixos\nnix flake lock && git add flake.nix flake.lock\nnixos-rebuild boot --flake .#%s && reboot\n```", h.Name)
	return b.String()
}

// major is the JetPack of a host.
func (h Host) major(c *catalog.Catalog) string {
	if h.Major != "" {
		return h.Major
	}
	som, _ := c.SoM(h.SoM)
	return som.DefaultMajor
}

// facts are the versions that a host gets, those that are known.
func facts(c *catalog.Catalog, h Host) [][2]string {
	g, _ := c.Generation(h.major(c))
	som, _ := c.SoM(h.SoM)
	all := [][2]string{
		{"JetPack", g.JetPack}, {"L4T", g.L4T}, {"kernel", g.Kernel}, {"CUDA", g.CUDA},
		{"CUDA capability", strings.Join(som.CUDACapabilities, ", ")},
	}
	return slices.DeleteFunc(all, func(fact [2]string) bool { return fact[1] == "" })
}

// installer is the image whose kernel is of a JetPack.
func installer(c *catalog.Catalog, major string) string {
	const name = "iso_minimal"
	outputs, _ := c.Output("packages.x86_64-linux")
	if of := name + "_jp" + major; slices.Contains(outputs.Names, of) {
		return of
	}
	return name
}
