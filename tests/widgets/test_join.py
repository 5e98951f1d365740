"""Modules joined into one: what comes out, what is never mistaken for an import, and what is refused."""

import re

import pytest

from gan_lesson.widgets.shared.join import CannotJoin, join, without_words

ENTRY = "lab/index.js"


def joined(**files: str) -> str:
    """The files joined; a name such as shared_elements stands for shared/elements.js, and index for the entry."""
    names = {ENTRY if name == "index" else f"{name.replace('_', '/', 1)}.js": text for name, text in files.items()}

    def read(path: str) -> str:
        if path not in names:
            raise FileNotFoundError(path)
        return names[path]

    return join(ENTRY, read)


def test_a_module_becomes_a_function_that_returns_what_it_exports():
    made = joined(
        index='import { twice } from "./sums.js";\nexport default { render: () => twice(2) };\n',
        lab_sums="const TWO = 2;\nexport function twice(x) {\n  return TWO * x;\n}\n",
    )
    assert made == (
        "// lab/sums.js\n"
        "const module_1 = (() => {\n"
        "const TWO = 2;\nfunction twice(x) {\n  return TWO * x;\n}\n\n"
        "return { twice };\n})();\n"
        "// lab/index.js\n"
        "const module_2 = (() => { const { twice } = module_1;\n"
        "\nconst $default = { render: () => twice(2) };\n\n"
        "return { default: $default };\n})();\n"
        "export default module_2.default;\n"
    )


def test_a_module_that_two_others_import_is_made_once_and_before_them():
    made = joined(
        index='import { a } from "./a.js";\nimport { b } from "./b.js";\nexport default { render() {} };',
        lab_a='import { base } from "../shared/base.js";\nexport const a = base;',
        lab_b='import { base } from "../shared/base.js";\nexport const b = base;',
        shared_base="export const base = {};",
    )
    assert re.findall(r"^// (.*)$", made, re.MULTILINE) == ["shared/base.js", "lab/a.js", "lab/b.js", "lab/index.js"]
    assert made.count("const { base } = module_1;") == 2


@pytest.mark.parametrize(
    ("statement", "taken"),
    [
        ('import { a } from "./x.js";', "const { a } = module_1;"),
        ("import { a } from './x.js'", "const { a } = module_1;"),
        ('import {a,b} from "./x.js";', "const { a, b } = module_1;"),
        ('import { a as one, b } from "./x.js";', "const { a: one, b } = module_1;"),
        ('import {\n  a,\n  b as $two, // a word: import { c }\n} from "./x.js";', "const { a, b: $two } = module_1;"),
        ('import { a } from "../lab/x.js";', "const { a } = module_1;"),
    ],
)
def test_an_import_in_each_of_its_forms(statement, taken):
    made = joined(
        index=f"{statement}\nexport default {{ render() {{}} }};", lab_x="export const a = 1;\nexport const b = 2;"
    )
    assert f"(() => {{ {taken}\n" in made
    assert "import" not in made


@pytest.mark.parametrize(
    ("statement", "left"),
    [
        ("export const a = 1;", "const a = 1;"),
        ("export function a() {}", "function a() {}"),
        ("export function* a() {}", "function* a() {}"),
        ("export async function a() {}", "async function a() {}"),
        ("export class a {}", "class a {}"),
        ("export  const\n  a = 1;", "const\n  a = 1;"),
    ],
)
def test_an_export_in_each_of_its_forms(statement, left):
    made = joined(index='import { a } from "./x.js";\nexport default { render() {} };', lab_x=statement)
    assert f"(() => {{\n{left}\nreturn {{ a }};" in made


def test_lines_keep_their_distance_for_whoever_reads_an_error():
    made = joined(
        index='import {\n  a,\n} from "./x.js";\nexport default { render() {} };', lab_x="// one\n\nexport const a = 1;"
    )
    lines = made.splitlines()
    assert lines.index("const a = 1;") - lines.index("// lab/x.js") == 4
    assert lines.index("const $default = { render() {} };") - lines.index("// lab/index.js") == 5


WORDS = r"""
// import { nothing } from "nowhere";
/* export let x;
import y from "nowhere"; */
const quoted = 'import z from "nowhere"; it\'s';
const other = "export * from 'nowhere' \" import(";
const template = `import ${`export let ${"import"}` + { a: { b: "}" } }.a.b} from "nowhere" \` await`;
const pattern = /import["'`/[/"]+export/g;
const share = 4 / 2 / 1; const ten = (20) / 2; // "
export const done = important(exported) / 2;
object.import = object.export / 2;
"""


