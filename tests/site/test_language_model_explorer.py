"""The language model explorer in a real browser: it says what NumPy says; everyone can use it."""

import gzip
import random
import re

import numpy as np
import pytest

from softattn_core import softmax
from softattn_core.explorers import LanguageModelExplorer
from softattn_core.explorers.base import in_one_language
from softattn_core.explorers.language_model import EXAMPLES, read_prompt
from softattn_core.language_model import forward, generate, load_checkpoint, next_word
from softattn_core.language_model.lines import ARROW, LONGEST_LINE, WORDS, encode
from softattn_core.language_model.model import Config, initial_parameters
from softattn_core.translator import rounded
from softattn_core.translator.corpus import MAX_TRAINING_WORDS, held_out_pairs
from tests.site.accessible import assert_accessible
from tests.site.test_attention_explorers import PHONE, page_of
from tests.site.test_explorers import (
    DRIVER,
    EVIL,
    FITS,
    assert_all_rounded,
    assert_tab_reaches,
    show,  # noqa: F401
    stop_the_clock,
    too_small,
)

EXACT = 1e-5

# What stands in the page after each prompt, block by block.
READ = """(prompts) => prompts.map(({ prompt, temperature = 1, topK = null }) => {
  const root = document.querySelector(".sa-explorer");
  const all = (selector) => [...root.querySelectorAll(selector)];
  use(root.querySelector("input.sa-text"), prompt);
  use(root.querySelector(".sa-temperature .sa-field"), temperature);
  if (topK) use(root.querySelector(".sa-bets > :last-child > .sa-amount input"), topK);
  const weights = all(".sa-looking input").map((radio) => {
    radio.click();
    return read(all(".sa-chips .sa-weights")).filter((x) => x !== undefined).map(Number);
  });
  return {
    message: root.querySelector(".sa-message").textContent,
    cautious: !root.querySelector(".sa-caution").hidden,
    line: all(".sa-chips button:enabled span:first-child").map((chip) => chip.textContent),
    words: all(".sa-word").map((word) => word.textContent),
    shares: read(all(".sa-option .sa-value")).map(Number), values: shown(root), weights,
  };
})"""


@pytest.fixture(scope="module")
def model():
    return load_checkpoint("main")


def prompts_of_all_kinds():
    """Beginnings of unseen lines of all lengths, and words in no order at all."""
    rng = random.Random(11)
    lines = [(*pair.english, ARROW, *pair.chinese) for group in held_out_pairs()
             for pair in group[5:12]]
    beginnings = [line[: rng.randint(0, len(line))] for line in lines]
    nonsense = [tuple(rng.sample(line, len(line))) for line in lines[:20]]
    return [" ".join(words) for words in [*beginnings, *nonsense, *map(str.split, EXAMPLES)]]


def assert_bets(found, exact):
    """The likeliest words, their probabilities, and what is left for the others."""
    exact = dict(exact)
    values = sorted(exact.values(), reverse=True)[:6]
    assert found["shares"] == pytest.approx([*values, 1 - sum(values)], abs=EXACT)
    names = ["<eos>" if word.startswith("<eos>") else word for word in found["words"][:6]]
    assert [exact[word] for word in names] == pytest.approx(values, abs=EXACT)
    assert found["words"][6] == f"the other {len(WORDS) - 6}"


def test_probabilities_and_weights_equal_numpy(show, model):  # noqa: F811
    seen = show(LanguageModelExplorer())
    prompts = prompts_of_all_kinds()
    found = page_of(seen).evaluate(READ, [{"prompt": prompt} for prompt in prompts])
    for prompt, result in zip(prompts, found, strict=True):
        words = prompt.split()
        assert result["message"] == "" and result["line"] == ["<bos>", *words]
        assert_bets(result, next_word(model, words))
        blocks = forward(model, encode([words])).weights
        for weights, block in zip(result["weights"], blocks, strict=True):
            assert weights == pytest.approx(block[0, 0, -1], abs=EXACT)
        assert_all_rounded(value for value in result["values"] if "×" in value[1])
    assert seen.complaints == []


