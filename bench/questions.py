"""What the measured visitors ask: coverage questions as people really type them."""

# Ten, because the long conversation compares two windows of 20 turns: any 20 turns in a row then hold every
# question exactly twice, and the growth seen is the conversation's, not that of a harder mix.
QUESTIONS: tuple[str, ...] = (
    "does our GL pay if an agent gives a caller wrong info?",
    "are we covered when hackers lock our files and want money",
    "A customer slipped in our lobby and broke her wrist. Which policy is that?",
    "would workers comp cover someone who gets hurt working from home?",
    "is a regulator's fine after a data breach covered by cyber insurance",
    "what does E&O not cover?",
    "one of our bookkeepers stole 40k over two years, does our BOP pay for that",
    "we got sued for calling people on the do not call list, any coverage?",
    "Does commercial property insurance pay for earthquake damage?",
    "a former employee says she was fired because of her age, who pays the lawyer",
)


def question(number: int) -> str:
    """The question asked at turn `number` (0-based), going round the list."""
    return QUESTIONS[number % len(QUESTIONS)]
