"""The translator: its grammar, its gradients, what is stored, and the command that stores it."""

import json
import os
import re
from math import exp
from random import Random

import numpy as np
import pytest

import softattn_core.translator.train as training
from softattn_core import attend, attention_weights, sparsemax
from softattn_core.translator import load_checkpoint, load_scores, rounded
from softattn_core.translator.corpus import (
    CHINESE_WORDS,
    DEMONSTRATIONS,
    ENGLISH_WORDS,
    EOS,
    LENGTH_BINS,
    PAD,
    SentenceError,
    encode_chinese,
    encode_english,
    held_out_pairs,
    in_grammar,
    random_pair,
    read_sentence,
    tokenise,
    training_pairs,
)
from softattn_core.translator.evaluate import (
    alignment_accuracy,
    bleu,
    exact_match,
    focus,
    love_row,
    score,
    table_row,
    trust_test,
)
from softattn_core.translator.model import (
    MATRICES,
    forward,
    initial_parameters,
    loss_and_gradients,
    normaliser_of,
    translate,
)
from softattn_core.translator.normalisers import NORMALISERS

CHECKPOINTS = ("attention_h64", "fixed_h64", "fixed_h128")
NORMALISED = ("sparsemax_h64", "relu_sum_h64", "sigmoid_h64", "uniform_h64")
RUNS = load_scores()["runs"] + load_scores()["normalisers"]


@pytest.fixture(scope="module")
def corpus():
    return training_pairs()


@pytest.fixture(scope="module")
def attention_model():
    return load_checkpoint("attention_h64")


def arrays(pairs):
    return (encode_english([pair.english for pair in pairs]),
            encode_chinese([pair.chinese for pair in pairs]))


def demonstration_pairs():
    """The demonstration sentences with translations written here by hand."""
    chinese = ["我 爱 你", "我 正在 吃 一个 大 红 苹果", "我 今天 在家 吃 苹果",
               "她 今晚 不 在公司 喝 咖啡", "孩子们 每天 在公园 读 新 书"]
    return list(zip(DEMONSTRATIONS, chinese, strict=True))


# --- the grammar ---


def test_the_training_data_hold_no_demonstration_and_no_held_out_sentence(corpus):
    texts = [f" {' '.join(pair.english)} " for pair in corpus]
    for sentence in DEMONSTRATIONS:
        assert not any(f" {sentence} " in text for text in texts)
        assert set(sentence.split()) <= set(ENGLISH_WORDS)
    assert len(corpus) == 20_000
    trained = {clause.strip() for text in texts
               for clause in (text, *re.split(" (?:and|but|because|so) ", text))}
    held_out = {" ".join(pair.english) for pairs in held_out_pairs() for pair in pairs}
    assert held_out.isdisjoint(trained)


def test_the_demonstrations_belong_to_the_language():
    # The grammar can say each of them, in the Chinese that the book prints.
    wanted = dict(demonstration_pairs())
    rng, found = Random(0), {}
    for _ in range(400_000):
        pair = random_pair(rng, clauses=1)
        text = " ".join(pair.english)
        if text in wanted:
            found[text] = " ".join(pair.chinese)
            if len(found) == len(wanted):
                break
    assert found == wanted


def test_held_out_sentences_fill_their_bins_without_repeats():
    for pairs, (low, high) in zip(held_out_pairs(), LENGTH_BINS, strict=True):
        assert len({pair.english for pair in pairs}) == len(pairs) == 200
        assert all(low <= len(pair.english) <= high for pair in pairs)


def test_alignment_leads_to_the_word_that_is_translated(corpus):
    english_of = {}
    for pair in corpus[:2000]:
        assert len(pair.chinese) == len(pair.alignment) <= len(pair.english)
        for chinese, index in zip(pair.chinese, pair.alignment, strict=True):
            english_of.setdefault(chinese, set()).add(pair.english[index])
    assert english_of["苹果"] == {"apple", "apples"}
    assert english_of["一本"] == {"book"}
    assert english_of["爱"] == {"love", "loves"}
    assert english_of["我"] == {"i", "me"}
    assert english_of["在公园"] == {"park"}
    assert english_of["正在"] == {"am", "is", "are"}
    assert set(english_of) == set(CHINESE_WORDS[3:])