def test_it_opens_where_several_words_could_come(show, model):  # noqa: F811
    page = show(LanguageModelExplorer()).page
    shares = page.locator(".sa-option .sa-value").evaluate_all(
        "(all) => all.slice(0, 6).map((value) => Number(value.dataset.value))")
    assert shares[0] < 0.5 and sum(share > 0.05 for share in shares) >= 4


def test_temperature_and_top_k_equal_numpy(show, model):  # noqa: F811
    rng = random.Random(2)
    settings = [{"prompt": " ".join(rng.sample(WORDS[4:], 3)), "temperature": t, "topK": k}
                for t in (0.05, 0.5, 1, 3, 20) for k in (1, 2, 5, 40, len(WORDS))]
    page = page_of(show(LanguageModelExplorer()))
    for setting, found in zip(settings, page.evaluate(READ, settings), strict=True):
        logits = forward(model, encode([setting["prompt"].split()])).logits[0, -1]
        least = np.sort(logits)[-setting["topK"]]
        logits = np.where(logits >= least, logits, -np.inf)
        p = softmax(logits, temperature=setting["temperature"])
        assert_bets(found, zip(WORDS, p, strict=True))


@pytest.mark.parametrize("config", [Config(width=16, blocks=1, heads=4), Config(blocks=3, heads=2)])
def test_any_number_of_blocks_and_heads(show, config):  # noqa: F811
    own = initial_parameters(config, seed=5)
    page = page_of(show(LanguageModelExplorer("", own)))
    words = "i love you → 我".split()
    [found] = page.evaluate(READ, [{"prompt": " ".join(words)}])
    assert_bets(found, next_word(rounded(own), words))
    exact = np.concatenate([block[0, :, -1] for block in
                            forward(rounded(own), encode([words])).weights])
    assert np.array(found["weights"]) == pytest.approx(exact, abs=EXACT)
    assert page.get_by_label("block 1, head 2").count() == 1


GO_ON = """([prompts, seed]) => prompts.map((prompt) => {
  const root = document.querySelector(".sa-explorer");
  use(root.querySelector("input.sa-text"), prompt);
  if (seed) use(root.querySelector(".sa-seeding input"), seed);
  const [next] = root.querySelectorAll(".sa-bets .sa-buttons button");
  for (let n = 0; n < 200 && !next.disabled; n += 1) next.click();
  return [...root.querySelectorAll(".sa-said span:first-child")].map((word) => word.textContent);
})"""


def test_word_by_word_it_says_what_numpy_says(show, model):  # noqa: F811
    pairs = [pair for group in held_out_pairs()[:8] for pair in group[:3]]
    prompts = [*EXAMPLES, "", *(f"{' '.join(pair.english)} {ARROW}" for pair in pairs)]
    seen = show(LanguageModelExplorer())
    for prompt, said in zip(prompts, page_of(seen).evaluate(GO_ON, [prompts, None]), strict=True):
        exact = generate(model, prompt)
        ended = ["<eos>"] * (1 + len(prompt.split()) + len(exact) < LONGEST_LINE)
        assert said == [*exact, *ended], prompt
    assert seen.complaints == []


def said_by_seed(page, seed):
    [said] = page.evaluate(GO_ON, [["i"], seed])
    return " ".join(said)


def test_a_seed_says_the_same_line_again(show):  # noqa: F811
    page = page_of(show(LanguageModelExplorer("i", draw=True, seed=3)))
    first = [said_by_seed(page, seed) for seed in range(1, 9)]
    assert [said_by_seed(page, seed) for seed in range(1, 9)] == first
    assert len(set(first)) >= 6, "and another seed another one"
    page.reload()
    page.evaluate(DRIVER)
    assert said_by_seed(page, 5) == first[4]
    page.get_by_role("button", name="Next seed").click()
    assert page.get_by_label("Seed", exact=True).input_value() == "6"
    assert page.locator(".sa-said").count() == 0


