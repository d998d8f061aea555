"""The sharing itself: suspended, resumed, revoked, ended by its date."""
