"""Desktop entries, autostart, and the pages of the first start."""
