package pill

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// tableReader makes tables of paragraphs, as GitHub Flavored Markdown has it. The Markdown library has an extension for that, in a package
// whose patterns for other extensions every start of the program would compile.
type tableReader struct{}

// Transform makes a table of the lines of a paragraph from the one above a rule of columns on.
func (tableReader) Transform(p *ast.Paragraph, reader text.Reader, _ parser.Context) {
	lines, source := p.Lines(), reader.Source()
	for i := 1; i < lines.Len(); i++ {
		rule := lines.At(i)
		columns := columnsOf(rule.Value(source))
		if columns == nil {
			continue
		}
		head := cells(lines.At(i-1), source)
		if len(head) > len(columns) {
			return
		}
		table := tables.NewTable()
		table.Alignments = columns
		table.SetPos(p.Pos())
		table.AppendChild(table, tables.NewTableHeader(rowOf(lines.At(i-1), head, columns)))
		for _, line := range lines.Sliced(i+1, lines.Len()) {
			table.AppendChild(table, rowOf(line, cells(line, source), columns))
		}
		p.Parent().InsertAfter(p.Parent(), p, table)
		if lines.SetSliced(0, i-1); lines.Len() == 0 {
			p.Parent().RemoveChild(p.Parent(), p)
			return
		}
		last := lines.At(lines.Len() - 1)
		lines.Set(lines.Len()-1, last.WithStop(last.Stop-1)) // without the line break
		return
	}
}

// columnsOf are the alignments of a table's columns by the line under its head, such as |:--|--:|; nil for any other line.
func columnsOf(line []byte) (columns []tables.Alignment) {
	rule := bytes.TrimSpace(line)
	if width, _ := util.IndentWidth(line, 0); width > 3 || len(bytes.Trim(line, "-")) == 0 {
		return nil
	}
	rule = bytes.TrimSuffix(bytes.TrimPrefix(rule, []byte("|")), []byte("|"))
	for column := range bytes.SplitSeq(rule, []byte("|")) {
		dashes, isLeft := bytes.CutPrefix(bytes.TrimSpace(column), []byte(":"))
		dashes, isRight := bytes.CutSuffix(dashes, []byte(":"))
		if len(dashes) == 0 || len(bytes.Trim(dashes, "-")) > 0 {
			return nil
		}
		switch {
		case isLeft && isRight:
			columns = append(columns, tables.AlignCenter)
		case isLeft:
			columns = append(columns, tables.AlignLeft)
		case isRight:
			columns = append(columns, tables.AlignRight)
		default:
			columns = append(columns, tables.AlignNone)
		}
	}
	return columns
}

// cells are the parts of a line between its bars. A bar behind a backslash is text.
func cells(line text.Segment, source []byte) (all []text.Segment) {
	line = trimmed(line, source)
	from, to := line.Start, line.Stop
	if from < to && source[from] == '|' {
		from++
	}
	if from < to && source[to-1] == '|' {
		to--
	}
	for from < to {
		end := from
		for end < to && (source[end] != '|' || end > line.Start && source[end-1] == '\\') {
			end++
		}
		all = append(all, trimmed(text.NewSegment(from, end), source))
		from = end + 1
	}
	return all
}

func trimmed(s text.Segment, source []byte) text.Segment {
	s = s.TrimLeftSpace(source)
	return s.TrimRightSpace(source)
}

// rowOf is a row of cells, as many as there are columns.
func rowOf(line text.Segment, cells []text.Segment, columns []tables.Alignment) *tables.TableRow {
	row := tables.NewTableRow(columns)
	row.SetPos(line.Start)
	for i, column := range columns {
		cell := tables.NewTableCell()
		if i < len(cells) {
			cell.Alignment = column
			cell.SetPos(cells[i].Start)
			cell.Lines().Append(cells[i])
		}
		row.AppendChild(row, cell)
	}
	return row
}
