"""Every sentence composed from figures, each with its claim, and the situations that can make it false."""
