"""Lets the search find Chinese, which has no spaces between its words.

The index holds every two neighbouring characters, and every run of them up to the next sign: a
query of two is a word of it, and the search page looks for a longer one inside the runs. Sphinx's
own way needs a dictionary, and finds only the words that it cuts the text into.
"""

import re
from itertools import pairwise

from sphinx.search.zh import SearchChinese

RUN = re.compile("[\u4e00-\u9fff]+")


class SearchCharacters(SearchChinese):
    def split(self, input):
        runs = RUN.findall(input)
        pairs = ["".join(pair) for run in runs for pair in pairwise(run)]
        latin = self.latin1_letters.findall(input)
        self.latin_terms.extend(latin)
        return [*runs, *pairs, *latin]


def setup(app):
    app.add_search_language(SearchCharacters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