DRAW = """(seeds) => seeds.map((seed) => {
  const root = document.querySelector(".sa-explorer");
  use(root.querySelector(".sa-seeding input"), seed);
  const note = root.querySelector(".sa-lot + p");
  return [note.textContent.split(": ").at(-1), Number(note.dataset.value)];
})"""


def test_what_is_drawn_follows_the_bars(show, model):  # noqa: F811
    page = page_of(show(LanguageModelExplorer("i", draw=True, top_k=6)))
    draws = page.evaluate(DRAW, list(range(1, 4001)))
    exact = list(next_word(model, "i").items())[:6]
    total = sum(p for _, p in exact)
    ends = np.cumsum([p / total for _, p in exact])
    for word, u in draws:
        assert word == exact[int(np.searchsorted(ends, u, side="right"))][0]
    shares = [sum(word == each for word, _ in draws) / len(draws) for each, _ in exact]
    # A share of 4,000 draws strays by at most .008 (its standard deviation); here four times that.
    assert shares == pytest.approx([p / total for _, p in exact], abs=0.032)


def test_a_bet_and_its_part_of_the_draw_light_up_together(show):  # noqa: F811
    page = show(LanguageModelExplorer("i", draw=True)).page
    page.locator(".sa-option").nth(2).hover()
    lit = page.locator(".sa-lit").evaluate_all("(all) => all.map((node) => "
                                              "[...node.parentElement.children].indexOf(node))")
    assert lit == [2, 2]


def test_the_draw_follows_the_temperature(show):  # noqa: F811
    page = page_of(show(LanguageModelExplorer("i", draw=True, seed=4)))
    note, chosen = page.locator(".sa-lot + p"), page.locator(".sa-chosen .sa-word")
    slider = page.get_by_label("Temperature T", exact=True)
    slider.focus()
    found = set()
    for key in ("Home", "End", "Home"):
        page.keyboard.press(key)
        word = note.inner_text().rpartition(": ")[2]
        assert chosen.inner_text() in (word, f"the other {len(WORDS) - 6}")
        found.add(word)
    assert len(found) == 2, "cold the likeliest, hot another"


WAY = """() => [...document.querySelectorAll(".sa-way details")].map((box) => {
  box.open = true;
  box.dispatchEvent(new Event("toggle"));
  const numbers = box.querySelector(".sa-numbers");
  if (numbers) return numbers.dataset.value.split(" ").map(Number);
  return [...box.querySelectorAll("tbody tr")].map(
    (row) => read(row.querySelectorAll("td")).map(Number));
})"""


def test_every_number_on_the_way_equals_numpy(show, model):  # noqa: F811
    explorer = LanguageModelExplorer("i love you → 我", temperature=2.0)
    page = page_of(show(explorer))
    assert page.locator(".sa-way details").first.is_hidden(), "folded until somebody asks"
    page.get_by_text("The way of one word").click()
    found = page.evaluate(WAY)
    exact = forward(model, encode([explorer.line]))
    blocks = [[block.normed[0, -1],
               np.column_stack([block.scores[0, 0, -1], block.weights[0, 0, -1]]),
               (block.between - block.x)[0, -1], block.between[0, -1], block.inner[0, -1],
               (block.out - block.between)[0, -1], block.out[0, -1]] for block in exact.blocks]
    stages = [exact.blocks[0].x[0, -1], *blocks[0], *blocks[1], exact.normed[0, -1]]
    assert len(found) == len(stages) + 1
    for shown, stage in zip(found, stages, strict=False):
        assert np.array(shown) == pytest.approx(stage, abs=EXACT)
    logits = exact.logits[0, -1]
    order = np.argsort(-logits)[:6]
    exponents = (logits - logits.max()) / 2
    steps = np.column_stack([logits, exponents, np.exp(exponents),
                             softmax(logits, temperature=2)])[order]
    assert np.array(found[-1]) == pytest.approx(steps, abs=EXACT)
    table = page.locator(".sa-way table").last
    assert_all_rounded(table.locator("td[data-value]").evaluate_all(
        "(all) => all.map((cell) => [cell.dataset.value, cell.textContent])"))


