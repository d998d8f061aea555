"""The shape of a regulation as text: measures, application form, agreement. Each city has its own wording."""
