"""Makes of measured results what is shown of them: a figure in images/, and what README and docs/limits.md quote.

python benchmarks/quote.py
"""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

from gan_lesson import course, files, measured, plots

ROOT = Path(__file__).parent.parent


def figure(result: dict) -> plots.Picture:
    """Quality against seconds of training, for the article and for each run of the quick recipe."""
    return plots.quality(
        {
            "article": [result["article"]["moments"]],
            "quick, five seeds": [run["moments"] for run in result["quick"]],
        },
        x="seconds",
        xlabel="seconds of training",
        floor=result["floor"],
        alt="Frechet distance, precision and recall against seconds of training, which go from 4 to 2,000 on a "
        "logarithmic axis. The quick recipe's five seeds reach the article's final distance while the article has "
        "barely begun, and go on to a fraction of it.",
        logarithmic="xy",
    )


def sentences(result: dict) -> str:
    """What README says of the race."""
    figures, article = result["summary"], result["article"]
    sprint, ratio = figures["sprint_seconds"], figures["times_sooner_at_the_end_of_a_sprint"]
    reached, reached_ratio = figures["seconds_until_as_good"], figures["times_sooner_until_as_good"]
    quality = article["quality"]
    said = [
        f"The article's own loop needs {figures['article_seconds'] / 60:.0f} minutes for its 40 epochs "
        f"({article['milliseconds_a_step']:.0f} ms a step; {result['machine']['processor']}, two cores, "
        f"{result['machine']['threads']} threads).",
        f"Then its generator has a Frechet distance of {quality['frechet_distance']:.0f}, a precision of "
        f"{quality['precision']:.2f} and a recall of {quality['recall']:.2f} "
        f"([what that means](notebooks/{course.get('measuring').notebook}.ipynb)).",
        f"The quick recipe does {result['settings']['sprint_steps']:,} steps in {sprint['median']:.0f} seconds, in "
        "turns with it on the same two cores: "
        f"**{ratio['median']:.0f} times sooner** ({ratio['min']:.0f} to {ratio['max']:.0f} over five seeds).",
        "All ten digits are there, and distance, precision and recall are at least as good on every seed."
        if figures["every_sprint_as_good_as_the_article"]
        else "Not on every seed is it as good by then in all of distance, precision and recall.",
    ]
    if reached:
        said.append(
            f"It is that good for the first time after {reached['median']:.0f} seconds "
            f"({reached_ratio['median']:.0f} times sooner; {reached_ratio['min']:.0f} to {reached_ratio['max']:.0f})."
        )
    if article["extrapolated"]:
        said.append(
            f"The article's minutes are extrapolated from {article['measured_steps']:,} measured steps, and its "
            f"quality is that of {article['quality_of']}."
        )
    else:
        minute, five = (
            figures[f"share_of_the_articles_distance_after_{name}"]["max"] for name in ("a_minute", "five_minutes")
        )
        said.append(
            f"After a minute its distance is at most {minute:.2f} of the article's on any seed, after five at most "
            f"{five:.2f}."
        )
    return _filled(" ".join(said))


def beside_others(result: dict) -> str:
    """What README says of training beside other programs."""
    columns = ["1 thread", "2 threads", "following"]
    table = [
        f"| steps a second beside | {' | '.join(columns)} |",
        f"| --- |{' ---: |' * len(columns)}",
        *(
            f"| {others} | {' | '.join(f'{rates[column]:.1f}' for column in columns)} |"
            for others, rates in result["steps_a_second"]["2 cores"]["quick"].items()
        ),
    ]
    said = (
        "PyTorch's threads wait for each other, and beside other programs they wait long. So their number *follows* "
        f"what these leave of the machine. The quick recipe on two cores ({result['machine']['processor']}):"
    )
    return "\n".join([_filled(said), "", *table, "", kept_beside_others(result)])


def kept_beside_others(result: dict) -> str:
    """How near following came to the best fixed number of threads at its worst, and how late it changed the number."""
    cores = " and on ".join(result["steps_a_second"])
    by_conditions = [rates for by_recipe in result["steps_a_second"].values() for rates in by_recipe.values()]
    *others, last = by_conditions[0]
    found = [rates for by_condition in by_conditions for rates in by_condition.values()]
    share = min(rates["share_of_the_best"] for rates in found)
    seconds = max(rates["settled_after_seconds"] for rates in found)
    return _filled(
        f"Training with both recipes, on {cores}, beside {', '.join(others)} and {last}: following made at least "
        f"{share:.0%} of the steps of the best fixed number of threads, and had changed the number after at most "
        f"{seconds:.1f} seconds (`{result['command']}`; medians of {result['settings']['pairs']} turns)."
    )


def _filled(text: str) -> str:
    return textwrap.fill(text, 118, break_long_words=False, break_on_hyphens=False)


#: Which page quotes which results between two marks, and what it says of each.
PAGES = {
    "README.md": {"time_to_quality": sentences, "busy": beside_others},
    "docs/limits.md": {"busy": kept_beside_others},
}


def quoted(page: str, text: str) -> str:
    """The ``text`` of a page of `PAGES` with each result between its marks as it was measured."""
    for name, said_of in PAGES[page].items():
        start, end = f"<!-- quoted: {name} -->", "<!-- end of the quotation -->"
        said = f"{start}\n{said_of(measured.load(name))}\n{end}"
        text = re.sub(f"(?s){start}.*?{end}", lambda _, said=said: said, text)
    return text


def _draw(result: dict) -> None:
    (ROOT / "images" / "time_to_quality.png").write_bytes(figure(result).png())
    about = {
        "shows": "quality against seconds: the article's loop and the quick recipe",
        "made_by": "python benchmarks/quote.py",
        "measured_by": result["command"],
        "date": result["date"],
        "versions": result["versions"],
    }
    (ROOT / "images" / "time_to_quality.json").write_text(json.dumps(about, indent=2) + "\n")


def main() -> None:
    result = measured.load("time_to_quality")
    if result["article"]["moments"]:  # the short form knows no curve of the article
        _draw(result)
    write_pages()


def write_pages() -> None:
    """Quote all results as they are now."""
    for page in PAGES:
        files.write(ROOT / page, quoted(page, (ROOT / page).read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
