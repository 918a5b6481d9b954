"""What Material builds, Zensical builds: both, and what parts them."""

import shutil
from pathlib import Path

import pytest

from pages.publish import command, compare_builds, zensical
from pages.publish.content_policy import POLICY
from tests.helpers import ROOT


@pytest.mark.slow
def test_both_say_the_same(builders: tuple[Path, Path]) -> None:
    assert list(compare_builds.list_differences(*builders)) == []
    # What is compared is there: every page, and what a page has of each kind.
    found = compare_builds.list_pages(builders[1])
    assert len(found) == len(list((ROOT / "docs").glob("**/*.ipynb"))) + len(
        [
            path
            for path in (ROOT / "docs").glob("**/*.md")
            if "generated" not in path.parts
        ]
    )
    whole = compare_builds.page_facts(
        found["convnet/"].read_text("utf-8"), "convnet/"
    )
    assert all(whole[kind] for kind in whole if kind != "pictures")
    offered = compare_builds.offered_files(builders[1])
    raw = (ROOT / "results/benchmarks").rglob("*.json")
    assert sum(name.startswith("raw/") for name in offered) == len(list(raw))


@pytest.mark.slow
@pytest.mark.parametrize(
    "path, old, new, words",
    [
        ("convnet/index.html", "kernel_size", "kernelsize", "listings"),
        ("convnet/index.html", 'href="../', 'href="../x', "links"),
        ("convnet/index.html", ">JAX</label>", ">JX</label>", "tabs"),
        ("layouts/index.html", "<h2 id=", "<h2 id=x", "headings"),
        ("port/index.html", "blob/HEAD/docs/port", "blob/HEAD/docs", "button"),
        ("notebooks/keras/index.html", "ten prob", "nine prob", "text"),
    ],
)
def test_a_difference_is_told(
    builders: tuple[Path, Path],
    tmp_path: Path,
    path: str,
    old: str,
    new: str,
    words: str,
) -> None:
    for site, name in zip(builders, ("one", "other"), strict=True):
        (tmp_path / name / path).parent.mkdir(parents=True)
        shutil.copy2(site / path, tmp_path / name / path)
    one, other = tmp_path / "one", tmp_path / "other"
    assert list(compare_builds.list_differences(one, other)) == []
    text = (other / path).read_text("utf-8")
    assert old in text
    (other / path).write_text(text.replace(old, new), "utf-8")
    found = list(compare_builds.list_differences(one, other))
    assert any(f": {words}" in line for line in found), found


def test_what_is_lost_is_told(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    page = "<title>A</title><article><h1>A</h1></article>"
    for site, name in (one, "a"), (one, "b"), (other, "a"):
        (site / name).mkdir(parents=True)
        (site / name / "index.html").write_text(page)
    (one / "raw.json").write_text("1")
    (one / "both.json").write_text("1")
    (other / "both.json").write_text("2")
    assert list(compare_builds.list_differences(one, other)) == [
        f"b/: only in {one}",
        f"raw.json: only in {one}",
        "both.json: not the same bytes",
    ]


@pytest.mark.slow
def test_it_is_published_as_the_other_is(
    builders: tuple[Path, Path], tmp_path: Path
) -> None:
    other = tmp_path / "site"
    shutil.copytree(builders[1], other)
    assert command.main([str(other)]) == 0
    page = (other / "convnet/index.html").read_text("utf-8")
    assert POLICY in page
    assert (other / "feed.xml").exists() and (other / "robots.txt").exists()


PAGE = """<title>A</title><article><a class="md-content__button" title="Edit"
href="../edit"></a><h1 id="a">A</h1><p>ten prob</p><a href="../b/">b</a>
<div class="tabbed-labels"><label>JAX</label></div>
<pre>kernel_size</pre></article>"""


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("kernel_size", "kernelsize", "listings"),
        ('"../b/"', '"../x/"', "links"),
        ("JAX", "JX", "tabs"),
        ('<h1 id="a"', '<h1 id="x"', "headings"),
        ("../edit", "../edits", "button"),
        ("ten prob", "nine prob", "text"),
    ],
)
def test_a_difference_of_a_page_is_told(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    """The same, of a page that no builder made."""
    assert PAGE.count(old) == 1
    for name, page in ("one", PAGE), ("other", PAGE.replace(old, new)):
        (tmp_path / name / "a").mkdir(parents=True)
        (tmp_path / name / "a" / "index.html").write_text(page)
    one, other = tmp_path / "one", tmp_path / "other"
    assert list(compare_builds.list_differences(one, one)) == []
    found = list(compare_builds.list_differences(one, other))
    assert any(f": {words}" in line for line in found), found


def test_what_zensical_reads(tmp_path: Path) -> None:
    """Each notebook is a page of the copy, which the navigation names, with
    its own file beside it."""
    zensical.copy_sources(tmp_path)
    notebooks = sorted((tmp_path / "docs/notebooks").glob("*.ipynb"))
    assert notebooks
    navigation = (tmp_path / "mkdocs.yml").read_text("utf-8")
    for notebook in notebooks:
        zensical.notebook_to_page(notebook, run=False)
        page = notebook.with_suffix(".md")
        assert f"notebook: {notebook.name}" in page.read_text("utf-8")
        assert f"notebooks/{page.name}\n" in navigation
        assert (notebook.with_suffix("") / notebook.name).exists()
        assert not notebook.exists()
    assert ".ipynb\n" not in navigation


def test_another_folder_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert zensical.main([str(tmp_path)]) == 2
    assert "holds no site" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.slow
def test_a_site_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTEBOOKS", "false")
    site = tmp_path / "site"
    site.mkdir()
    for name in "index.html", "gone.html":
        (site / name).write_text("old")
    assert zensical.main([str(site)]) == 0
    assert "One ConvNet" in (site / "index.html").read_text("utf-8")
    assert not (site / "gone.html").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_what_is_no_site(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare_builds.main([str(tmp_path), str(tmp_path)]) == 2
    assert "no pages in it" in capsys.readouterr().err
