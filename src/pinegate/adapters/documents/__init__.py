"""Documents of the regulation as PDF, and the scans of their signed and sealed copies."""