def test_the_vocabulary_is_that_of_the_grammar(corpus):
    assert {word for pair in corpus for word in pair.english} == set(ENGLISH_WORDS[1:])
    assert {word for pair in corpus for word in pair.chinese} == set(CHINESE_WORDS[3:])


def test_the_grammar_knows_its_own_sentences(corpus):
    own = [pair.english for pairs in held_out_pairs() for pair in pairs[:50]]
    own += [pair.english for pair in corpus[:500]] + [text.split() for text in DEMONSTRATIONS]
    assert [words for words in own if not in_grammar(words)] == []
    swapped = [(*words[:i], words[i + 1], words[i], *words[i + 2:])
               for words in own[:50] for i in range(len(words) - 1)]
    assert [words for words in swapped if in_grammar(words)] == []


@pytest.mark.parametrize("text", [
    "", "cat", "love you", "i love you you love me", "i love you and", "and i love you",
    "i love you but and you love me", "i love me", "she loves her", "mum does not know mum",
    "we do not help us", "i eats apples", "he eat apples", "he do not eat apples", "i eat a apple",
    "i eat an red apple", "i drink a tea", "i eat apples today at home", "i love cats at home",
    "i am eating apples at home", "i do not eat an apple", "i do not drink tea daily",
    "i like a car", "i like red big apples", "i love tea", "i am loving you", "we is eating pears",
])
def test_other_sentences_are_outside_the_grammar(text):
    assert not in_grammar(text.split())


@pytest.mark.parametrize("text", ["you love mum and you love me", "i eat a red apple at school"])
def test_what_looks_alike_may_be_inside(text):
    assert in_grammar(text.split())


# --- what a reader types ---


@pytest.mark.parametrize(("text", "words"), [
    ("I love you", "i love you"),
    ("  I LOVE\tyou!!  ", "i love you"),
    ("“He's eating,” she said.", "he is eating she said"),
    ("We don’t like tea", "we do not like tea"),
    ("<b>tea</b>", "b tea b"),
    ("我爱你。", "我爱你"),
    ("...", ""),
    ("", ""),
])
def test_tokenise(text, words):
    assert tokenise(text) == words.split()


@pytest.mark.parametrize(("text", "message", "unknown"), [
    ("", "no words", {}),
    ("?!", "no words", {}),
    ("tea " * 61, "61 words are too many: type at most 60", {}),
    ("I lover you", r"unknown word 'lover' \(near: love, loves, flower\)",
     {"lover": ["love", "loves", "flower"]}),
    ("我爱你", "unknown word '我爱你'$", {"我爱你": []}),
    ("<pad> tea", "'pad'", {"pad": ["dad", "and"]}),
    ("zzz zzz appel", "'zzz'; unknown word 'appel'", {"zzz": [], "appel": ["apple", "apples"]}),
])
def test_a_sentence_that_cannot_be_read_says_why(text, message, unknown):
    with pytest.raises(SentenceError, match=message) as error:
        read_sentence(text)
    assert isinstance(error.value, ValueError)
    assert error.value.unknown == unknown


def test_sixty_words_can_be_read():
    assert len(read_sentence("tea " * 60)) == 60


# --- the model ---


def float64_model(attention, hidden=7, normaliser="softmax"):
    parameters = initial_parameters(
        hidden, attention, seed=3, embedding=5, dtype=np.float64, normaliser=normaliser)
    rng = np.random.default_rng(3)
    return {name: array + 0.1 * rng.normal(size=array.shape) for name, array in parameters.items()}