def test_the_cache_keeps_what_was_read(show):  # noqa: F811
    page = show(LanguageModelExplorer("i love")).page
    page.get_by_text("The way of one word").click()
    note = lambda: page.locator(".sa-way > p").first.inner_text()  # noqa: E731
    page.wait_for_function("document.querySelector('.sa-way > p').textContent !== ''")
    assert "computed for this line: 3; those whose keys and values were kept: 0" in note()
    page.get_by_role("button", name="Next word").click()
    assert "computed for this line: 1; those whose keys and values were kept: 3" in note()
    field(page).fill("i like you →")  # <bos> and i are the same
    assert "computed for this line: 3; those whose keys and values were kept: 2" in note()


def test_the_matrix_has_every_weight(show, model):  # noqa: F811
    page = page_of(show(LanguageModelExplorer("i love you →")))
    page.get_by_text("All looks as a matrix").click()
    page.locator(".sa-map tbody tr").first.wait_for()
    for number, block in enumerate(forward(model, encode(["i love you →".split()])).weights, 1):
        page.get_by_label(f"block {number}").check()
        cells = page.locator(".sa-map tbody td").evaluate_all(
            "(all) => all.map((cell) => Number(cell.dataset.value))")
        assert np.reshape(cells, (5, 5)) == pytest.approx(block[0, 0], abs=EXACT)
    page.locator(".sa-map tbody td").nth(12).hover()
    assert page.locator("details .sa-reading").first.inner_text().startswith("love gives love ")


# --- The reader's prompt -------------------------------------------------------------------------

def field(page):
    return page.get_by_role("textbox", name="Beginning of a line")


def line(page):
    return page.locator(".sa-chips button:enabled span:first-child").all_inner_texts()[1:]


def test_the_page_reads_a_prompt_as_python_does(show):  # noqa: F811
    texts = ["I LOVE you!", "  i,love\tyou -> ", "I don't know him → 我不认识他", "我爱你",
             "i love you → 我 爱", "→", "", "They’re reading books;", "-> -> i"]
    page = page_of(show(LanguageModelExplorer()))
    for text, found in zip(texts, page.evaluate(READ, [{"prompt": t} for t in texts]), strict=True):
        assert found["line"] == ["<bos>", *read_prompt(text)]
        assert found["message"] == ""


def test_an_unknown_word_is_named_and_nothing_is_lost(show, model):  # noqa: F811
    seen = show(LanguageModelExplorer())
    page = page_of(seen)
    field(page).fill("i lve dragons →")
    field(page).press("Enter")
    message = page.locator(".sa-message").inner_text()
    assert "does not know “lve”" in message and "does not know “dragons”" in message
    assert field(page).input_value() == "i lve dragons →"
    assert page.locator(".sa-chips button").all_inner_texts()[2:] == ["lve", "dragons", "→"]
    assert page.locator(".sa-unknown").all_inner_texts() == ["lve", "dragons"]
    assert line(page) == ["i"], "it has read as far as that"
    assert page.get_by_role("button", name="Next word").is_disabled()
    page.locator(".sa-message").get_by_role("button", name="love", exact=True).click()
    assert field(page).input_value() == "i love dragons →"
    field(page).fill("i love you →")
    assert page.locator(".sa-message").inner_text() == ""
    assert page.get_by_role("button", name="Next word").is_enabled()
    assert seen.complaints == []


def test_it_bets_while_the_reader_types(show):  # noqa: F811
    page = show(LanguageModelExplorer("")).page
    field(page).focus()
    page.keyboard.type("i lov")
    assert line(page) == ["i"]
    assert page.locator(".sa-chips .sa-ghost").all_inner_texts() == ["lov…"]
    assert page.locator(".sa-message").inner_text() == "", "an unfinished word is no mistake"
    page.keyboard.type("e")
    assert line(page) == ["i", "love"]
    page.keyboard.type("x")
    assert "does not know “lovex”" in page.locator(".sa-message").inner_text()


