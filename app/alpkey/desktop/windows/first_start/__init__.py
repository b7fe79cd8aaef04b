"""First start: from an empty home to a login, page by page; each page also by itself."""
