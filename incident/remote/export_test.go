package remote

// SetPage sets how many of a list are asked for at once.
func (c *Client) SetPage(n int) { c.page = n }
