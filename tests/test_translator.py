"""The translator: its grammar, its gradients, what is stored, and the command that stores it."""

import json
import os
from math import exp
from random import Random

import numpy as np
import pytest

import softattn_core.translator.train as training
from softattn_core import attend, attention_weights, sparsemax
from softattn_core.translator import (
    load_checkpoint,
    load_scores,
    load_training_weights,
    rounded,
)
from softattn_core.translator.arms import (
    ARMS,
    CHECKPOINTS,
    OTHERS,
    RATES,
    RUNS,
    STEPS,
    TRIAL_STEPS,
    TRIALS,
    Run,
    Trial,
)
from softattn_core.translator.corpus import (
    CHINESE_WORDS,
    DEMONSTRATIONS,
    ENGLISH_WORDS,
    EOS,
    FAMILIAR,
    LENGTH_BINS,
    PAD,
    SentenceError,
    development_pairs,
    encode_chinese,
    encode_english,
    held_out_pairs,
    in_grammar,
    random_pair,
    read_sentence,
    share_of_seen_clauses,
    tokenise,
    trained_pairs_by_length,
    training_pairs,
)
from softattn_core.translator.evaluate import (
    POSITIONS,
    alignment_accuracy,
    bleu,
    development_loss,
    exact_match,
    focus,
    love_row,
    right_at,
    score,
    table_row,
    trust_test,
    weight_rows,
)
from softattn_core.translator.model import (
    ATTENTION,
    FIXED,
    Config,
    Parameters,
    forward,
    in_reading_order,
    initial_parameters,
    loss_and_gradients,
    translate,
)
from softattn_core.translator.normalisers import NORMALISERS

# Their whole row is measured anew; of the others, which take as long each, a part of it.
WHOLE = ("attention_h64", "fixed_h64", "fixed_h128_20k")
ROWS = load_scores()["runs"]


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
    assert len(corpus) == 20_000
    text = "\n".join(f" {' '.join(pair.english)} " for pair in corpus)
    for sentence in DEMONSTRATIONS:
        assert set(sentence.split()) <= set(ENGLISH_WORDS)
        assert f" {sentence} " not in text
    # Not even inside another sentence or clause; looked for by another way than the corpus does.
    for bins in (held_out_pairs(), development_pairs()):
        for pairs in bins[:FAMILIAR]:
            assert not any(f" {' '.join(pair.english)} " in text for pair in pairs)


def test_development_sentences_are_no_test(corpus):
    test = {pair.english for pairs in held_out_pairs() for pair in pairs}
    development = {pair.english for pairs in development_pairs() for pair in pairs}
    assert len(development) == 100 * len(LENGTH_BINS)
    assert test.isdisjoint(development)


def test_test_sentences_are_mostly_new_combinations_of_clauses(corpus):
    stored = load_scores()["seen_clauses"]
    trained = [pair.english for pair in corpus]
    for pairs, share in zip(held_out_pairs(), stored, strict=True):
        assert share_of_seen_clauses([pair.english for pair in pairs], trained) == (
            pytest.approx(share, abs=5e-5))
    assert stored[0] == 0  # a clause by itself


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


@pytest.mark.parametrize("pairs_of, count", [
    (held_out_pairs, 200), (development_pairs, 100), (trained_pairs_by_length, 100)])
def test_the_bins_are_full_without_repeats(pairs_of, count):
    for pairs, (low, high) in zip(pairs_of(), LENGTH_BINS, strict=False):
        assert len({pair.english for pair in pairs}) == len(pairs) == count
        assert all(low <= len(pair.english) <= high for pair in pairs)
    assert len(trained_pairs_by_length()) == FAMILIAR == 8


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


def float64_model(config=ATTENTION, hidden=7):
    parameters = initial_parameters(
        config._replace(hidden=hidden, embedding=5), seed=3, dtype=np.float64)
    rng = np.random.default_rng(3)
    return parameters.map(lambda array: array + 0.1 * rng.normal(size=array.shape))


def changed(parameters, **arrays):
    return Parameters(parameters | arrays, parameters.config)