def gradient_errors(parameters, source, target, step):
    """{name: relative error against finite differences, along five random directions}."""
    _, gradients = loss_and_gradients(parameters, source, target)
    assert set(gradients) == set(parameters)
    kept = kept_words(parameters, source, target)
    rng, errors = np.random.default_rng(0), {}

    def loss(name, array):
        changed = parameters | {name: array}
        assert (kept_words(changed, source, target) == kept).all()  # no kink in between
        return loss_and_gradients(changed, source, target)[0]

    for name, array in parameters.items():
        ours, slopes = [], []
        for _ in range(5):
            direction = rng.normal(size=array.shape)
            ahead, back = (loss(name, array + sign * step * direction) for sign in (1, -1))
            slopes.append((ahead - back) / (2 * step))
            ours.append((gradients[name] * direction).sum())
        if np.any(slopes):
            errors[name] = np.linalg.norm(np.subtract(ours, slopes)) / np.linalg.norm(slopes)
        else:
            errors[name] = np.linalg.norm(ours)
    return errors


def kept_words(parameters, source, target):
    """Which words get a weight above 0: where this changes, some normalisers have a kink."""
    weights = forward(parameters, source, target).weights
    return np.zeros(1) if weights is None else weights > 0


@pytest.mark.parametrize("attention", [True, False])
def test_gradients_against_finite_differences(corpus, attention):
    # Sentences of several lengths, so with padding.
    source, target = arrays(corpus[:60:10])
    assert (source == PAD).any() and (target == PAD).any()
    errors = gradient_errors(float64_model(attention), source, target, step=2e-5)
    assert max(errors.values()) < 1e-6, errors


@pytest.mark.parametrize(("normaliser", "step"), [
    ("sparsemax", 2e-6), ("relu_sum", 2e-6), ("sigmoid", 2e-5), ("uniform", 2e-5)])
def test_gradients_of_the_other_normalisers(corpus, normaliser, step):
    source, target = arrays(corpus[:40:10])
    parameters = float64_model(True, normaliser=normaliser)
    parameters[MATRICES[normaliser]] *= 20  # so that some words get nothing, and some rows several
    kept = kept_words(parameters, source, target)[target != PAD]
    assert (kept.sum(axis=1) > 1).any()
    assert (kept == (source != PAD).repeat((target != PAD).sum(axis=1), axis=0)).all() == (
        normaliser in ("sigmoid", "uniform"))
    errors = gradient_errors(parameters, source, target, step)
    assert max(errors.values()) < 1e-6, errors


def test_normalisers_on_the_numbers_of_chapter_4():
    scores = np.array([[1.0, 3.0, 0.2], [1.0, -np.inf, 0.5], [-1.0, -2.0, -np.inf]])
    e = np.exp(-scores)
    expected = {
        "softmax": attention_weights(scores),
        "sparsemax": sparsemax(scores),
        "relu_sum": [[1 / 4.2, 3 / 4.2, 0.2 / 4.2], [2 / 3, 0, 1 / 3], [0, 0, 0]],
        "sigmoid": 1 / (1 + e),
        "uniform": [[1 / 3, 1 / 3, 1 / 3], [0.5, 0, 0.5], [0.5, 0.5, 0]],
    }
    assert list(expected) == list(NORMALISERS)
    for name, weights in expected.items():
        found = NORMALISERS[name].weights(scores)
        np.testing.assert_allclose(found, weights, rtol=1e-14, err_msg=name)
        assert (found[np.isinf(scores)] == 0).all(), name
        assert NORMALISERS[name].weights(scores.astype(np.float32)).dtype == np.float32, name


@pytest.mark.parametrize("normaliser", NORMALISERS)
def test_the_name_of_w_says_the_normaliser(corpus, normaliser):
    parameters = float64_model(True, normaliser=normaliser)
    assert normaliser_of(parameters) == normaliser
    assert normaliser_of(float64_model(attention=False)) is None
    assert MATRICES["softmax"] == "attention_W"
    found = forward(parameters, *arrays(corpus[:4]))
    np.testing.assert_array_equal(found.weights, NORMALISERS[normaliser].weights(found.scores))
    hidden = np.broadcast_to((arrays(corpus[:4])[0] == PAD)[:, None, :], found.weights.shape)
    assert hidden.any() and not found.weights[hidden].any()


