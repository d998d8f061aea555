"""The regulation that this product keeps, as text: the one place its wording is written down."""
