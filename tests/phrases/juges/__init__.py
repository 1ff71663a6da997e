"""What each sentence must say of a situation, found again from its declarations, chapter by chapter."""
