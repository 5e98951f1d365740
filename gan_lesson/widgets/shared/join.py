"""ES modules joined into one that loads nothing, as a notebook, a saved page and a projector without network need it.

anywidget wants the browser's half of a widget as one module, and a bundler would be a build step. So the modules are
joined when the class is made, and each becomes a function that is called once and returns what it exports::

    const module_1 = (() => {
    function element(tag) { ... }
    return { element };
    })();
    const module_2 = (() => { const { element } = module_1;
    ...

That is right for a small part of the language alone, and all else is refused, with file and line:

- ``import { a, b as c } from "./file.js"``, of files in the same folder or one beside it
- ``export`` before ``function``, ``async function``, ``class`` and ``const name``
- ``export default { ... }``, in the file that is asked for

Names so exported are never assigned again, so that handing over their values once is as good as the language's own
bindings; and modules that don't import each other in circles run in the same order as in a browser.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field

_NAME = r"[A-Za-z_$][\w$]*"
_IMPORT = re.compile(r"import\s*\{([^{}]*)\}\s*from\s*([\"'])(\s*)\2[ \t]*;?(?!\s*(?:with|assert)\b)")
_IMPORTED = re.compile(rf"({_NAME})(?:\s+as\s+({_NAME}))?")
_EXPORT = re.compile(rf"export\s+(?=(?:async\s+function|function|class)\b\s*\*?\s*({_NAME})|const\s+({_NAME})\s*=)")
_DEFAULT = re.compile(r"export\s+default\s+(?=\{)")
_KEYWORD = re.compile(r"(?<![\w$.#])(?:import|export|await)(?![\w$])")
_MARK = re.compile(r"[/\"'`{}]")
#: After these a slash begins a regular expression; after all else it divides.
_BEFORE_REGEX = re.compile(
    r"(?:^|[(,=:\[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|delete|void|throw|new|else|do))\s*$"
)


class CannotJoin(ValueError):
    """A module uses what can't be joined; the message names file and line."""


@dataclass
class _Module:
    """A module taken apart: what is left of its text, and what it takes from others and gives to them."""

    path: str
    text: str
    imports: list[tuple[int, str, list[tuple[str, str]]]] = field(default_factory=list)  # line, path, (name, as)
    exports: list[str] = field(default_factory=list)


def join(entry: str, read: Callable[[str], str]) -> str:
    """The module ``entry`` and all that it imports, as the text of one module with the default export of ``entry``.

    Args:
        entry: its path, such as ``"quiz/index.js"``.
        read: gives the text of a path; raises FileNotFoundError where there is none.

    Raises:
        CannotJoin: a module holds what can't be joined, is missing, or doesn't export what another asks for.
    """
    joined: dict[str, tuple[_Module, str]] = {}

    def add(path: str, under_way: tuple[str, ...], where: str) -> _Module:
        if path in under_way:
            raise CannotJoin(
                f"{where}: a circle of imports: {' -> '.join([*under_way[under_way.index(path) :], path])}"
            )
        if path not in joined:
            try:
                source = read(path)
            except FileNotFoundError:
                raise CannotJoin(f"{where}: there is no {path}") from None
            module = _take_apart(path, source, is_entry=not under_way)
            taken = ""
            for line, other, names in module.imports:
                here = f"{path}:{line}"
                given = add(other, (*under_way, path), here).exports
                for name, _ in names:
                    if name not in given:
                        raise CannotJoin(f"{here}: {other} exports no {name}")
                pairs = (name if name == mine else f"{name}: {mine}" for name, mine in names)
                taken += f" const {{ {', '.join(pairs)} }} = {joined[other][1]};"
            name = f"module_{len(joined) + 1}"
            module.text = (
                f"// {path}\nconst {name} = (() => {{{taken}\n{module.text}\nreturn {{ {_given(module)} }};\n}})();\n"
            )
            joined[path] = module, name
        return joined[path][0]

    first = add(entry, (), entry)
    end = [f"export default {joined[entry][1]}.default;\n"] if "default" in first.exports else []
    return "".join([module.text for module, _ in joined.values()] + end)


def _given(module: _Module) -> str:
    return ", ".join("default: $default" if name == "default" else name for name in module.exports)


