"""Password hashing, one-time codes and the box for secrets."""
