"""How many of the conversations of wanted.yml hold: `make wanted`.  They are no part of the tests."""

from __future__ import annotations

import pytest
from scenario import FOLDER, play, read_file

WANTED = list(read_file(FOLDER.with_name("wanted.yml")))


@pytest.mark.xfail(reason="wanted, and not so yet")
@pytest.mark.parametrize("scenario", WANTED, ids=[each.name for each in WANTED])
async def test_wanted(scenario, guide, soundness, form_of, sent_of) -> None:
    results, wrong = await play(scenario, guide, form_of, sent_of)
    wrong += soundness(results)
    assert not wrong, "\n".join(["", *wrong])
