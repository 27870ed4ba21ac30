"""Broken content is refused with its place and a remedy, and the old answers stay in service."""

import datetime
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.base import KnowledgeBase
from knowledge.build import build
from knowledge.check import check
from knowledge.content import ContentError, Finding, read_content
from knowledge.reviews import check_reviews

WRITTEN = datetime.date(2026, 11, 29)  # as in conftest
EO, ALL = "policies/eo.yml", "exposures/all.yml"


def finding_that(says: str, message: str) -> str:
    """The line of the message that says so."""
    found = [line for line in message.splitlines() if says in line]
    assert len(found) == 1, message
    return found[0]


def test_valid_content_has_no_findings(draft):
    assert check(read_content(draft.folder), named={}) == []


# What is wrong -> file, the text replaced, what it is replaced with, what the message says, the remedy.
# The message must name the line of the replaced text.
AT_A_LINE = {
    "invalid YAML": (
        "terms/words.yml",
        "name: Retention",
        "name: [Retention",
        "is not valid YAML",
        "check indents and quotes",
    ),
    "unknown field": (
        EO,
        "short_name:",
        "shortname:",
        "'shortname' extra fields not permitted",
        "correct its spelling",
    ),
    "repeated key": (
        EO,
        "trigger:",
        "summary: again\ntrigger:",
        "the field 'summary' stands twice",
        "keep one of them",
    ),
    "missing source": (
        "topics/proof.yml",
        "answer: {text: Proof usually comes the same day., source: article}",
        "answer: {text: Proof usually comes the same day.}",
        "'answer.source' field required",
        "add it",
    ),
    "no source in the list": (
        ALL,
        "summary: {text: Customers leave after bad news., source: report}",
        "summary: {text: Customers leave after bad news., source: []}",
        "'summary.source' names no source",
        "correct it as knowledge/schema.py says",
    ),
    "source left blank": (
        ALL,
        "summary: {text: Customers leave after bad news., source: report}",
        "summary: {text: Customers leave after bad news., source: }",
        "'summary.source' none is not an allowed value",
        "give it a value or remove the line",
    ),
    "wrong type": (EO, "aliases: [e&o, errors and omissions]", "aliases: e&o", "'aliases' value is not", "correct it"),
    "unknown choice": (
        EO,
        "trigger: {kind: claims_made,",
        "trigger: {kind: always,",
        "'trigger.kind'",
        "use one of those permitted",
    ),
    "a date that is none": (
        "terms/words.yml",
        f"written_on: {WRITTEN}",
        "written_on: last week",
        "'written_on' invalid date format",
        "write the day as 2026-11-22",
    ),
    "an impossible day": (
        "terms/words.yml",
        f"written_on: {WRITTEN}",
        "written_on: 2026-02-31",
        "'written_on' invalid date format",
        "write the day as 2026-11-22",
    ),
    "fewer than three questions": (
        "terms/words.yml",
        "questions: [What is a retention?, Explain retention., What does retention mean?]",
        "questions: [What is a retention?]",
        "'questions' ensure this value has at least 3 items",
        "add more items",
    ),
    "an empty name": (
        "terms/words.yml",
        "name: Retention",
        "name: ''",
        "'name' ensure this value has at least 1",
        "correct it",
    ),
    "an id with a space": (
        "terms/words.yml",
        "id: retention",
        "id: my retention",
        "'id' string does not match",
        "correct it",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "what", "remedy"), AT_A_LINE.values(), ids=AT_A_LINE)
def test_a_broken_file_is_refused_with_its_line(published, file, old, new, what, remedy):
    line = published.edit(file, old, new)
    if what == "is not valid YAML":
        line += 1  # noticed where the next field begins
    finding = finding_that(what, published.refusal())
    assert re.match(rf"{re.escape(file)}:{line}\b", finding)
    assert remedy in finding


def test_an_entry_that_lacks_a_field_is_named(published):
    published.edit("terms/words.yml", "  name: Retention\n", "")
    message = published.refusal()
    assert message.startswith("terms/words.yml:1 (retention): 'name' field required")
    assert message.endswith("Remedy: add it.")


