"""First start: the way from an empty home to a login, page by page; and each page by itself."""
