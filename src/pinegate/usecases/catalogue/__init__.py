"""The catalogue's verbs: take the inventory over, mark as shareable, edit, list and delist."""