@pytest.mark.parametrize("text", ["", "# only a comment\n", "[]\n", "just words\n", "null\n"])
def test_a_file_without_an_entry_is_refused(published, text):
    published.write("terms/words.yml", text)
    assert published.refusal() == "terms/words.yml: holds no entry. Remedy: write an entry or remove the file."


def test_text_in_another_encoding_is_refused(published):
    (published.folder / "terms/words.yml").write_bytes("- id: café\n".encode("latin-1"))
    message = published.refusal()
    assert message.startswith("terms/words.yml: is not UTF-8 text")
    assert message.endswith("Remedy: save it as UTF-8.")


def test_a_text_that_begins_with_braces_is_refused_with_its_line(published):
    published.edit("terms/words.yml", "definition:", "x: {{agency}}\n  definition:")
    assert re.match(r"terms/words\.yml:7: is not valid YAML .*Remedy: check indents and quotes\.", published.refusal())


@pytest.mark.parametrize("file", ["exposures/new.yaml", "term.yml", "exposures/cyber/new.yml"])
def test_a_file_that_nobody_reads_is_refused(published, file):
    published.write(file, "- id: new\n")
    assert published.refusal().startswith(f"{file}: is read by nobody. Remedy: move it or rename it")


def test_standing_texts_without_names_are_refused(published):
    published.write("notices.yml", "- I am a bot.\n")
    assert published.refusal().startswith("notices.yml: holds no named texts. Remedy: ")


def test_a_question_of_two_entries_is_named(published):
    published.edit("topics/proof.yml", "How fast is proof?", "What is a retention?")
    said = "questions: 'What is a retention?' stands in questions of terms/words.yml:1 (retention) too. Remedy: keep"
    assert said in published.refusal()


def test_a_topic_for_a_question_nobody_answers_is_named(published):
    published.edit("topics/proof.yml", "intent: ask_proof", "intent: ask_hold_harmless")
    assert "'intent' unexpected value; permitted: 'ask_choose_insurer'" in published.refusal()


def test_a_standing_text_that_is_missing_is_named(published):
    published.edit("notices.yml", "recorded: This is recorded.\n", "")
    assert "notices.yml: the standing text 'recorded' is missing. Remedy: " in published.refusal()


def test_all_broken_files_are_named_at_once(published):
    published.edit(EO, "short_name:", "shortname:")
    published.write("terms/words.yml", "")
    message = published.refusal()
    assert f"{EO}:" in message
    assert "terms/words.yml:" in message


def test_a_folder_that_holds_no_content_is_refused(tmp_path):
    with pytest.raises(ContentError, match=r"no policies or no sources here.*name the folder of the content"):
        read_content(tmp_path)


