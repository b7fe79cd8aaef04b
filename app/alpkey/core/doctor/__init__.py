"""What can stop a login: observations, checks, findings and their fixes."""
