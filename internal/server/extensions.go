package server

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/ide"
	"jetpills/internal/rpc"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// Requests of our own, for the extensions that come with the server. Clients that don't know them lose nothing of LSP.
const (
	methodPin     = "jetpills/pin"         // which jetpack-nixos holds for a document
	methodPills   = "jetpills/pills"       // the pills and their sections, as files
	methodExplain = "jetpills/explain"     // the section that explains what is under the cursor
	methodSearch  = "jetpills/search"      // the sections that hold some words
	methodWhy     = "jetpills/why"         // the sections that explain what a program printed
	methodHistory = "jetpills/revisions"   // the revisions of jetpack-nixos that can be chosen
	methodBump    = "jetpills/bump"        // what the newest known revision would change
	methodFolders = "jetpills/pillFolders" // folders of pills in the workspace, which could be used
)

// workspaceOf is the snapshot for a request about no document.
func (s *Server) workspaceOf(ctx context.Context) (*workspace.Snapshot, error) {
	snapshot, _ := s.snapshotOf(ctx, "")
	if snapshot == nil {
		return nil, rpc.NewError(rpc.RequestFailed, "there is no workspace")
	}
	return snapshot, nil
}

// pinResult is shown in an editor's status line.
type pinResult struct {
	Short   string   `json:"short"`
	Hash    string   `json:"hash"`
	Date    string   `json:"date"`
	Note    string   `json:"note"`             // how the revision is known
	Source  string   `json:"source,omitempty"` // the file that pins it
	JetPack []string `json:"jetpack"`          // the versions that the revision carries, oldest first
	Major   string   `json:"major,omitempty"`  // the JetPack generation that the document's SoM gets
	Deals   bool     `json:"deals"`            // whether the document is about jetpack-nixos
}

func (s *Server) pin(ctx context.Context, params *documentParams) (*pinResult, error) {
	snapshot, doc := s.snapshotOf(ctx, params.document())
	if doc == nil {
		return nil, nil
	}
	pin := ide.PinOf(snapshot, doc)
	return &pinResult{
		Short: pin.Short, Hash: pin.Revision.Hash, Date: pin.Day, Note: pin.Note,
		Source: pin.Source, JetPack: pin.JetPack, Major: pin.Major, Deals: snapshot.DealsWithJetpack(doc),
	}, nil
}

type pillResult struct {
	ID       string          `json:"id"`
	Title    string          `json:"title"`
	Summary  string          `json:"summary,omitempty"`
	File     string          `json:"file"`
	Path     string          `json:"path"`
	Sections []sectionResult `json:"sections"`
}

type sectionResult struct {
	Title  string `json:"title"`
	Anchor string `json:"anchor"`
	Line   int    `json:"line"` // 1-based
	Level  int    `json:"level"`
}

func (s *Server) pills(ctx context.Context, _ *struct{}) ([]pillResult, error) {
	snapshot, err := s.workspaceOf(ctx)
	if err != nil {
		return nil, err
	}
	results := []pillResult{}
	for _, p := range snapshot.Pills().Pills() {
		path, err := snapshot.PillFile(p.File)
		if err != nil {
			return nil, fmt.Errorf("laying out the pills: %w", err)
		}
		result := pillResult{ID: p.ID, Title: p.Title, Summary: p.Summary, File: p.File, Path: path}
		for _, section := range p.Sections {
			result.Sections = append(result.Sections, sectionResult{section.Title, section.Anchor, section.Line, section.Level})
		}
		results = append(results, result)
	}
	return results, nil
}

// pillFolders are the folders of pills around a document that an extension may offer to use: none where one was chosen, null for a
// document that has nothing to do with jetpack-nixos.
func (s *Server) pillFolders(ctx context.Context, params *documentParams) ([]string, error) {
	snapshot, doc := s.snapshotOf(ctx, params.document())
	if doc == nil || !snapshot.DealsWithJetpack(doc) {
		return nil, nil
	}
	folders := []string{}
	if snapshot.Settings().PillsPath == "" {
		folders = append(folders, snapshot.PillFolders(doc.Dir())...)
	}
	return folders, nil
}

type explainResult struct {
	ID     string `json:"id"`
	File   string `json:"file"`
	Path   string `json:"path"`
	Anchor string `json:"anchor"`
	Line   int    `json:"line"` // 1-based
}

func (s *Server) explain(at cursor) (*explainResult, error) {
	target, ok := ide.ExplanationAt(at.snapshot, at.doc, at.offset)
	if !ok {
		return nil, nil
	}
	path, line, err := target.File(at.snapshot)
	if err != nil {
		return nil, fmt.Errorf("laying out the pills: %w", err)
	}
	section := target.Section
	return &explainResult{ID: section.Pill.ID, File: section.Pill.File, Path: path, Anchor: section.Anchor, Line: line}, nil
}

