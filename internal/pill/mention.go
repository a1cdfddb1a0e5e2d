package pill

type mention struct{}

type searchable struct{}

func (c *Collection) mentions() []mention { return nil }

func (c *Collection) mentioning(t Topic) (Section, bool) { return Section{}, false }