@pytest.mark.parametrize("text, unknown", [
    (EVIL, "img"), ("constructor", "constructor"), ("__proto__", "proto"), ("<eos>", "eos"),
    ("龙", "龙"), ("爱love", None), ("🦜", None), ("42", "42")])
def test_odd_prompts(show, text, unknown):  # noqa: F811
    seen = show(LanguageModelExplorer())
    [found] = page_of(seen).evaluate(READ, [{"prompt": text}])
    assert (found["message"] == "") == (unknown is None)
    assert unknown is None or f"does not know “{unknown}”" in found["message"]
    assert not seen.page.evaluate("'injected' in window")
    assert seen.complaints == []


def test_where_the_positions_of_training_end_it_says_so(show):  # noqa: F811
    page = page_of(show(LanguageModelExplorer()))
    clause = "i love you and ".split()
    prompts = [(clause * 40)[:count] for count in
               (MAX_TRAINING_WORDS, MAX_TRAINING_WORDS + 1, LONGEST_LINE - 2, LONGEST_LINE - 1)]
    familiar, strange, full, over = page.evaluate(READ, [
        {"prompt": " ".join(words)} for words in prompts])
    assert not familiar["cautious"] and strange["cautious"] and full["message"] == ""
    assert f"{LONGEST_LINE - 1} words" in over["message"]
    assert len(over["line"]) == LONGEST_LINE - 1
    [said] = page.evaluate(GO_ON, [["i " * (LONGEST_LINE - 3)], None])
    assert len(said) <= 2
    page.locator(".sa-next").get_by_text("line").wait_for()


# --- Going back, branching, playing --------------------------------------------------------------

def test_an_earlier_word_shows_its_bets_and_another_way(show, model):  # noqa: F811
    page = page_of(show(LanguageModelExplorer("the doctor loves apples →")))
    page.get_by_role("button", name="Next word").click()
    page.locator(".sa-chips button").nth(2).click()
    assert "After “doctor” it bet on these; “loves” stands there" in (
        page.locator(".sa-next").inner_text())
    exact = list(next_word(model, "the doctor").items())[:6]
    assert page.locator(".sa-word").all_inner_texts()[:6] == [word for word, _ in exact]
    word = next(word for word, _ in exact if word != "loves")
    page.locator(".sa-option").get_by_role("button", name=word, exact=True).click()
    assert line(page) == ["the", "doctor", word]
    assert page.locator(".sa-said span:first-child").all_inner_texts() == [word]
    page.get_by_role("button", name="Take back").click()
    assert line(page) == ["the", "doctor"] and field(page).input_value() == "the doctor"


def test_it_plays_to_the_end_of_the_line(show, model):  # noqa: F811
    page = show(LanguageModelExplorer("i love you →"), reduced_motion="no-preference").page
    stop_the_clock(page)
    page.get_by_role("button", name="Play").click()
    assert page.get_by_role("button", name="Pause").count() == 1
    page.clock.run_for(10_000)
    page.get_by_text("The model has ended the line.").wait_for()
    assert page.get_by_role("button", name="Play").count() == 1
    assert line(page) == ["i", "love", "you", "→", *generate(model, "i love you →"), "<eos>"]


@pytest.mark.parametrize("name", ["Reset", "the doctor"])
def test_reset_and_an_example_stop_the_playing(show, name):  # noqa: F811
    page = show(LanguageModelExplorer("i love you →"), reduced_motion="no-preference").page
    stop_the_clock(page)
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(1000)
    page.get_by_role("button", name=name, exact=True).last.click()
    page.clock.run_for(5000)
    assert page.get_by_role("button", name="Play").count() == 1
    assert page.locator(".sa-said").count() == 0


def test_no_playing_for_readers_who_asked_for_less_motion(show):  # noqa: F811
    page = show(LanguageModelExplorer()).page
    assert page.get_by_role("button", name="Play").count() == 0


