"""What a screen says: the words, glyphs and sentences that go with the figures."""
