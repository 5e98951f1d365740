"""Makes of bundled/time_to_quality.json what is shown of it: a figure in images/, and the sentences in README.

python benchmarks/quote.py
"""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

from gan_lesson import course, files, measured, plots

ROOT = Path(__file__).parent.parent
START, END = "<!-- quoted: time_to_quality -->", "<!-- end of the quotation -->"


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
    """What README says of it."""
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
    return textwrap.fill(" ".join(said), 118, break_long_words=False, break_on_hyphens=False)


def quoted(readme: str, result: dict) -> str:
    """README with the sentences between the two marks."""
    return re.sub(f"(?s){START}.*{END}", lambda _: f"{START}\n{sentences(result)}\n{END}", readme)


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
    readme = ROOT / "README.md"
    files.write(readme, quoted(readme.read_text(encoding="utf-8"), result))


if __name__ == "__main__":
    main()
