package eval

import "slices"

// Questions are what a Reader was asked for something that is evaluated once and used
// often: whoever uses it depends on the answers. Their numbers are the Reader's.
type Questions struct {
	asked []int
	of    []*Questions
}

// lastQuestions is how many of the last questions are compared with a new one.
const lastQuestions = 8

// add adds to a list what is not among the last of it.
func add[T comparable](all []T, one T) []T {
	if slices.Contains(all[max(0, len(all)-lastQuestions):], one) {
		return all
	}
	return append(all, one)
}

// All are the numbers of the questions, each once.
func (q *Questions) All() []int {
	var all []int
	seen, isListed := map[*Questions]bool{nil: true}, map[int]bool{}
	for queue := []*Questions{q}; len(queue) > 0; {
		q := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if seen[q] {
			continue
		}
		seen[q] = true
		queue = append(queue, q.of...)
		for _, number := range q.asked {
			if !isListed[number] {
				isListed[number] = true
				all = append(all, number)
			}
		}
	}
	return all
}

// Asked notes a question of the Reader, for what is being evaluated.
func (e *Evaluator) Asked(number int) {
	if e.asking == nil {
		e.asking = &Questions{}
	}
	e.asking.asked = add(e.asking.asked, number)
}

// Needs notes that what is being evaluated depends on questions that were asked before;
// nil for none.
func (e *Evaluator) Needs(q *Questions) {
	if q == nil {
		return
	}
	if e.asking == nil {
		e.asking = &Questions{}
	}
	e.asking.of = add(e.asking.of, q)
}

// Asking are the questions that something asks which is evaluated; nil for none. What
// is being evaluated depends on them.
func (e *Evaluator) Asking(evaluate func()) *Questions {
	around := e.asking
	e.asking = nil
	evaluate()
	return e.asked(around)
}

// asked are the questions of what was evaluated, which are those of what is around it,
// too.
func (e *Evaluator) asked(around *Questions) *Questions {
	q := e.asking
	if q != nil && len(q.asked) == 0 && len(q.of) == 1 {
		q = q.of[0]
	}
	e.asking = around
	e.Needs(q)
	return q
}

// Questions are all that was asked for what the evaluator has evaluated.
func (e *Evaluator) Questions() *Questions { return e.asking }

// Kept evaluates something that is kept, or uses it again. q has what was asked for it
// so far, which whoever uses it depends on. What an evaluator keeps that has
// Options.Common, it alone uses.
func (e *Evaluator) Kept(q **Questions, evaluate func()) {
	if e.options.Common != nil {
		evaluate()
		return
	}
	switch fresh := e.Asking(evaluate); {
	case fresh == nil || fresh == *q:
	case *q == nil:
		*q = fresh
	default:
		*q = &Questions{of: []*Questions{*q, fresh}}
	}
	e.Needs(*q)
}
