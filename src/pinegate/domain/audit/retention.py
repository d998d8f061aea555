"""How long the access register and the audit log are kept."""

KEPT_DAYS = 1096
"""Three years, a leap day among them."""
LEAST_KEPT_DAYS = 183
"""Six months: what the Cybersecurity Law, article 21, demands of network logs."""
