"""Markdown in pieces, and the statements that its author marks."""

from __future__ import annotations

import pytest

from course_build import prose

FOLD = "<details><summary>b</summary>\n\n- c\n\n</details>"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("one\ntwo\n\nthree", ["one\ntwo", "three"]),
        ("You can\n- a\n- b\n  more\n\n- c\n\nend", ["You can", "- a\n- b\n  more\n\n- c", "end"]),
        ("has numbers 0 to\n255. There is one\n\n1. a\n2. b", ["has numbers 0 to\n255. There is one", "1. a\n2. b"]),
        ("## Head\ntext\n\n| a |\n| - |\n\n> said\n> more", ["## Head", "text", "| a |\n| - |", "> said\n> more"]),
        ("```python\n- x\n\n# y\n```\nend", ["```python\n- x\n\n# y\n```", "end"]),
        ("$$\nx\n- y\n$$", ["$$\nx\n- y\n$$"]),
        ("a\n\n<details><summary>b</summary>\n\n- c\n\n</details>\n\nd", ["a", FOLD, "d"]),
    ],
)
def test_markdown_is_cut_where_its_blocks_end(source, expected):
    assert [block.source for block in prose.blocks(source)] == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("plain **words**", "words"),
        ("**Bold** words.", "words"),
        ("==**Step 1.** Take.\nIt.==", "statement"),
        ("- a", "list"),
        ("2. a", "list"),
        ("> a", "quote"),
        ("# a", "heading"),
        ("| a |\n| - |", "table"),
        ("![alt](a.svg)", "picture"),
        (FOLD, "words"),
        ("see ![alt](a.svg)", "words"),
        ("$$x$$", "formula"),
    ],
)
def test_kinds_of_blocks(source, expected):
    assert [block.kind for block in prose.blocks(source)] == [expected]


def test_what_is_marked_is_stated_and_the_marks_are_gone():
    (block,) = prose.blocks("Said. ==A **mode** is\na cloud.== Said: `a == b`. ==**Two.**==")
    assert block.source == "Said. A **mode** is\na cloud. Said: `a == b`. **Two.**"
    assert block.statements == ("A **mode** is\na cloud.", "**Two.**")


def test_of_a_paragraph_that_is_all_marked_each_statement_stands_by_itself():
    one, two = prose.blocks("==One\nthing.== ==Another.==")
    assert (one, two) == (prose.Text("statement", "One\nthing."), prose.Text("statement", "Another."))


def test_items_of_a_list_keep_their_numbers():
    assert prose.items("1. a\n   more\n\n2. b\n   - c") == ["1. a\n   more", "2. b\n   - c"]
