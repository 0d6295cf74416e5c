package explain

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Write prints x for people, its lines at most width characters long; 0 is no
// limit. The plan is not broken.
func (x *Explanation) Write(w io.Writer, width int) error {
	p := &page{width: width}
	p.title("Steps")
	p.steps(x.Steps, "", 0)
	p.title("Tables")
	for _, t := range x.Tables {
		if len(t.Columns) == 0 {
			p.item(t.Name, "only its rows are counted")
			continue
		}
		p.item(t.Name, fmt.Sprintf("reads %s: %s", plural(len(t.Columns), "column"), strings.Join(t.Columns, ", ")))
	}
	p.list("Columns named in the query", x.Columns)
	p.list("Operators", append(append([]string{}, x.Operators...), x.Comparisons...))
	p.title("Functions")
	for _, f := range x.Functions {
		p.item(f.Name, f.Doc)
	}
	for i, r := range x.Results {
		title := "Result"
		if len(x.Results) > 1 {
			title += " " + strconv.Itoa(i+1)
		}
		if r.Name != "" {
			title += " " + r.Name
		}
		var cols []string
		for _, c := range r.Columns {
			cols = append(cols, c.Name+": "+c.Type)
		}
		p.list(title+", "+plural(len(cols), "column"), cols)
	}
	p.title("Plan")
	p.head()
	if x.Note != "" {
		p.paragraph("  ", "("+x.Note+")")
	}
	for line := range strings.Lines(x.Plan) {
		p.b.WriteString("  " + line)
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

// A page is text being laid out.
type page struct {
	b       strings.Builder
	width   int
	pending string // a title that nothing stands under yet
}

// title begins a section. It is printed with the first line under it.
func (p *page) title(s string) { p.pending = s }

func (p *page) head() {
	if p.pending == "" {
		return
	}
	if p.b.Len() > 0 {
		p.b.WriteByte('\n')
	}
	p.b.WriteString(p.pending + "\n")
	p.pending = ""
}

// steps numbers the steps 1, 2 and those within 1.1, 1.2.
func (p *page) steps(steps []Step, prefix string, depth int) {
	for i, s := range steps {
		number := prefix + strconv.Itoa(i+1)
		label := number
		if depth == 0 {
			label += "."
		}
		p.paragraph(strings.Repeat("  ", depth+1)+label+" ", s.Text)
		p.steps(s.Steps, number+".", depth+1)
	}
}

func (p *page) list(title string, items []string) {
	p.title(title)
	if len(items) > 0 {
		p.paragraph("  ", strings.Join(items, ", "))
	}
}

func (p *page) item(name, text string) {
	if text == "" {
		p.paragraph("  ", name)
		return
	}
	p.paragraph("  "+name+"  ", text)
}

// paragraph prints text behind a first word, broken at blanks; further lines
// hang under the beginning of the text, or under a short indent where the first
// word is long.
func (p *page) paragraph(first, text string) {
	p.head()
	hang := min(len([]rune(first)), 10)
	line := first
	used := len([]rune(first))
	fresh := true
	for _, word := range strings.Split(text, " ") {
		n := len([]rune(word))
		if !fresh && p.width > 0 && used+1+n > p.width {
			p.b.WriteString(line + "\n")
			line, used, fresh = strings.Repeat(" ", hang), hang, true
		}
		if !fresh {
			line += " "
			used++
		}
		line += word
		used += n
		fresh = false
	}
	p.b.WriteString(strings.TrimRight(line, " ") + "\n")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