def test_attention_in_the_model_is_attend(corpus):
    # One sentence at a time and without padding, by the function that chapter 4 explains.
    source, target = arrays(corpus[:8])
    parameters = float64_model(attention=True)
    found = forward(parameters, source, target)
    for i, pair in enumerate(corpus[:8]):
        rows, columns = len(pair.chinese) + 1, len(pair.english)
        step = attend(found.s[i, :rows], found.h[i, :columns], parameters["attention_W"])
        np.testing.assert_allclose(found.weights[i, :rows, :columns], step.weights, atol=1e-14)
        np.testing.assert_allclose(found.context[i, :rows], step.context, atol=1e-14)


def test_the_forward_pass_is_its_formulas():
    # Word by word, with the two formulas of the module's docstring and nothing shared but numbers.
    p = float64_model(attention=True)
    source, target = encode_english([["i", "love", "tea"]]), encode_chinese([["我", "爱", "茶"]])

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    def next_state(part, x, h):
        W_r, W_z, W_n = np.split(p[f"{part}_W"], 3)
        U_r, U_z, U_n = np.split(p[f"{part}_U"], 3)
        b_r, b_z, b_n = np.split(p[f"{part}_b"], 3)
        r = sigmoid(W_r @ x + U_r @ h + b_r)
        z = sigmoid(W_z @ x + U_z @ h + b_z)
        n = np.tanh(W_n @ x + b_n + r * (U_n @ h))
        return (1 - z) * n + z * h

    h, state = [], np.zeros(7)
    for word in source[0]:
        state = next_state("encoder", p["source_embedding"][word], state)
        h.append(state)
    logits = []
    for word in [CHINESE_WORDS.index("<bos>"), *target[0, :-1]]:
        state = next_state("decoder", p["target_embedding"][word], state)
        weights = np.exp([state @ p["attention_W"] @ h_i for h_i in h])
        weights /= weights.sum()
        context = sum(weight * h_i for weight, h_i in zip(weights, h, strict=True))
        logits.append(p["output_W"] @ np.concatenate([state, context]) + p["output_b"])
    np.testing.assert_allclose(forward(p, source, target).logits[0], logits, rtol=1e-12)


def test_padding_gets_weight_exactly_zero_and_changes_nothing(corpus):
    source, target = arrays(corpus[:16])
    parameters = float64_model(attention=True)
    together = forward(parameters, source, target)
    padding = np.broadcast_to((source == PAD)[:, None, :], together.weights.shape)
    assert padding.any()
    assert (together.weights[padding] == 0).all()
    np.testing.assert_allclose(together.weights.sum(axis=-1), 1)
    for i, pair in enumerate(corpus[:16]):
        alone = forward(parameters, *arrays([pair]))
        rows = len(pair.chinese) + 1
        np.testing.assert_allclose(together.logits[i, :rows], alone.logits[0], atol=1e-12)


def test_without_attention_every_context_is_the_last_state(corpus):
    found = forward(float64_model(attention=False), *arrays(corpus[:4]))
    assert found.weights is None
    assert (found.context == found.h[:, -1:]).all()