def gradient_errors(parameters, source, target, step):
    """{name: relative error against finite differences, along five random directions}."""
    _, gradients = loss_and_gradients(parameters, source, target)
    assert set(gradients) == set(parameters)
    kept = kept_words(parameters, source, target)
    rng, errors = np.random.default_rng(0), {}

    def loss(name, array):
        moved = changed(parameters, **{name: array})
        assert (kept_words(moved, source, target) == kept).all()  # no kink in between
        return loss_and_gradients(moved, source, target)[0]

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


@pytest.mark.parametrize("arm", ARMS)
def test_gradients_against_finite_differences(corpus, arm):
    # Sentences of several lengths, so with padding.
    source, target = arrays(corpus[:60:10])
    assert (source == PAD).any() and (target == PAD).any()
    parameters = float64_model(ARMS[arm])
    if "attention_W" in parameters:
        parameters["attention_W"] *= 20  # so that some words get nothing, and some rows several
    normaliser = ARMS[arm].normaliser
    if normaliser in OTHERS:
        kept = kept_words(parameters, source, target)[target != PAD]
        words = (source != PAD).repeat((target != PAD).sum(axis=1), axis=0)
        assert (kept.sum(axis=1) > 1).any()
        some_get_nothing = normaliser in ("sparsemax", "relu_sum", "relu_n", "raw")
        assert (kept != words).any() == some_get_nothing
    errors = gradient_errors(parameters, source, target, step=2e-6)
    assert max(errors.values()) < 1e-6, errors


def test_normalisers_on_the_numbers_of_chapter_4():
    scores = np.array([[1.0, 3.0, 0.2], [1.0, -np.inf, 0.5], [-1.0, -2.0, -np.inf]])
    e, softplus = np.exp(-scores), np.log(1 + np.exp(scores))
    expected = {
        "softmax": attention_weights(scores),
        "sparsemax": sparsemax(scores),
        "relu_sum": [[1 / 4.2, 3 / 4.2, 0.2 / 4.2], [2 / 3, 0, 1 / 3], [0, 0, 0]],
        "softplus_sum": softplus / softplus.sum(axis=1, keepdims=True),
        "relu_n": [[1 / 3, 1, 0.2 / 3], [1 / 2, 0, 1 / 4], [0, 0, 0]],
        "sigmoid": 1 / (1 + e),
        "sigmoid_shift": 1 / (1 + [[3], [2], [2]] * e),
        "raw": [[1, 3, 0.2], [1, 0, 0.5], [-1, -2, 0]],
        "uniform": [[1 / 3, 1 / 3, 1 / 3], [0.5, 0, 0.5], [0.5, 0.5, 0]],
    }
    assert list(expected) == list(NORMALISERS)
    for name, weights in expected.items():
        found = NORMALISERS[name].weights(scores)
        np.testing.assert_allclose(found, weights, rtol=1e-14, err_msg=name)
        assert (found[np.isinf(scores)] == 0).all(), name
        assert NORMALISERS[name].weights(scores.astype(np.float32)).dtype == np.float32, name


@pytest.mark.parametrize("normaliser", NORMALISERS)
def test_the_config_says_the_normaliser(corpus, normaliser):
    source, target = arrays(corpus[:4])
    found = forward(float64_model(Config(normaliser=normaliser)), source, target)
    expected = NORMALISERS[normaliser].weights(found.step.scores)
    np.testing.assert_array_equal(found.weights, expected)
    hidden = np.broadcast_to((source == PAD)[:, None, :], found.weights.shape)
    assert hidden.any() and not found.weights[hidden].any()


def test_the_dot_score_is_the_general_one_with_the_identity(corpus):
    source, target = arrays(corpus[:4])
    dot = float64_model(ARMS["dot_h64"])
    general = Parameters(dot | {"attention_W": np.eye(7)}, dot.config._replace(score="general"))
    assert "attention_W" not in dot
    np.testing.assert_allclose(forward(dot, source, target).logits,
                               forward(general, source, target).logits, rtol=1e-12)


