"""The built-in media engine: a supervisor in control, and worker processes that move the pictures."""