def test_by_keyboard_alone_and_reset(show):  # noqa: F811
    page = page_of(show(LanguageModelExplorer("i love you →")))
    page.get_by_role("button", name="Next word").focus()
    for _ in range(3):
        page.keyboard.press("Enter")
    assert len(line(page)) == 7
    page.locator(".sa-chips button").nth(2).focus()
    page.keyboard.press("Space")
    assert page.locator(".sa-chips [aria-pressed=true]").first.inner_text().startswith("love")
    page.get_by_label("block 1").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_label("block 2").is_checked()
    page.get_by_role("button", name="Reset").click()
    assert line(page) == ["i", "love", "you", "→"]


def test_a_link_brings_the_line_back(show):  # noqa: F811
    page = page_of(show(LanguageModelExplorer("i")))
    page.get_by_role("button", name="Next word").click()
    page.get_by_label("a word drawn").check()
    page.get_by_role("button", name="Copy link").click()
    before = line(page)
    page.wait_for_function("location.hash.includes('said')")
    page.reload()
    page.locator(".sa-explorer").wait_for()
    assert line(page) == before and page.get_by_label("a word drawn").is_checked()


def test_examples_answer_at_once(show):  # noqa: F811
    page = page_of(show(LanguageModelExplorer("you")))
    for text in EXAMPLES:
        page.get_by_role("group", name="Examples").get_by_role(
            "button", name=text, exact=True).click()
        assert " ".join(line(page)) == text == field(page).input_value()


def test_the_outcome_is_spoken(show, model):  # noqa: F811
    page = page_of(show(LanguageModelExplorer("i love you →")))
    [(word, p), *_] = next_word(model, "i love you →").items()
    page.get_by_text(re.compile(f"^Next word: {word} {p:.3f}")).wait_for(state="attached")


# --- For everyone --------------------------------------------------------------------------------

def unfold(page):
    for summary in page.locator(".sa-explorer > details > summary").all():
        summary.click()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_axe_finds_nothing(show, theme, language):  # noqa: F811
    page = show(LanguageModelExplorer(draw=True), theme=theme, language=language).page
    unfold(page)
    measured = set()
    for prompt in ("the doctor", "i love dragons and aples", "i love you → 我"):
        page.locator("input.sa-text").fill(prompt)
        page.locator("input.sa-text").press("Enter")
        assert_accessible(page, measured)


def test_every_control_is_reached_by_tab_labelled_and_shows_its_focus(show):  # noqa: F811
    page = show(LanguageModelExplorer(draw=True)).page
    unfold(page)
    controls = ("input:not([type=radio]), button:enabled, .sa-map [tabindex='0'], "
                "details > summary")
    assert_tab_reaches(page, controls, more=4)


def test_touch_targets_are_at_least_44_pixels(show):  # noqa: F811
    page = show(LanguageModelExplorer(draw=True), viewport=PHONE).page
    unfold(page)
    assert too_small(page, "button, input:not([type=radio]), label, summary") == []


@pytest.mark.parametrize("width, text", [(360, 100), (320, 100), (640, 200), (1280, 100)],
                         ids=["phone", "zoom 400 %", "text 200 %", "wide"])
def test_nothing_is_lost_on_a_phone_or_zoomed(show, width, text):  # noqa: F811
    page = show(LanguageModelExplorer("i eat apples at home today →", draw=True),
                viewport={"width": width, "height": 800}).page
    page.evaluate(f"document.documentElement.style.fontSize = '{text}%'")
    unfold(page)
    assert page.evaluate(FITS.replace(".matches(\"button, ", ".matches(\"button:not(.sa-word), ")
                         ) == [True, []]


def test_chinese_pages_get_chinese_controls(show):  # noqa: F811
    page = show(LanguageModelExplorer("我", draw=True), language="zh-CN").page
    unfold(page)
    words = set(re.findall(r"\w+", page.locator("main").inner_text()))
    assert not {"Reset", "Next", "word", "block", "Seed", "looks", "attention"} & words


def test_its_code_is_small():
    """As a page of one language carries it; the host comes once a page, for all explorers."""
    code = in_one_language(LanguageModelExplorer._esm, "en") + LanguageModelExplorer._css
    assert len(gzip.compress(code.encode())) < 20_000
