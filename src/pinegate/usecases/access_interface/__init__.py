"""The interface for a unit's programmes: signed requests in the name of a person, for a reason."""
