"""Live sessions kept in step with the register: sources, the media engine's questions, re-evaluation, the ends."""
