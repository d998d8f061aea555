"""Units and authorities, their people, their systems, who may know what."""
