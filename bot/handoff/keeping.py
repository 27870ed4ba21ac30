"""How long the law keeps a request that became insurance.  Pure."""

from __future__ import annotations

import datetime

YEARS = 5  # after the policy has ended: 10 CCR 2190.2


def keep_until(policy_ends: datetime.date) -> datetime.date:
    """The last day on which the records of a policy must be there: the same day, so many years later."""
    try:
        return policy_ends.replace(year=policy_ends.year + YEARS)
    except ValueError:  # a leap day
        return datetime.date(policy_ends.year + YEARS, 3, 1)
