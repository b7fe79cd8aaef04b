"""What commands print: text, one JSON object, or JSON lines."""