def test_words_and_comments_and_patterns_are_left_alone():
    made = joined(index=WORDS + "export default { render() {} };")
    assert WORDS.replace("export const done", "const done") in made


def test_without_words_every_other_character_stays_at_its_place():
    bare = without_words(WORDS, "x.js")
    assert len(bare) == len(WORDS)
    assert [at for at, character in enumerate(bare) if character == "\n"] == [
        at for at, character in enumerate(WORDS) if character == "\n"
    ]
    assert not re.search(r"nowhere|it's|\bexport let|import\(", bare)
    assert "const share = 4 / 2 / 1; const ten = (20) / 2;" in bare
    assert bare.count("{") == bare.count("}")


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ('import x from "./x.js";', 1, "only import"),
        ('\nimport * as x from "./x.js";', 2, "only import"),
        ('import x, { a } from "./x.js";', 1, "only import"),
        ('import "./x.js";', 1, "only import"),
        ('import { a } from "./x.js" with { type: "json" };', 1, "only import"),
        ("const y = import.meta.url;", 1, "only import"),
        ('const y = 1;\n\nawait import("./x.js");', 3, "await outside"),
        ('const y = () => {\n  import("./x.js");\n};', 2, "import inside"),
        ('const y = import("./x.js");', 1, "only import"),
        ('import { "a b" as a } from "./x.js";', 1, "plain names"),
        ('import { } from "./x.js";', 1, "plain names"),
        ('import { a } from "x";', 1, "relative paths"),
        ('import { a } from "https://example.org/x.js";', 1, "relative paths"),
        ('import { a } from "/x.js";', 1, "relative paths"),
        ('import { a } from "../../x.js";', 1, "relative paths"),
        ('import { a } from "./x.json";', 1, "relative paths"),
        ("\nimport { a } from './missing.js';", 2, "there is no lab/missing.js"),
        ("\n\nimport { c } from './x.js';", 3, "lab/x.js exports no c"),
        ("export let a = 1;", 1, "can be exported"),
        ("export var a = 1;", 1, "can be exported"),
        ("const a = 1;\nexport { a };", 2, "can be exported"),
        ('export { a } from "./x.js";', 1, "can be exported"),
        ('export * from "./x.js";', 1, "can be exported"),
        ("export const { a } = b;", 1, "can be exported"),
        ("export default function render() {}", 1, "can be exported"),
        ("{\nexport const a = 1;\n}", 2, "export inside"),
        ("\nconst x = 'open;\n", 2, "' is never closed"),
        ('const x = "open\n";', 1, '" is never closed'),
        ("/* open", 1, "/[*] is never closed"),
        ("\n\nconst x = `open ${1}", 3, "` is never closed"),
    ],
)
def test_what_cannot_be_joined_is_refused_with_file_and_line(text, line, why):
    with pytest.raises(CannotJoin, match=rf"^lab/index\.js:{line}: .*{why}"):
        joined(index=text, lab_x="export const a = 1;\nexport const b = 2;")


def test_a_refusal_names_the_file_that_it_is_about_and_shows_the_line():
    with pytest.raises(CannotJoin, match=r"^lab/x\.js:2: .*: export let a = 1;$"):
        joined(index='import { a } from "./x.js";', lab_x="\n  export let a = 1;")


def test_only_the_file_that_is_asked_for_has_a_default_export():
    with pytest.raises(CannotJoin, match=r"^lab/x\.js:1: a default export"):
        joined(index='import { a } from "./x.js";', lab_x="export default { a: 1 };")


def test_a_circle_is_refused_with_all_that_are_in_it():
    with pytest.raises(CannotJoin, match=r"^lab/b\.js:2: a circle of imports: lab/a\.js -> lab/b\.js -> lab/a\.js$"):
        joined(
            index='import { a } from "./a.js";\nexport default { render() {} };',
            lab_a='import { b } from "./b.js";\nexport const a = 1;',
            lab_b='\nimport { a } from "./a.js";\nexport const b = 1;',
        )


def test_what_is_not_there_is_named():
    with pytest.raises(CannotJoin, match=r"there is no lab/index\.js"):
        joined(lab_x="export const a = 1;")
