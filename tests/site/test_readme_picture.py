"""The picture in the README shows the front page as it is: `make picture` takes it anew."""

import pytest
from PIL import Image

from tools import readme_picture

KEPT = readme_picture.PICTURES


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_picture_says_what_the_front_page_says(
        browser, site_url, tmp_path, monkeypatch, theme):
    monkeypatch.setattr(readme_picture, "PICTURES", tmp_path)
    readme_picture.take(browser, f"{site_url}/index.html", theme)
    name = f"front-{theme}.png"
    with Image.open(KEPT / name) as old, Image.open(tmp_path / name) as new:
        assert old.info["says"] == new.info["says"]
        assert old.width == new.width
