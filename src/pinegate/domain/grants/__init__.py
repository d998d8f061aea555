"""授权: what an approved application gives to one information system, point by point."""
