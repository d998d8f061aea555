"""Who may know a picture, and how they are bound before they do (Annex 2 clause 2.3)."""
