"""What is learnt: the sentence encoder, regressions, and how sure they may be."""
