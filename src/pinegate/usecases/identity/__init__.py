"""Who is asking: signing in, sessions, passwords and one-time codes."""
