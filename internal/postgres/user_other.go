//go:build !unix

package postgres

func (s *Server) own() {}
