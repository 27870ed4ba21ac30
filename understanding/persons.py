"""Who is spoken of: an incident answered, and then the same with another person in it.  Pure.

An entry on an incident says which entry answers instead where another person is the one hurt, or did it
(``Exposure.otherwise``): after a customer who slips, "and my cashier?" is a matter of workers' compensation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from understanding.text.language import words_of

# Words that name each kind of person; "on_purpose" is a will and no person, and changes the answer alike.
_NAMES = {
    "on_purpose": "purpose intentional intentionally deliberate deliberately",
    "contractor": "contractor contractors subcontractor subcontractors sub subs freelancer freelancers 1099",
    "vendor": "vendor vendors supplier suppliers provider",
    "own_people": """
        employee employees staff worker workers coworker crew helper helpers cashier cashiers cook cooks waiter waitress
        driver drivers technician technicians tech techs bookkeeper bookkeepers manager managers rep reps assistant
        assistants apprentice intern interns clerk clerks stylist stylists barber barbers bartender bartenders nurse
        nurses teacher teachers guy guys installer mechanic carpenter painter roofer cleaner cleaners groomer server
        servers chef dishwasher baker receptionist analyst dispatcher foreman operator guard guards hygienist trainer
        bouncer bouncers host hostess janitor mover movers busser valet lifeguard caregiver aide tutor coach
    """,
    "client": """
        client clients customer customers guest guests patient patients tenant tenants visitor visitors caller callers
        neighbor neighbors passerby
    """,
    "owner": "myself owner owners partner wife husband spouse",
}
PERSONS = {kind: frozenset(words.split()) for kind, words in _NAMES.items()}


def instead(otherwise: Mapping[str, str], words: Sequence[str], before: str) -> str | None:
    """The entry that answers instead, where words name another kind of person than was spoken of.

    Args:
        otherwise: the entry's own list, by kind of person.
        words: of the message.
        before: what was said before it.
    """
    said, known = set(words), {word.group().lower() for word in words_of(before)}
    for kind, names in PERSONS.items():
        if kind in otherwise and not names.isdisjoint(said) and names.isdisjoint(known):
            return otherwise[kind]
    return None