def test_attention_in_the_model_is_attend(corpus):
    # One sentence at a time and without padding, by the function that chapter 4 explains.
    source, target = arrays(corpus[:8])
    parameters = float64_model()
    found = forward(parameters, source, target)
    for i, pair in enumerate(corpus[:8]):
        rows, columns = len(pair.chinese) + 1, len(pair.english)
        step = attend(found.s[i, :rows], found.h[i, :columns], parameters["attention_W"])
        np.testing.assert_allclose(found.weights[i, :rows, :columns], step.weights, atol=1e-14)
        np.testing.assert_allclose(found.step.context[i, :rows], step.context, atol=1e-14)


def test_the_forward_pass_is_its_formulas():
    # Word by word, with the two formulas of the module's docstring and nothing shared but numbers.
    p = float64_model()
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
    parameters = float64_model()
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
    for config in (FIXED, ARMS["fixed_plain_h64"]):
        found = forward(float64_model(config), *arrays(corpus[:4]))
        assert found.weights is None
        assert (found.step.context == found.h[:, -1:]).all()


def test_the_fed_vector_is_an_input_of_every_step(corpus):
    # The decoder reads [y; h_n]: with the weights of h_n at 0 it is the plain fixed vector.
    source, target = arrays(corpus[:4])
    fed = float64_model(FIXED)
    assert fed["decoder_W"].shape == (21, 5 + 7)
    plain = changed(fed, decoder_W=fed["decoder_W"][:, :5])
    plain.config = fed.config._replace(fed=False)
    unfed = changed(fed, decoder_W=fed["decoder_W"] * (np.arange(12) < 5))
    np.testing.assert_allclose(forward(unfed, source, target).s, forward(plain, source, target).s)
    # Otherwise h_n moves every state as a bias of its own would.
    found = forward(fed, source, target)
    biased = forward(changed(plain, decoder_b=fed["decoder_b"] + fed["decoder_W"][:, 5:]
                             @ found.h[0, -1]), source[:1], target[:1])
    np.testing.assert_allclose(found.s[:1], biased.s, rtol=1e-12)
    assert abs(found.s - forward(plain, source, target).s).max() > 0.01


def test_read_backwards_is_the_sentence_turned_round(corpus):
    source, target = arrays(corpus[:4])
    backwards = float64_model(ARMS["fixed_backwards_h64"])
    forwards = Parameters(backwards, backwards.config._replace(backwards=False))
    turned = encode_english([pair.english[::-1] for pair in corpus[:4]])
    assert (in_reading_order(backwards.config, source) == turned).all() and (turned != source).any()
    np.testing.assert_array_equal(forward(backwards, source, target).logits,
                                  forward(forwards, turned, target).logits)
    sentences = [pair.english for pair in corpus[:4]]
    assert [t.chinese for t in translate(backwards, sentences)] == [
        t.chinese for t in translate(forwards, [words[::-1] for words in sentences])]