# The same for what only shows across entries: file, old, new, the entry named, what, remedy.
ACROSS = {
    "source that is not listed": (
        EO,
        "summary: {text: Professional liability pays for some losses., source: article}",
        "summary: {text: Professional liability pays for some losses., source: articel}",
        f"{EO}:1 (professional_liability)",
        "there is no source 'articel'",
        "correct the id or add the entry",
    ),
    "source of a price": (
        "costs.yml",
        "source: report",
        "source: hearsay",
        "costs.yml:1 (eo_price)",
        "there is no source 'hearsay'",
        "correct the id",
    ),
    "policy of a price": (
        "costs.yml",
        "policy: professional_liability",
        "policy: eo",
        "costs.yml:1 (eo_price)",
        "there is no policy 'eo'",
        "correct the id",
    ),
    "policy of an exposure": (
        ALL,
        "policy: professional_liability\n      why: Mistakes",
        "policy: proffesional\n      why: Mistakes",
        f"{ALL}:1 (wrong_advice)",
        "there is no policy 'proffesional'",
        "correct the id",
    ),
    "policy of an exclusion": (
        EO,
        "instead: [professional_liability]",
        "instead: [workers_comp]",
        f"{EO}:1 (professional_liability)",
        "there is no policy 'workers_comp'",
        "correct the id",
    ),
    "exposure of an industry": (
        "industries/call_center.yml",
        "exposure: war",
        "exposure: wars",
        "industries/call_center.yml:1 (call_center)",
        "there is no exposure 'wars'",
        "correct the id",
    ),
    "policy of the top three": (
        "industries/call_center.yml",
        "top_three: [professional_liability,",
        "top_three: [eo,",
        "industries/call_center.yml:1 (call_center)",
        "there is no policy 'eo'",
        "correct the id",
    ),
    "exposure of a topic": (
        "topics/proof.yml",
        "exposure: wrong_advice",
        "exposure: bad_advice",
        "topics/proof.yml:1 (proof_fast)",
        "there is no exposure 'bad_advice'",
        "correct the id",
    ),
    "policy of a topic": (
        "topics/proof.yml",
        "policies: [professional_liability]",
        "policies: [eo]",
        "topics/proof.yml:1 (proof_fast)",
        "there is no policy 'eo'",
        "correct the id",
    ),
    "topic for those without employees": (
        "topics/proof.yml",
        "policies: [professional_liability]",
        "policies: [professional_liability]\n  without_employees: proof_alone",
        "topics/proof.yml:1 (proof_fast)",
        "there is no topic 'proof_alone'",
        "correct the id",
    ),
    "related term": (
        "terms/words.yml",
        "related: [cyber]",
        "related: [deductable]",
        "terms/words.yml:1 (retention)",
        "there is no term or policy 'deductable'",
        "correct the id",
    ),
    "id in two kinds": (
        "terms/words.yml",
        "id: retention",
        "id: cyber",
        "terms/words.yml:1 (cyber)",
        "the id 'cyber' is that of a policy and of a term",
        "rename one of them",
    ),
    "alias that means two things": (
        "terms/words.yml",
        "aliases: [retention]",
        "aliases: [retention, Errors  and-Omissions]",
        "terms/words.yml:1 (retention)",
        f"aliases: 'Errors  and-Omissions' stands in aliases of {EO}:1 (professional_liability) too",
        "keep it in the one entry that most visitors mean by it",
    ),
    "policy in two lists": (
        ALL,
        "- policy: cyber\n      why: Hostile",
        "- policy: professional_liability\n      why: It is a peril.\n      source: article\n"
        "  ask_an_agent_about:\n    - policy: professional_liability\n      why: Hostile",
        f"{ALL}:30 (war)",
        "'professional_liability' stands in not_covered_by and in ask_an_agent_about",
        "decide which one is right",
    ),
    "nobody covers it and no way out": (
        ALL,
        "  if_uninsured: {text: Ask an agent about political risk insurance., source: article}\n",
        "",
        f"{ALL}:30 (war)",
        "no policy responds and nothing says what to do instead",
        "fill in if_uninsured",
    ),
    "only an agent knows and no way out": (
        ALL,
        "  if_uninsured: {text: Ask an agent about political risk insurance., source: article}\n",
        "  ask_an_agent_about:\n    - {policy: media_liability, why: Forms differ., source: article}\n",
        f"{ALL}:30 (war)",
        "no policy responds and nothing says what to do instead",
        "fill in if_uninsured",
    ),
    "top three outside the list": (
        "industries/call_center.yml",
        "cyber, crime_fidelity]",
        "cyber, umbrella]",
        "industries/call_center.yml:1 (call_center)",
        "'umbrella' is in top_three but not in policies",
        "add it to policies",
    ),
    "top three that are two": (
        "industries/call_center.yml",
        "cyber, crime_fidelity]",
        "cyber, cyber]",
        "industries/call_center.yml:1 (call_center)",
        "top_three names a policy twice",
        "name three policies",
    ),
    "policy twice for an industry": (
        "industries/call_center.yml",
        "policy: media_liability",
        "policy: cyber",
        "industries/call_center.yml:1 (call_center)",
        "'cyber' stands twice in policies",
        "keep one of them",
    ),
    "package without its part": (
        ALL,
        "- id: lost_trust",
        "- id: lost_trust",
        f"{ALL}:1 (wrong_advice)",
        "'general_liability' responds but 'bop', which contains it, is not listed",
        "list 'bop' too",
    ),
    "two prices with one id": (
        "costs.yml",
        "- id: eo_price\n",
        "- {id: eo_price, policy: cyber, text: Firms paid $7 in 2024., who: Firms, source: report}\n- id: eo_price\n",
        "costs.yml:2 (eo_price)",
        "the id 'eo_price' is that of two costs",
        "rename one of them",
    ),
    "two sources with one id": (
        "sources/publishers.yml",
        "- {id: report,",
        "- {id: article, title: Other, publisher: Other, kind: publisher, used_for: other}\n- {id: report,",
        "sources/publishers.yml:2 (article)",
        "the id 'article' is that of two sources",
        "rename one of them",
    ),
    "one situation for two entries": (
        "terms/words.yml",
        "asked_as: [the part we keep,",
        "asked_as: [An agent told a caller something false!,",
        "terms/words.yml:1 (retention)",
        f"asked_as: 'An agent told a caller something false!' stands in asked_as of {ALL}:1 (wrong_advice) too",
        "keep it in the one entry that most visitors mean by it",
    ),
    "a name that is a phrase elsewhere": (
        "terms/words.yml",
        "asked_as: [the part we keep,",
        "asked_as: [CYBER-INSURANCE,",
        "terms/words.yml:1 (retention)",
        "asked_as: 'CYBER-INSURANCE' stands in name of policies/cyber.yml:1 (cyber) too",
        "keep it in the one entry that most visitors mean by it",
    ),
    "too few phrases": (
        "terms/words.yml",
        "the part we keep case 8, the part we keep case 9, the part we keep case 10, the part we keep case 11]",
        "The part we keep - case 2, The part we KEEP case 3, the part we keep... case 4, the part we keep  case 5]",
        "terms/words.yml:1 (retention)",
        "has 11 different phrases in aliases, asked_as and questions",
        "write at least 12, as different people would put it",
    ),
    "an answer that could be anybody's": (
        "topics/proof.yml",
        "text: Proof usually comes the same day.,",
        "text: Usually yes. Proof comes the same day.,",
        "topics/proof.yml:1 (proof_fast)",
        "answer: 'Usually yes.' names nothing of what it is about",
        "say in its first sentence what it answers, in words of the entry's name",
    ),
    "law that rests on an article": (
        "terms/words.yml",
        "text: The part of a loss that you pay yourself.",
        "text: Labor Code 3700 says what you pay.",
        "terms/words.yml:1 (retention)",
        "definition: 'Labor Code 3700 says what you pay.' speaks of law without a statute or a regulator behind it",
        "name the statute or the regulator's page as its source",
    ),
    "a source of a year to come": (
        "sources/publishers.yml",
        "year: 2024",
        "year: 2999",
        "sources/publishers.yml:2 (report)",
        "the year of the source, 2999, lies ahead",
        "correct the year",
    ),
    "a relation to a policy that nobody sells": (
        "relations/pairs.yml",
        None,
        f"""\
- id: cyber_in_zebra
  name: Cyber inside a zebra policy
  asked_as: [does the zebra pay for hackers]
  questions: [Is cyber in a zebra policy?, Zebra and cyber?, Does a zebra include cyber?]
  written_on: {WRITTEN}
  policy: zebra
  other: cyber
  relation: includes
  answer: {{text: It does., source: article}}
""",
        "relations/pairs.yml:1 (cyber_in_zebra)",
        "there is no policy 'zebra'",
        "correct the id or add the entry",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "where", "what", "remedy"), ACROSS.values(), ids=ACROSS)