def _take_apart(path: str, source: str, *, is_entry: bool) -> _Module:
    bare = without_words(source, path)
    module = _Module(path, "")
    end = 0
    for keyword in _KEYWORD.finditer(bare):
        at = keyword.start()
        line = bare.count("\n", 0, at) + 1

        def refuse(why: str, line: int = line) -> CannotJoin:
            shown = source.splitlines()[line - 1].strip()
            return CannotJoin(f"{path}:{line}: {why}: {shown}")

        nested = sum(map(bare[:at].count, "({[")) - sum(map(bare[:at].count, ")}]"))
        if keyword[0] == "await":
            if not nested:
                raise refuse("await outside of a function")
            continue
        if nested:
            raise refuse(f"{keyword[0]} inside of something else")
        module.text += source[end:at]
        if keyword[0] == "import":
            found = _IMPORT.match(bare, at)
            if not found:
                raise refuse('only import { name } from "./file.js" can be joined')
            names = [_IMPORTED.fullmatch(part.strip()) for part in found[1].rstrip().removesuffix(",").split(",")]
            if not all(names):
                raise refuse("only plain names can be imported")
            asked = source[found.start(3) : found.end(3)]
            other = posixpath.normpath(posixpath.join(posixpath.dirname(path), asked))
            if not asked.startswith(("./", "../")) or not asked.endswith(".js") or other.startswith(".."):
                raise refuse("only files of the widgets can be imported, by their relative paths")
            module.imports.append((line, other, [(name[1], name[2] or name[1]) for name in names]))
            module.text += "\n" * found[0].count("\n")  # lines keep their distance
        elif found := _EXPORT.match(bare, at):
            module.exports.append(found[1] or found[2])
        elif found := _DEFAULT.match(bare, at):
            if not is_entry:
                raise refuse("a default export is for the file that is asked for")
            module.exports.append("default")
            module.text += "const $default = "
        else:
            raise refuse("only function, async function, class and const name = can be exported")
        end = found.end()
    module.text += source[end:]
    return module


def without_words(source: str, path: str) -> str:
    """The JavaScript ``source`` with blanks in place of comments, regular expressions and what stands in quotes.

    Every other character stays at its place; so do the quotes and the line ends. Code inside of a template stays.

    Raises:
        CannotJoin: something that was opened is never closed; ``path`` is named.
    """
    bare = list(source)
    depths: list[int] = []  # one for each template that is open: how many braces are, inside of its ${}
    at = 0

    def blank(start: int, stop: int) -> None:
        bare[start:stop] = ["\n" if character == "\n" else " " for character in source[start:stop]]

    def whole(pattern: str, start: int, opening: str) -> re.Match:
        found = re.compile(pattern, re.DOTALL).match(source, start)
        if not found:
            line = source.count("\n", 0, start) + 1
            raise CannotJoin(f"{path}:{line}: {opening} is never closed: {source.splitlines()[line - 1].strip()}")
        return found

    def template(start: int) -> int:
        """Blank a template from ``start``, which lies inside of it, up to its end or to its next ``${``."""
        found = whole(r"(?:[^\\`$]|\\.|\$(?!\{))*(`|\$\{)", start, "`")
        blank(start, found.start(1))
        if found[1] == "${":
            blank(found.start(1), found.start(1) + 1)  # the brace stays, as the one that closes it
            depths.append(0)
        return found.end()

    while mark := _MARK.search(source, at):
        at = mark.start()
        two, one = source[at : at + 2], source[at]
        if two in ("//", "/*"):
            stop = whole(r"//[^\n]*|/\*.*?\*/", at, two).end()
            blank(at, stop)
            at = stop
        elif one in "\"'":
            stop = whole(rf"{one}(?:[^\\\n{one}]|\\.)*{one}", at, one).end()
            blank(at + 1, stop - 1)
            at = stop
        elif one == "`":
            at = template(at + 1)
        elif one == "/" and _BEFORE_REGEX.search("".join(bare[max(0, at - 200) : at])):
            stop = whole(r"/(?:[^\\\n\[/]|\\.|\[(?:[^\\\n\]]|\\.)*\])+/[a-z]*", at, one).end()
            blank(at, stop)
            at = stop
        elif one == "}" and depths and depths[-1] == 0:
            depths.pop()
            at = template(at + 1)
        else:
            if depths:
                depths[-1] += {"{": 1, "}": -1}.get(one, 0)
            at += 1
    if depths:
        raise CannotJoin(f"{path}: ${{ is never closed")
    return "".join(bare)
