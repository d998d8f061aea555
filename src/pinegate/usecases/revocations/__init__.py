"""收回: the bureau ends, or in an emergency interrupts, what was shared."""