def test_entries_at_odds_are_refused_with_the_entry_named(published, file, old, new, where, what, remedy):
    if old is None:
        published.write(file, new)
    else:
        published.edit(file, old, new)
    if "bop" in what:
        _add_package(published)
    finding = finding_that(what, published.refusal())
    assert finding.startswith(f"{where}: ")
    assert remedy in finding


def _add_package(draft):
    """General liability that responds, and a BOP that is not listed."""
    eo = (draft.folder / EO).read_text()
    for policy in ("general_liability", "bop"):
        copy = eo.replace("id: professional_liability", f"id: {policy}").replace("[e&o, errors and omissions]", "[]")
        copy = copy.replace("name: Professional liability", f"name: {policy}")
        copy = copy.replace("the policy for professional_liability matters", f"when {policy} matters")
        copy = re.sub(r"questions: .*", f"questions: [Is {policy} sold?, Who buys {policy}?, Why {policy}?]", copy)
        draft.write(f"policies/{policy}.yml", copy)
    draft.edit(
        ALL,
        "    - policy: professional_liability\n      why: Mistakes",
        "    - {policy: general_liability, why: It pays., source: article}\n"
        "    - policy: professional_liability\n      why: Mistakes",
    )


def test_a_package_that_is_listed_with_its_part_is_accepted(published):
    _add_package(published)
    published.edit(
        ALL,
        "- {policy: general_liability,",
        "- {policy: bop, why: It pays., source: article}\n    - {policy: general_liability,",
    )
    assert published.build()