def test_both_arms_are_equal_in_all_but_attention():
    with_it, without = initial_parameters(attention=True), initial_parameters(attention=False)
    assert set(with_it) - set(without) == {"attention_W"}
    assert all(with_it[name].shape == array.shape for name, array in without.items())
    assert {array.dtype for array in with_it.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("attention", [True, False])
def test_greedy_decoding_stops(attention):
    parameters = float64_model(attention)
    parameters["output_b"][EOS] = -1e6  # a model that never says <eos>
    sentences = [["i"], ["i", "love", "you"], ["tea"] * 60]
    for translation, words in zip(translate(parameters, sentences), sentences, strict=True):
        assert len(translation.chinese) == 2 * len(words)
        if attention:
            assert translation.weights.shape == (2 * len(words), len(words))
    parameters["output_b"][EOS] = 1e6  # and one that says nothing else
    assert [t.chinese for t in translate(parameters, sentences)] == [(), (), ()]


def test_a_translation_does_not_depend_on_its_neighbours(attention_model):
    pairs = [bin_pairs[0] for bin_pairs in held_out_pairs()]
    together = translate(attention_model, [pair.english for pair in pairs])
    for translation, pair in zip(together, pairs, strict=True):
        [alone] = translate(attention_model, [pair.english])
        assert translation.chinese == alone.chinese
        assert alone.weights.shape == (len(alone.chinese) + 1, len(pair.english))
        np.testing.assert_allclose(translation.weights, alone.weights, atol=1e-10)


# --- what is stored ---


def test_the_demonstrations_are_translated_unseen(attention_model):
    for english, chinese in demonstration_pairs():
        [translation] = translate(attention_model, [read_sentence(english)])
        assert " ".join(translation.chinese) == chinese


def stored_row(model, seed=0):
    [row] = [row for row in RUNS if (row["model"], row["seed"]) == (model, seed)]
    return row


@pytest.mark.parametrize("model", CHECKPOINTS)
def test_a_checkpoint_reproduces_its_row(model):
    row = stored_row(model)
    found = table_row(load_checkpoint(model))
    for name, value in found.items():
        if name == "love_row":  # weights, so rounded: the last digit may differ between machines
            np.testing.assert_allclose(row[name], value, atol=2e-6)
        else:
            assert row[name] == value, name
    assert set(row) - set(found) <= {"model", "seed", "love_row_during_training"}


@pytest.mark.parametrize("model", NORMALISED)
def test_a_checkpoint_of_another_normaliser_reproduces_its_row(model):
    # Its shorter sentences only: the whole row of four more models would take half a minute.
    row, parameters = stored_row(model), load_checkpoint(model)
    assert normaliser_of(parameters) == model.removesuffix("_h64")
    for i in (0, 1):
        found = score(parameters, held_out_pairs()[i])
        assert found.exact_match == row["exact_match"][i]
        assert round(found.bleu, 2) == row["bleu"][i]
    np.testing.assert_allclose(row["love_row"], love_row(parameters), atol=2e-6)


def test_every_run_with_attention_says_how_narrowly_it_looks():
    for row in RUNS:
        assert ("focus" in row) == ("alignment" in row) == (not row["model"].startswith("fixed"))
        if "focus" in row:
            assert 0 < row["focus"]["largest"] <= 1 <= row["focus"]["words"]
            has_budget = row["model"] != "sigmoid_h64"
            spent = row["focus"]["total"] + row["focus"]["empty"]
            assert (spent == pytest.approx(1, abs=2e-4)) == has_budget


def test_the_table_holds_every_run_once():
    stored = [(row["model"], row["seed"]) for row in RUNS]
    assert stored == [(run.model, run.seed) for run in training.RUNS]
    assert load_scores()["length_bins"] == [list(bounds) for bounds in LENGTH_BINS]
    assert {row["model"] for row in load_scores()["normalisers"]} == set(NORMALISED)
    models = [model for model, _ in stored]
    assert [models.count(model) for model in CHECKPOINTS + NORMALISED] == [5, 5, 3, 3, 3, 3, 3]


def test_checkpoints_are_float16_of_about_100_kb():
    for model in CHECKPOINTS + NORMALISED:
        hidden = int(model.partition("_h")[2])
        path = training.STORED / f"{model}.npz"
        limit = 130_000 if hidden == 64 else 400_000
        assert len(path.read_bytes()) < limit
        with path.open("rb") as file, np.load(file) as stored:
            assert {array.dtype for array in stored.values()} == {np.dtype(np.float16)}
            assert stored["encoder_U"].shape == (3 * hidden, hidden)


def test_every_stored_seed_looks_at_love_and_aligns():
    for row in RUNS:
        if row["model"] == "attention_h64":
            assert np.argmax(row["love_row"]) == 1 and row["love_row"][1] > 0.9
            assert sum(row["love_row"]) == pytest.approx(1, abs=1e-5)
            assert row["alignment"] >= 0.95
            assert row["trust_test"]["most_attended"] > row["trust_test"]["random_other"]
            watched = row["love_row_during_training"]
            assert watched["step"][0] == 0 and len(watched["step"]) == len(watched["weights"])
            np.testing.assert_allclose(np.sum(watched["weights"], axis=1), 1, atol=3e-4)


# --- the measures ---


def test_bleu_of_two_sentences_counted_by_hand():
    candidates = ["我 爱 爱 你".split(), "他 喝 冷 水".split()]
    references = ["我 爱 你".split(), "他 今天 喝 冷 水".split()]
    # Words: 我 爱 你 and 他 喝 冷 水 of 8 (the second 爱 is one too many). Pairs: 我爱 爱你, 喝冷
    # 冷水 of 6. Triples: 喝冷水 of 4. Runs of four: none of 2, so BLEU is 0.
    assert bleu(candidates, references) == 0
    # Without the last word no candidate is long enough for four: 我 爱 and 他 喝 冷, 5 of 6 words
    # (爱 once), pairs 我爱 喝冷 of 4, triples 0 of 2.
    assert bleu([words[:-1] for words in candidates], references) == 0
    # Too short: 3 of 3 words, 2 of 2 pairs, 1 of 1 triple, but the reference has 5 words.
    assert bleu([["喝", "冷", "水"]], references[1:]) == pytest.approx(100 * exp(1 - 5 / 3))
    # Pooled over sentences, not averaged: words 7/8, pairs 5/6, triples 3/4, fours 1/2.
    mixed = bleu([["a", "b", "c", "d"], ["e", "f", "g", "h"]],
                 [["a", "b", "c", "d"], ["e", "f", "g", "x"]])
    assert mixed == pytest.approx(100 * (7 / 8 * 5 / 6 * 3 / 4 * 1 / 2) ** 0.25)
    assert bleu(references, references) == 100
    assert bleu([[]], [["我"]]) == 0


def test_exact_match_wants_every_word_in_its_place():
    references = [("我", "爱", "你")] * 4
    candidates = [("我", "爱", "你"), ("你", "爱", "我"), ("我", "爱"), ("我", "爱", "你", "你")]
    assert exact_match(candidates, references) == 0.25


def test_alignment_counts_each_word_once(attention_model):
    pairs = held_out_pairs()[1][:20]
    right = total = 0
    for pair in pairs:
        weights = forward(attention_model, *arrays([pair])).weights[0]
        for row, gold in zip(weights, pair.alignment, strict=False):  # the last row is <eos>
            right += row.argmax() == gold
            total += 1
    assert alignment_accuracy(attention_model, pairs) == right / total
    wrong = [pair._replace(alignment=(len(pair.english) - 1 - pair.alignment[0],
                                      *pair.alignment[1:])) for pair in pairs]
    assert alignment_accuracy(attention_model, wrong) < right / total


def test_focus_by_hand(corpus):
    parameters = float64_model(True, normaliser="relu_sum")
    parameters[MATRICES["relu_sum"]] *= 20
    pairs, rows = corpus[:40:5], []
    for pair in pairs:
        weights = forward(parameters, *arrays([pair])).weights[0]
        for row in weights[: len(pair.chinese)].tolist():
            held, words = 0, 0
            for weight in sorted(row, reverse=True):
                words += held < 0.95 and sum(row) > 0
                held += weight
            rows.append((max(row), words, sum(row), sum(row) == 0))
    found = focus(parameters, pairs)
    np.testing.assert_allclose(found, np.mean(rows, axis=0))
    assert 0 < found.empty < 1 < found.words


@pytest.mark.parametrize("model", ["attention_h64", "sigmoid_h64"])
def test_the_trust_test_hides_one_state_at_a_time(model):
    # Hidden by hand, by taking the state out of the sentence for the one step.
    pairs, parameters = held_out_pairs()[1][:10], load_checkpoint(model)
    normaliser = normaliser_of(parameters)
    changed = total = 0
    for pair in pairs:
        found = forward(parameters, *arrays([pair]))
        for t in range(len(pair.chinese)):
            kept = np.delete(found.h[0], found.weights[0, t].argmax(), axis=0)
            scores = found.s[0, t] @ parameters[MATRICES[normaliser]] @ kept.T
            context = NORMALISERS[normaliser].weights(scores) @ kept
            features = np.concatenate([found.s[0, t], context])
            logits = parameters["output_W"] @ features + parameters["output_b"]
            changed += logits.argmax() != found.logits[0, t].argmax()
            total += 1
    shares = trust_test(parameters, pairs)
    assert shares.most_attended == pytest.approx(changed / total)
    assert shares.random_other < shares.most_attended
    if normaliser == "softmax":
        assert shares.random_other < 0.1 < 0.4 < shares.most_attended


# --- training ---


def test_training_shows_the_bottleneck():
    # Sentences of at most 20 words; the full training and its five seeds are in the score table.
    pairs = training_pairs(count=8000, max_words=20, max_clauses=3)
    arms = {}
    for attention in (True, False):
        parameters = training.train(pairs, attention=attention, steps=600).parameters
        arms[attention] = score(rounded(parameters), held_out_pairs()[3][:100]).bleu
    assert LENGTH_BINS[3] == (16, 20)
    assert arms[True] > arms[False] + 50


def test_training_is_repeatable_and_watched():
    pairs = training_pairs(count=100, max_words=8, max_clauses=1)
    seen = []

    def watch(step, parameters):
        seen.append((step, parameters["output_b"].sum()))

    first = training.train(pairs, hidden=8, steps=4, watch=watch)
    again = training.train(pairs, hidden=8, steps=4)
    assert (first.losses == again.losses).all() and len(first.losses) == 4
    assert [step for step, _ in seen] == [0, 1, 2, 3]
    assert seen[0][1] == 0  # before the first step
    other = training.train(pairs, hidden=8, steps=4, seed=1)
    assert (other.losses != first.losses).any()


def test_the_small_training_learns():
    losses = training.train_small().losses
    assert losses[:10].mean() > 2 and losses[-10:].mean() < 0.5


def test_the_learning_rate_and_the_sentences_of_a_step():
    rates = [training.cosine(step, 100) for step in range(101)]
    assert rates[0] == training.LEARNING_RATE
    assert rates[100] == pytest.approx(0.02 * training.LEARNING_RATE)
    assert rates == sorted(rates, reverse=True)
    assert training.shortest(0, 1000, 20_000) == 200
    assert training.shortest(99, 1000, 20_000) == training.shortest(999, 1000, 20_000) == 20_000


def test_clipping_keeps_the_direction():
    gradients = {"a": np.array([3.0, 0.0]), "b": np.array([[4.0]])}
    training.clip(gradients)
    np.testing.assert_allclose(gradients["a"], [0.6, 0])
    np.testing.assert_allclose(gradients["b"], [[0.8]])
    training.clip(gradients)
    np.testing.assert_allclose(gradients["a"], [0.6, 0])


def test_adam_by_hand():
    parameters = {"w": np.array([1.0])}
    adam = training.Adam(parameters)
    adam.update(parameters, {"w": np.array([0.5])}, 0.1)
    # The first step, corrected for its start from 0, is the learning rate itself.
    assert parameters["w"][0] == pytest.approx(0.9, abs=1e-8)
    adam.update(parameters, {"w": np.array([-0.5])}, 0.1)
    mean = (0.9 * 0.05 - 0.05) / (1 - 0.81)
    square = (0.98 * 0.005 + 0.005) / (1 - 0.98**2)
    assert parameters["w"][0] == pytest.approx(0.9 - 0.1 * mean / square**0.5, abs=1e-7)


# --- the command ---


@pytest.fixture
def quick(monkeypatch):
    """The command with two short runs; the list says which were trained."""
    runs = (training.Run("attention_h64", True, 64, 0), training.Run("attention_h64", True, 64, 1))
    trained = []

    def train_and_evaluate(run, pairs):
        trained.append(run.seed)
        parameters = initial_parameters(8, run.attention, seed=len(trained))
        return parameters, {"model": run.model, "seed": run.seed, "made": len(trained)}

    monkeypatch.setattr(training, "RUNS", runs)
    monkeypatch.setattr(training, "training_pairs", lambda: [])
    monkeypatch.setattr(training, "train_and_evaluate", train_and_evaluate)
    return trained


def test_the_command_skips_what_is_made_and_force_replaces_it(quick, tmp_path, capsys):
    checkpoint, table = tmp_path / "attention_h64.npz", tmp_path / "scores.json"
    training.make(tmp_path)
    assert quick == [0, 1]
    assert "2 to do: about 1 minutes" in capsys.readouterr().out
    made = checkpoint.read_bytes(), table.read_bytes()
    assert [row["seed"] for row in json.loads(made[1])["runs"]] == [0, 1]

    training.make(tmp_path)
    assert quick == [0, 1]
    assert "Nothing to do" in capsys.readouterr().out
    assert (checkpoint.read_bytes(), table.read_bytes()) == made

    checkpoint.unlink()  # only the run that the checkpoint came from is trained again
    training.make(tmp_path)
    assert quick == [0, 1, 0]

    training.make(tmp_path, force=True)
    assert quick == [0, 1, 0, 0, 1]
    assert [row["made"] for row in json.loads(table.read_bytes())["runs"]] == [4, 5]
    assert checkpoint.read_bytes() != made[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["attention_h64.npz", "scores.json"]


def test_the_table_keeps_the_other_normalisers_apart():
    rows = {(run.model, run.seed): {"model": run.model} for run in training.RUNS[::7]}
    table = json.loads(training.as_json(rows))
    assert {row["model"] for row in table["normalisers"]} < set(NORMALISED)
    assert {row["model"] for row in table["runs"]} < set(CHECKPOINTS)
    assert len(table["runs"] + table["normalisers"]) == len(rows)


def test_an_interrupted_command_keeps_what_it_made(quick, tmp_path, monkeypatch):
    whole = training.train_and_evaluate

    def interrupted(run, pairs):
        if run.seed == 1:
            raise KeyboardInterrupt
        return whole(run, pairs)

    monkeypatch.setattr(training, "train_and_evaluate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        training.make(tmp_path)
    monkeypatch.setattr(training, "train_and_evaluate", whole)
    training.make(tmp_path)
    assert quick == [0, 1]


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "table"
    path.write_bytes(b"old")

    def full_disk(handle, mode):
        os.close(handle)
        raise OSError("no space left")

    monkeypatch.setattr(training.os, "fdopen", full_disk)
    with pytest.raises(OSError, match="no space"):
        training.write_whole(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]

    def no_replacing(old, new):
        assert path.read_bytes() == b"old"  # the new content is complete elsewhere
        raise OSError("not now")

    monkeypatch.setattr(training.os, "replace", no_replacing)
    with pytest.raises(OSError, match="not now"):
        training.write_whole(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]
    training.write_whole(path, b"new")
    assert path.read_bytes() == b"new"


def test_the_row_is_that_of_the_rounded_model(monkeypatch):
    pairs = training_pairs(count=100, max_words=8, max_clauses=1)
    seen = []
    monkeypatch.setattr(training, "table_row", lambda parameters: seen.append(parameters) or {})
    short = training.train
    monkeypatch.setattr(training, "train", lambda *a, **k: short(*a, **k | {
        "steps": 2, "progress": False}))
    run = training.Run("sparsemax_h8", True, 8, 0, "sparsemax")
    parameters, row = training.train_and_evaluate(run, pairs)
    assert normaliser_of(parameters) == "sparsemax"
    for name, array in rounded(parameters).items():
        assert (seen[0][name] == array).all()
        assert array.dtype == np.float64
    assert row["love_row_during_training"]["step"] == [0]
