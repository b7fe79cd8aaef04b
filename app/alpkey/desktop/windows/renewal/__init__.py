"""The renewal dialog: a controller without Qt, and a page for each state."""