def test_what_the_code_names_must_be_there(published):
    content = read_content(published.folder)
    named = {"policy": {"cyber", "tech_eo"}, "fact": {"seats", "headcount"}, "industry": {"call_center"}}
    assert [str(finding) for finding in check(content, named)] == [
        "policies: the guide's code asks for the policy 'tech_eo', which is not there. Remedy: give it back its id; "
        "whoever programs can name another in knowledge/named.py.",
        "profile.yml: the guide's code asks for the fact 'headcount', which is not there. Remedy: give it back its id; "
        "whoever programs can name another in knowledge/named.py.",
    ]
    with pytest.raises(ContentError, match="asks for the policy 'tech_eo'"):
        build(published.folder, published.database, named)


def test_a_day_of_writing_that_lies_ahead_is_found_and_named(draft):
    draft.edit("terms/words.yml", f"written_on: {WRITTEN}", f"written_on: {WRITTEN + datetime.timedelta(days=2)}")
    [finding] = check_reviews(read_content(draft.folder), [], WRITTEN)
    assert finding.where == "terms/words.yml:1 (retention)"
    assert "lies ahead" in finding.what


def test_the_old_answers_stay_in_service_until_the_content_is_right_again(published):
    before = KnowledgeBase(published.database)
    published.edit("terms/words.yml", "that you pay yourself", "that nobody pays")
    published.edit(EO, "short_name:", "shortname:")
    published.refusal()
    assert KnowledgeBase(published.database).version == before.version
    assert "you pay yourself" in KnowledgeBase(published.database).term("retention").definition.text
    published.edit(EO, "shortname:", "short_name:")
    published.build()
    assert "nobody pays" in KnowledgeBase(published.database).term("retention").definition.text


def test_an_entry_whose_field_names_are_no_text_is_refused_with_its_place(draft):
    (draft.folder / "terms/words.yml").write_text("- - - null\n    - null\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"terms/words\.yml:1 \(entry 1\): has a field whose name is no text"):
        read_content(draft.folder)


def test_a_finding_reads_as_place_problem_and_remedy():
    finding = Finding("terms/words.yml:3 (retention)", "it is wrong", "put it right")
    assert str(finding) == "terms/words.yml:3 (retention): it is wrong. Remedy: put it right."


YAML_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60)
@given(value=YAML_VALUES)
def test_any_well_formed_yaml_in_a_file_is_read_or_refused_with_its_name(draft, value):
    import yaml

    draft.write("terms/words.yml", yaml.safe_dump(value, allow_unicode=True))
    with pytest.raises(ContentError) as refused:
        read_content(draft.folder)
    assert all(finding.where.startswith("terms/words.yml") and finding.remedy for finding in refused.value.findings)


@settings(max_examples=60)
@given(noise=st.binary(min_size=1, max_size=40))
def test_no_bytes_whatever_end_in_a_traceback(draft, noise):
    (draft.folder / "terms/words.yml").write_bytes(b"- id: x\n" + noise)
    with pytest.raises(ContentError):
        read_content(draft.folder)
