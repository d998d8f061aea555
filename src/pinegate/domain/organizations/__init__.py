"""Who takes part: organizations, their information systems, their persons and roles."""
