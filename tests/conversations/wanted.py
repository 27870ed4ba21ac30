"""How many of the conversations of wanted.yml hold: `make wanted`.  They are no part of the tests.

With `-k "its name"` any conversation can be played alone.
"""

from __future__ import annotations

import pytest
from scenario import FOLDER, play, read, read_file

WANTED = [*read_file(FOLDER.with_name("wanted.yml")), *read()]


@pytest.mark.xfail(reason="wanted, or turned by what was learnt last")
@pytest.mark.parametrize("scenario", WANTED, ids=[each.name for each in WANTED])
async def test_wanted(scenario, guide, soundness, form_of, sent_of) -> None:
    results, wrong = await play(scenario, guide, form_of, sent_of)
    wrong += soundness(results)
    assert not wrong, "\n".join(["", *wrong])