type searchParams struct{ Query string }

type hitResult struct {
	ID      string `json:"id"`
	Title   string `json:"title"` // the section's, with the pill's before it
	Path    string `json:"path"`
	Anchor  string `json:"anchor"`
	Line    int    `json:"line"` // 1-based
	Snippet string `json:"snippet,omitempty"`
}

func (s *Server) search(ctx context.Context, params *searchParams) ([]hitResult, error) {
	snapshot, err := s.workspaceOf(ctx)
	if err != nil {
		return nil, err
	}
	results := []hitResult{}
	for _, hit := range snapshot.Pills().Search(params.Query) {
		path, line, err := snapshot.PillTarget(hit.Section)
		if err != nil {
			return nil, fmt.Errorf("laying out the pills: %w", err)
		}
		results = append(results, hitResult{
			hit.Section.Pill.ID, hit.Section.Label(), path, hit.Section.Anchor, line, hit.Snippet,
		})
	}
	return results, nil
}

type whyParams struct{ Text string }

// causeResult is a message in a text, and the section that explains it best.
type causeResult struct {
	ID     string `json:"id"`
	Title  string `json:"title"` // the section's, with the pill's before it
	Path   string `json:"path"`
	Anchor string `json:"anchor"`
	Line   int    `json:"line"` // 1-based, of the section
	At     int    `json:"at"`   // 1-based, of the message in the text
	Text   string `json:"text"` // what the text says there
	Means  string `json:"means"`
}

// why finds the messages in a text that the pills know, the one that most likely made all else fail first.
func (s *Server) why(ctx context.Context, params *whyParams) ([]causeResult, error) {
	snapshot, err := s.workspaceOf(ctx)
	if err != nil {
		return nil, err
	}
	diagnosis, err := snapshot.Pills().Why(strings.NewReader(params.Text))
	if err != nil {
		return nil, fmt.Errorf("looking for symptoms: %w", err)
	}
	results := []causeResult{}
	for _, cause := range diagnosis.Found {
		section := cause.Sections[0]
		path, line, err := snapshot.PillTarget(section)
		if err != nil {
			return nil, fmt.Errorf("laying out the pills: %w", err)
		}
		results = append(results, causeResult{
			section.Pill.ID, section.Label(), path, section.Anchor, line, cause.At, cause.Text, cause.Means,
		})
	}
	return results, nil
}

// bumpResult is a page. It is null for a document that pins no revision older than the newest known one.
type bumpResult struct {
	Title    string `json:"title"` // on one line
	Markdown string `json:"markdown"`
	plain    string // for a message
}

// mostOfMessage is how many lines of a page a message has.
const mostOfMessage = 20

func (s *Server) bump(ctx context.Context, params *documentParams) (*bumpResult, error) {
	return s.bumpOf(ctx, params.document())
}

// bumpOf waits for what the page says.
func (s *Server) bumpOf(ctx context.Context, document string) (*bumpResult, error) {
	snapshot, doc := s.snapshotOf(ctx, document)
	if doc == nil || doc.Problem() != nil {
		return nil, nil
	}
	newer, ok := ide.NewerThanPin(snapshot, doc)
	if !ok || newer.Summary == nil {
		return nil, nil
	}
	page := newer.Summary.Report(ide.PillLinks(snapshot))
	result := &bumpResult{Title: newer.Title(), Markdown: page.Markdown(), plain: page.Plain()}
	if lines := strings.Split(result.plain, "\n"); len(lines) > mostOfMessage {
		result.plain = strings.Join(append(lines[:mostOfMessage], "… jetpills check --rev newest prints the rest."), "\n")
	}
	return result, nil
}

type revisionResult struct {
	Short string `json:"short"`
	Hash  string `json:"hash"`
	Date  string `json:"date"`
	// JetPack are the versions that the revision carries, oldest first; none where Nix refuses it.
	JetPack []string `json:"jetpack"`
}

func (s *Server) revisions(ctx context.Context, _ *struct{}) ([]revisionResult, error) {
	snapshot, err := s.workspaceOf(ctx)
	if err != nil {
		return nil, err
	}
	results := []revisionResult{}
	library := snapshot.Library()
	for _, r := range slices.Backward(library.Revisions()) {
		result := revisionResult{r.Short(), r.Hash, r.Day(), []string{}}
		for _, g := range library.Generations(r.Hash) {
			result.JetPack = append(result.JetPack, text.Visible(g.JetPack, ""))
		}
		results = append(results, result)
	}
	return results, nil
}