def test_both_arms_are_equal_in_all_but_attention():
    with_it = initial_parameters(ATTENTION)
    without = initial_parameters(ARMS["fixed_plain_h64"])
    assert set(with_it) - set(without) == {"attention_W"}
    assert all(with_it[name].shape == array.shape for name, array in without.items())
    assert {array.dtype for array in with_it.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("config", [ATTENTION, FIXED])
def test_greedy_decoding_stops(config):
    parameters = float64_model(config)
    parameters["output_b"][EOS] = -1e6  # a model that never says <eos>
    sentences = [["i"], ["i", "love", "you"], ["tea"] * 60]
    for translation, words in zip(translate(parameters, sentences), sentences, strict=True):
        assert len(translation.chinese) == 2 * len(words)
        if config.normaliser:
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


def stored_rows(model):
    return [row for row in ROWS if row["model"] == model]


def assert_rows_agree(found, row):
    for name, value in found.items():
        if name == "love_row":  # weights, so rounded: the last digit may differ between machines
            np.testing.assert_allclose(row[name], value, atol=2e-6)
        elif name == "development_loss":
            assert row[name] == pytest.approx(value, rel=1e-3, abs=1e-5)
        else:
            assert row[name] == value, name


@pytest.mark.parametrize("model", WHOLE)
def test_a_checkpoint_reproduces_its_row(model):
    row, found = stored_rows(model)[0], table_row(load_checkpoint(model))
    assert_rows_agree(found, row)
    assert set(row) - set(found) == {
        "model", "arm", "steps", "seed", "config", "learning_rate", "seconds", "parameters",
        "final_loss", "loss_curve", "early_loss", "first_losses",
        *(["love_row_during_training"] if "focus" in found else [])}


@pytest.mark.parametrize("model", [model for model in CHECKPOINTS if model not in WHOLE])
def test_a_checkpoint_reproduces_a_part_of_its_row(model):
    row, parameters = stored_rows(model)[0], load_checkpoint(model)
    assert parameters.config._asdict() == row["config"]
    for i in (0, 1, 2):
        found = score(parameters, held_out_pairs()[i])
        assert found.exact_match == row["exact_match"][i]
        assert round(found.bleu, 2) == row["bleu"][i]
        trained = trained_pairs_by_length()[i]
        assert score(parameters, trained).exact_match == row["training_exact_match"][i]
    assert_rows_agree({"development_loss": development_loss(parameters)}, row)
    if parameters.config.normaliser:
        np.testing.assert_allclose(row["love_row"], love_row(parameters), atol=2e-6)


def test_every_run_with_attention_says_how_narrowly_it_looks():
    no_budget = {"relu_n", "sigmoid", "sigmoid_shift", "raw"}
    for row in ROWS:
        normaliser = row["config"]["normaliser"]
        assert ("focus" in row) == ("alignment" in row) == (normaliser is not None)
        if normaliser:
            assert 0 < row["focus"]["largest"] <= 1 <= row["focus"]["words"]
            spent = row["focus"]["total"] + row["focus"]["empty"]
            assert (spent == pytest.approx(1, abs=2e-4)) == (normaliser not in no_budget)


def test_the_table_holds_every_run_once():
    stored = [Run(row["arm"], row["steps"], row["seed"]) for row in ROWS]
    assert stored == list(RUNS)
    assert [row["model"] for row in ROWS] == [run.model for run in RUNS]
    models = [run.model for run in RUNS]
    assert models.count("attention_h64") >= 4 and models.count("fixed_h64") >= 5
    table = load_scores()
    assert table["length_bins"] == [list(bounds) for bounds in LENGTH_BINS]
    assert (table["training_bins"], table["positions"]) == (FAMILIAR, list(POSITIONS))


def test_every_rate_is_the_best_of_its_trials():
    stored = {Trial(t["arm"], t["learning_rate"], t["steps"]): t["development_loss"]
              for t in load_scores()["trials"]}
    assert list(stored) == list(TRIALS)
    losses = {}
    for trial, loss in stored.items():
        losses.setdefault((trial.arm, trial.steps), {})[trial.learning_rate] = loss
    for row in ROWS:
        rate, arm, steps = row["learning_rate"], row["arm"], row["steps"]
        short = losses[arm, TRIAL_STEPS]
        assert set(short) >= set(RATES)
        tried = losses.get((arm, steps), short)
        assert tried[rate] == min(tried.values())
        if row["final_loss"] > 0.01 and steps != TRIAL_STEPS:
            chosen = min(RATES, key=short.get)
            assert {chosen, chosen / 2} <= set(losses[arm, steps])
        if row["seed"] == 0 and (arm, steps) in losses:
            assert row["development_loss"] == losses[arm, steps][rate]
    # Why whole trainings are tried: 0.032 is best in a short one and worst in a whole one.
    for steps, extreme in ((TRIAL_STEPS, min), (STEPS, max)):
        plain = losses["fixed_plain_h64", steps]
        assert extreme(plain, key=plain.get) == 3.2e-2


def test_loss_curves_are_whole():
    for row in ROWS:
        assert len(row["loss_curve"]) == row["steps"] / training.STRETCH
        assert row["final_loss"] == pytest.approx(row["loss_curve"][-1], abs=1e-6)
        assert len(row["early_loss"]) == len(load_scores()["early_steps"])
        assert np.mean(row["early_loss"][:10]) == pytest.approx(row["loss_curve"][0], abs=2e-5)
        assert np.mean(row["first_losses"]) > row["early_loss"][0]


def test_checkpoints_are_float16_and_small():
    sizes = {}
    for model in CHECKPOINTS:
        path = training.STORED / f"{model}.npz"
        sizes[model] = len(path.read_bytes())
        assert sizes[model] < (140_000 if "h64" in model else 420_000)
        parameters = load_checkpoint(model)
        arm = model.removesuffix("_2k").removesuffix("_20k")
        assert parameters.config == ARMS[arm]
        with path.open("rb") as file, np.load(file) as stored:
            assert all(stored[name].dtype == np.float16 for name in parameters)
        sizes_of = {name: array.shape for name, array in initial_parameters(ARMS[arm]).items()}
        assert {name: array.shape for name, array in parameters.items()} == sizes_of
    assert sum(sizes.values()) < 3_000_000


def test_every_stored_seed_looks_at_love_and_aligns():
    for row in stored_rows("attention_h64"):
        assert np.argmax(row["love_row"]) == 1 and row["love_row"][1] > 0.9
        assert sum(row["love_row"]) == pytest.approx(1, abs=1e-5)
        assert row["alignment"] >= 0.75  # guessing gives 0.04
        assert row["trust_test"]["most_attended"] > row["trust_test"]["random_other"]
        watched = row["love_row_during_training"]
        assert watched["step"][0] == 0 and watched["step"][-1] == row["steps"]
        assert len(watched["step"]) == len(watched["weights"])
        np.testing.assert_allclose(np.sum(watched["weights"], axis=1), 1, atol=3e-4)


def test_the_film_of_training_begins_and_ends_right(attention_model):
    film = load_training_weights()
    assert film["steps"] == list(training.WATCHED_STEPS)
    wanted = dict(demonstration_pairs())
    start = initial_parameters(ATTENTION)
    noted = stored_rows("attention_h64")[0]["love_row_during_training"]["weights"]
    for number, sentence in enumerate(film["sentences"]):
        english, chinese = sentence["english"], sentence["chinese"]
        assert wanted[" ".join(english)] == " ".join(chinese)
        frames = np.array(sentence["weights"])
        assert frames.shape == (len(film["steps"]), len(chinese), len(english))
        np.testing.assert_allclose(frames.sum(axis=2), 1, atol=4e-3)
        for frame, parameters in ((frames[0], start), (frames[-1], attention_model)):
            rows = weight_rows(parameters, english, chinese)[:-1]
            np.testing.assert_allclose(frame, rows, atol=5e-3)  # float16 in the checkpoint
        if number == 0:
            np.testing.assert_allclose(frames[:, 1], noted, atol=1e-3)


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


def test_words_are_counted_by_their_place():
    references = [("我", "爱", "你"), ("他", "喝")]
    candidates = [("我", "爱", "她"), ("她", "喝", "水")]
    shares = [right_at(place, candidates, references) for place in (1, 2, 3, 4)]
    assert shares == [0.5, 1, 0, None]
    assert right_at(2, [("我",)], references[:1]) == 0


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
    parameters = float64_model(Config(normaliser="relu_sum"))
    parameters["attention_W"] *= 20
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
    normaliser = parameters.config.normaliser
    changed = total = 0
    for pair in pairs:
        found = forward(parameters, *arrays([pair]))
        for t in range(len(pair.chinese)):
            kept = np.delete(found.h[0], found.weights[0, t].argmax(), axis=0)
            scores = found.s[0, t] @ parameters["attention_W"] @ kept.T
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


@pytest.mark.parametrize("model", ["attention_h64", "fixed_h64"])
def test_the_first_losses_of_the_books_own_training(corpus, model):
    # Clipping, schedule, curriculum, batches, first parameters: whichever is lost, these change.
    row = stored_rows(model)[0]
    parameters = initial_parameters(ARMS[model])
    rates = [training.cosine(step, row["steps"], row["learning_rate"]) for step in range(20)]
    losses = list(training.descend(
        parameters, loss_and_gradients, training.batches(corpus, row["steps"], seed=0), rates))
    np.testing.assert_allclose(losses, row["first_losses"], rtol=2e-3)


def test_training_follows_its_curriculum_and_its_rates(monkeypatch):
    pairs = training_pairs(count=2000)
    seen = {}

    def descend(parameters, loss_and_gradients, batch, rates):
        seen["rates"], seen["batches"] = list(rates), [batch(step) for step in range(len(rates))]
        return [1.0] * len(rates)

    monkeypatch.setattr(training, "descend", descend)
    training.train(pairs, Config(hidden=8), steps=200, seed=4, learning_rate=0.5)
    assert seen["rates"] == [training.cosine(step, 200, 0.5) for step in range(200)]
    lengths = [source.shape[1] for source, _ in seen["batches"]]
    assert all(len(source) == len(target) == training.BATCH for source, target in seen["batches"])
    ordered = sorted(len(pair.english) for pair in pairs)
    for step in range(20):
        assert lengths[step] <= ordered[training.curriculum(step, 200, 2000) - 1]
    assert max(lengths[:3]) < 10 and max(lengths[20:]) > 35 and min(lengths[20:]) < 8
    assert len({source.tobytes() for source, _ in seen["batches"]}) > 150
    for source, target in seen["batches"][::20]:  # neighbours in length, little padding
        assert (source[:, -1] != PAD).any() and (target[:, -1] != PAD).any()
        assert ((source != PAD).sum(axis=1) >= source.shape[1] - 3).all()


def test_descent_clips_and_takes_its_rates():
    # Against the same steps written out; the loss is that of a parabola, far too steep to go whole.
    def parabola(parameters, scale):
        return float(scale * parameters["w"] @ parameters["w"]), {"w": 2 * scale * parameters["w"]}

    parameters, rates, batches = {"w": np.array([3.0, -4.0])}, [0.5, 0.25, 0.125], [100, 1, 0.01]
    losses = list(training.descend(parameters, parabola, lambda step: (batches[step],), rates))
    w = {"w": np.array([3.0, -4.0])}
    adam, expected = training.Adam(w), []
    for rate, scale in zip(rates, batches, strict=True):
        expected.append(scale * (w["w"] ** 2).sum())
        gradient = 2 * scale * w["w"]
        gradient /= max(1, np.linalg.norm(gradient))
        adam.update(w, {"w": gradient}, rate)
    np.testing.assert_allclose(losses, expected)
    np.testing.assert_allclose(parameters["w"], w["w"])


def test_training_is_repeatable_and_watched():
    pairs = training_pairs(count=100, max_words=8, max_clauses=1)
    seen = []

    def watch(step, parameters):
        seen.append((step, parameters["output_b"].sum()))

    small = Config(hidden=8)
    first = training.train(pairs, small, steps=4, watch=watch)
    again = training.train(pairs, small, steps=4)
    assert (first.losses == again.losses).all() and len(first.losses) == 4
    assert [step for step, _ in seen] == [0, 1, 2, 3, 4]
    assert seen[0][1] == 0  # before the first step
    assert seen[-1][1] == first.parameters["output_b"].sum()
    other = training.train(pairs, small, steps=4, seed=1)
    assert (other.losses != first.losses).any()


def test_the_small_training_learns():
    losses = training.train_small().losses
    assert losses[:10].mean() > 2 and losses[-10:].mean() < 0.5


def test_the_learning_rate_and_the_sentences_of_a_step():
    rates = [training.cosine(step, 100, 0.5) for step in range(101)]
    assert rates[0] == 0.5
    assert rates[100] == pytest.approx(0.02 * 0.5)
    assert rates == sorted(rates, reverse=True)
    assert training.curriculum(0, 1000, 20_000) == 200
    assert training.curriculum(99, 1000, 20_000) == training.curriculum(999, 1000, 20_000) == 20_000


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
    """The command with two short runs; the list says which were trained, and with which rate."""
    trained = []
    losses = {0.004: 3, 0.008: 2, 0.016: 1}

    def train_and_evaluate(run, rate):
        trained.append((run.seed, rate))
        parameters = initial_parameters(Config(hidden=8), seed=len(trained))
        film = {"steps": [len(trained)], "sentences": []}
        return parameters, {"model": run.model, **run._asdict(), "made": len(trained)}, film

    monkeypatch.setattr(
        training.arms, "TRIALS", tuple(Trial("attention_h64", rate) for rate in RATES))
    monkeypatch.setattr(training.arms, "RUNS", (Run("attention_h64"), Run("attention_h64", seed=1)))
    monkeypatch.setattr(training, "training_pairs", lambda: trained_pairs_by_length()[0])
    monkeypatch.setattr(training, "train_and_evaluate", train_and_evaluate)
    monkeypatch.setattr(training, "try_rate", lambda trial: losses[trial.learning_rate])
    return trained


def made_in(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_command_skips_what_is_made_and_force_replaces_it(quick, tmp_path, capsys):
    training.make(tmp_path)
    assert quick == [(0, 0.016), (1, 0.016)]
    assert "0 of 3 trials and 0 of 2 trainings" in (said := capsys.readouterr().out)
    assert "about 5 minutes" in said
    made = made_in(tmp_path)
    assert set(made) == {"attention_h64.npz", "scores.json", "training_weights.json"}
    table = json.loads(made["scores.json"])
    assert [row["seed"] for row in table["runs"]] == [0, 1]
    assert [trial["learning_rate"] for trial in table["trials"]] == list(RATES)

    training.make(tmp_path)
    assert len(quick) == 2
    assert "Nothing to do" in capsys.readouterr().out
    assert made_in(tmp_path) == made

    for name in ("attention_h64.npz", "training_weights.json"):
        (tmp_path / name).unlink()  # only the run that the file came from is trained again
        training.make(tmp_path)
    assert [seed for seed, _ in quick] == [0, 1, 0, 0]

    training.make(tmp_path, force=True)
    assert [seed for seed, _ in quick] == [0, 1, 0, 0, 0, 1]
    again = made_in(tmp_path)
    assert [row["made"] for row in json.loads(again["scores.json"])["runs"]] == [5, 6]
    assert all(again[name] != made[name] for name in made)


def test_an_interrupted_command_keeps_what_it_made(quick, tmp_path, monkeypatch):
    whole = training.train_and_evaluate

    def interrupted(run, rate):
        if run.seed == 1:
            raise KeyboardInterrupt
        return whole(run, rate)

    monkeypatch.setattr(training, "train_and_evaluate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        training.make(tmp_path)
    monkeypatch.setattr(training, "train_and_evaluate", whole)
    monkeypatch.setattr(training, "try_rate", None)  # its trials are stored as well
    training.make(tmp_path)
    assert quick == [(0, 0.016), (1, 0.016)]


def test_several_jobs_do_the_same_work():
    runs = [Run("fixed_h64"), Run("fixed_h64", seed=1), Run("fixed_h128")]
    for jobs in (1, 2):
        with training.Bar(total=1, disable=True) as bar:
            tasks = [(run,) for run in runs]
            found = dict(training._results(training, training.forecast, tasks, jobs, bar))
        assert found == {run: training.forecast(run) for run in runs}


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
    monkeypatch.setattr(training, "training_pairs", lambda: pairs)
    monkeypatch.setattr(training, "STRETCH", 10)
    monkeypatch.setattr(training, "EARLY", 20)
    monkeypatch.setattr(training, "EARLY_STRETCH", 10)
    monkeypatch.setitem(ARMS, "small", Config(hidden=8, normaliser="sparsemax"))
    run = Run("small", steps=30, seed=2)
    parameters, row, film = training.train_and_evaluate(run, 0.01)
    for name, array in rounded(parameters).items():
        assert (seen[0][name] == array).all()
        assert array.dtype == np.float64
    assert seen[0].config == parameters.config == ARMS["small"]
    losses = training.train(pairs, ARMS["small"], 30, seed=2, learning_rate=0.01).losses
    assert row["final_loss"] == pytest.approx(losses[-10:].mean(), abs=1e-6)
    np.testing.assert_allclose(row["loss_curve"], losses.reshape(3, 10).mean(axis=1), atol=1e-6)
    early = losses[:20].reshape(2, 10).mean(axis=1)
    np.testing.assert_allclose(row["early_loss"], early, atol=1e-5)
    np.testing.assert_allclose(row["first_losses"], losses[:20], atol=1e-5)
    assert row["love_row_during_training"]["step"] == film["steps"] == [0, 10, 20, 30]
    np.testing.assert_allclose(row["love_row_during_training"]["weights"][-1],
                               love_row(parameters), atol=1e-4)
    rows = weight_rows(parameters, ["i", "love", "you"], ["我", "爱", "你"])[:-1]
    np.testing.assert_allclose(film["sentences"][0]["weights"][-1], rows, atol=1e-3)
