"""A lesson's prose in pieces: Markdown cut into blocks, and the marks that bring a statement to the board.

The parser is that of jupytext: unlike nbconvert's it says from which line to which a block goes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

PARSER = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)
#: ``==What the class should see.==`` The marks are the author's; no edition shows them.
MARK = re.compile(r"==(?=[^\s=])(.+?)(?<=[^\s=])==", re.DOTALL)

WORDS = "words"
#: What goes on the board as it is, by the token that opens it.
KINDS = {
    "heading_open": "heading",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "blockquote_open": "quote",
    "math_block": "formula",
}


@dataclass(frozen=True)
class Text:
    """A block of Markdown without marks.

    Attributes:
        kind: WORDS, which are said; a kind of `KINDS`, "picture" or "statement", which are shown.
        statements: of WORDS, what the class sees of them.
        leads_out: whether it leads out of the lesson, to the next one or to where it is from.
    """

    kind: str
    source: str
    statements: tuple[str, ...] = ()
    leads_out: bool = False


def blocks(source: str) -> list[Text]:
    """Cut Markdown where its paragraphs, lists, tables, quotes, formulas and headings end.

    What is folded, from ``<details>`` to ``</details>``, is one block of words: who wants it opens it.
    """
    lines, tokens, found = source.splitlines(), PARSER.parse(source), []
    fold: list[str] = []
    for token, inner in zip(tokens, [*tokens[1:], None], strict=True):
        if token.level == 0 and token.map:
            piece = "\n".join(lines[slice(*token.map)]).rstrip()
            if fold or piece.startswith("<details>"):
                fold.append(piece)
                if piece.endswith("</details>"):
                    found.append(Text(WORDS, unmarked("\n\n".join(fold))))
                    fold = []
                continue
            marked = tuple(MARK.findall(piece))
            kind = KINDS.get(token.type, WORDS)
            if kind != WORDS:
                found.append(Text(kind, unmarked(piece)))
            elif inner and inner.type == "inline" and [child.type for child in inner.children] == ["image"]:
                found.append(Text("picture", piece))
            elif not MARK.sub("", piece).strip():  # nothing but statements
                found += [Text("statement", one) for one in marked]
            else:
                found.append(Text(WORDS, unmarked(piece), marked))
    return found


def unmarked(source: str) -> str:
    """Markdown without the author's marks."""
    return MARK.sub(r"\1", source)


def items(source: str) -> list[str]:
    """The items of a list, each a list of one that keeps its number."""
    lines = source.splitlines()
    maps = [token.map for token in PARSER.parse(source) if token.type == "list_item_open" and token.level == 1]
    return ["\n".join(lines[slice(*each)]).rstrip() for each in maps]
