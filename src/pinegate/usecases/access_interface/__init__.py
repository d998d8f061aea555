"""The interface for a unit's programs: signed requests in the name of a person, for a reason."""
