"""The README shows the book: `make picture` takes the pictures that it names."""

import re
import struct
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_readme_opens_with_a_small_picture_of_the_book_for_light_and_dark():
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## ")[0]
    names = re.findall(r'(?:src|srcset)="([^"]+)"', text)
    assert [name.rpartition("-")[2] for name in names] == ["dark.png", "light.png"]
    assert "(prefers-color-scheme: dark)" in text
    assert len(re.search(r'alt="([^"]+)"', text)[1].split()) > 10
    for name in names:
        picture = (ROOT / name).read_bytes()
        assert picture.startswith(b"\x89PNG") and len(picture) < 150_000
        [width] = struct.unpack(">I", picture[16:20])
        assert f'width="{width}"' in text, "as wide as it was taken, so that it is sharp"
