"""The portal's edge: who may hold a connection, how large and how slow a request may be."""
