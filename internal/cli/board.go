package cli

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"jetpills/internal/catalog"
	"jetpills/internal/jetson"
	"jetpills/internal/pill"
	"jetpills/internal/starter"
)

func (p *Program) boardCommand() *cobra.Command {
	root, format := p.Root, ""
	if root == "" {
		root = "/"
	}
	c := command("board", "Print which Jetson this machine is, or has on USB in recovery mode", takes(0, 0), func([]string) error {
		return p.printBoards(root, format)
	})
	c.Long = "Print the values of som, carrierBoard and super for the Jetson that this machine is, or that is on USB in recovery mode, with\n" +
		"the file that says so, what to run next and the pill about it. Where a Jetson may be one of several, all are printed.\n" +
		"USB names the module alone, so carrierBoard is left out. JSON is an array, of one object for each.\n\n" +
		"It reads /proc/device-tree (compatible, and the numbers of the EEPROMs in chosen/ids) and /sys/bus/usb/devices."
	c.Flags().StringVar(&root, "root", root, "read the files of a machine that lie below this folder")
	formatFlag(c, &format, "text", "json")
	return c
}

// boardShape is a board in JSON.
type boardShape struct {
	SoM          string `json:"som"`
	CarrierBoard string `json:"carrierBoard,omitzero"`
	Super        bool   `json:"super,omitzero"`
	From         string `json:"from"`
	Next         string `json:"next"`
	Pill         string `json:"pill,omitzero"`
}

func (p *Program) printBoards(root, format string) error {
	if info, err := os.Stat(root); err != nil {
		return plain(err)
	} else if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", root)
	}
	library, err := catalog.Open()
	if err != nil {
		return err
	}
	pills, err := p.pills()
	if err != nil {
		return err
	}
	report := jetson.Look(root, library.Modules)
	shapes := each(report.Boards, func(b jetson.Board) boardShape { return shapeOf(b, library.Newest(), pills) })
	if format == "json" {
		err = printJSON(p.out, shapes)
	} else {
		for i, s := range shapes {
			if i > 0 {
				printf(p.out, "\n")
			}
			printf(p.out, "som = %q\n", s.SoM)
			if s.CarrierBoard != "" {
				printf(p.out, "carrierBoard = %q\n", s.CarrierBoard)
			}
			if s.Super {
				printf(p.out, "super = true\n")
			}
			printf(p.out, "  from: %s (%s)\n  next: %s\n", s.From, report.Boards[i].Where(), s.Next)
			if s.Pill != "" {
				printf(p.out, "  see: jetpills pills show %s\n", s.Pill)
			}
		}
	}
	switch {
	case err != nil || len(shapes) > 0:
		return err
	case len(report.Others) > 0:
		return p.nothing("%s", strings.Join(report.Others, "; "))
	}
	return p.nothing("no Jetson: neither /proc/device-tree names one, nor is one in recovery mode on USB (/sys/bus/usb/devices). " +
		"Hold Recovery, press Reset, use a data cable: jetpills pills show 08#recovery-mode")
}

// shapeOf says what to do with a board. The next thing is its flake, which leads to the flash.
func shapeOf(b jetson.Board, newest *catalog.Catalog, pills *pill.Collection) boardShape {
	s := boardShape{SoM: b.SoM, CarrierBoard: b.CarrierBoard, Super: b.Super, From: b.From, Next: "jetpills new DIR --som " + b.SoM}
	if carrier := cmp.Or(b.CarrierBoard, b.Unknown()); carrier != "" {
		s.Next += " --carrier " + carrier
	}
	if b.Super && starter.TakesSuper(newest, starter.Host{SoM: b.SoM, CarrierBoard: b.CarrierBoard}) {
		s.Next += " --super"
	}
	topic := pill.Topic{Kind: pill.SoMTopic, Name: b.SoM}
	if b.InRecovery {
		topic = pill.Topic{Kind: pill.ConceptTopic, Name: "flashing-a-devkit"}
	}
	if section, ok := pills.For(topic); ok {
		s.Pill = section.Ref()
	}
	return s
}
