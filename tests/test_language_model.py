"""The language model: gradients, causality, the cache, what it says, and what is stored."""

import sys

import numpy as np
import pytest

from softattn_core import softmax
from softattn_core.language_model import (
    STORED,
    arms,
    evaluate,
    generate,
    load_checkpoint,
    load_scores,
    next_word,
)
from softattn_core.language_model import (
    train as training,
)
from softattn_core.language_model.arms import (
    ARMS,
    CHECKPOINTS,
    RATES,
    RUNS,
    TRIAL_STEPS,
    TRIALS,
    Run,
    Trial,
)
from softattn_core.language_model.evaluate import (
    exact_match_of,
    translations,
    uncertainty,
    without_head,
)
from softattn_core.language_model.lines import (
    ARROW,
    EOS,
    LONGEST_LINE,
    PAD,
    WORDS,
    after_arrow,
    encode,
    line_of,
)
from softattn_core.language_model.model import (
    POSITIONS,
    Config,
    forward,
    initial_parameters,
    loss_and_gradients,
    rotated,
)
from softattn_core.language_model.train import batches, train_small
from softattn_core.translator.corpus import (
    DEMONSTRATIONS,
    held_out_pairs,
    training_pairs,
)
from softattn_core.translator.train import BATCH, STRETCH

SMALL = Config(width=16)
CONFIGS = [
    *(SMALL._replace(heads=2, positions=positions) for positions in POSITIONS),
    SMALL._replace(positions="alibi"),
    SMALL._replace(blocks=1),
    SMALL._replace(network=False),
    SMALL._replace(residual=False),
    SMALL._replace(norm=False),
]


def name_of(config):
    return "-".join(f"{name}={value}" for name, value in config._asdict().items()
                    if value != Config._field_defaults[name] and name != "width") or "plain"


@pytest.fixture(scope="module")
def tokens():
    return encode([line_of(pair) for pair in training_pairs(6, max_words=12)])


@pytest.fixture(scope="module")
def main():
    return load_checkpoint("main")


@pytest.mark.parametrize("config", CONFIGS, ids=name_of)
@pytest.mark.parametrize("chinese_only", [False, True], ids=["line", "chinese"])
def test_gradients_of_every_parameter_agree_with_finite_differences(config, chinese_only, tokens):
    # Entry by entry: along a random direction a step crosses kinks of the ReLU.
    parameters = initial_parameters(config, seed=1, dtype=np.float64)
    counted = after_arrow(tokens) if chinese_only else tokens != PAD
    _, gradients = loss_and_gradients(parameters, tokens, counted)
    assert gradients.keys() == parameters.keys()
    rng, step = np.random.default_rng(0), 1e-5
    for name, array in parameters.items():
        # The rows of words that do not occur have no gradient; look where there is one.
        entries = np.argwhere(gradients[name] != 0)
        for place in map(tuple, entries[rng.integers(len(entries), size=4)]):
            was, losses = array[place], []
            for change in (step, -step):
                array[place] = was + change
                losses.append(loss_and_gradients(parameters, tokens, counted)[0])
            array[place] = was
            measured = (losses[0] - losses[1]) / (2 * step)
            assert measured == pytest.approx(gradients[name][place], rel=1e-6, abs=1e-9), name


def test_the_translation_is_what_follows_the_arrow_up_to_eos_and_no_padding():
    tokens = encode(["i love you → 我 爱 你 <eos>".split(), "i eat → 我 吃 <eos>".split()])
    assert [[WORDS[number] for number in row[part]]
            for row, part in zip(tokens, after_arrow(tokens), strict=True)] == [
        ["我", "爱", "你", "<eos>"], ["我", "吃", "<eos>"]]


def test_a_word_that_is_not_counted_gives_no_gradient(tokens):
    parameters = initial_parameters(SMALL, dtype=np.float64)
    counted = np.zeros(tokens.shape, bool)
    counted[:, 2] = True  # only the words before the third can matter
    _, gradients = loss_and_gradients(parameters, tokens, counted)
    read = np.unique(tokens[:, :2])
    others = np.setdiff1d(np.arange(len(WORDS)), read)
    assert np.abs(gradients["embedding"][read]).max() > 0
    assert not gradients["embedding"][others].any()


def test_nothing_counted_is_an_error(tokens):
    with pytest.raises(ValueError, match="counted"):
        loss_and_gradients(initial_parameters(SMALL), tokens, np.zeros(tokens.shape, bool))


@pytest.mark.parametrize("config", CONFIGS, ids=name_of)
def test_a_later_word_changes_no_earlier_logit(config, tokens):
    parameters = initial_parameters(config, dtype=np.float64)
    changed = tokens.copy()
    changed[:, 7:] = 9
    before, after = (forward(parameters, t).logits for t in (tokens, changed))
    assert np.array_equal(before[:, :7], after[:, :7])
    assert not np.allclose(before[:, 7:], after[:, 7:])


@pytest.mark.parametrize("config", CONFIGS, ids=name_of)
def test_with_kept_keys_and_values_the_logits_are_the_same(config, tokens):
    parameters = initial_parameters(config, dtype=np.float64)
    whole, kept = forward(parameters, tokens).logits, []
    pieces = [forward(parameters, part, kept).logits
              for part in np.split(tokens, [4, 5, 6, 9], axis=1)]
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, rtol=0, atol=1e-12)


def test_one_line_is_computed_as_in_a_batch(tokens):
    parameters = initial_parameters(SMALL, dtype=np.float64)
    alone = forward(parameters, tokens[0])
    n = tokens.shape[1]
    assert [weights.shape for weights in alone.weights] == [(1, n, n)] * 2
    np.testing.assert_allclose(alone.logits, forward(parameters, tokens).logits[0], atol=1e-12)


def test_rope_scores_depend_on_the_distance_alone():
    query, key = np.random.default_rng(0).normal(size=(2, 1, 16))

    def score(i, j):
        return (rotated(query, np.array([i])) * rotated(key, np.array([j]))).sum()

    assert score(3, 1) == pytest.approx(score(53, 51))
    assert score(3, 1) != pytest.approx(score(3, 0))


@pytest.mark.parametrize("heads, slopes", [(1, [1 / 16]), (4, [1 / 2, 1 / 4, 1 / 8, 1 / 16])])
def test_alibi_lowers_each_score_in_proportion_to_the_distance(heads, slopes, tokens):
    config = SMALL._replace(heads=heads, positions="alibi", blocks=1)
    parameters = initial_parameters(config, dtype=np.float64)
    plain = forward(parameters, tokens[0])
    parameters.config = config._replace(positions="none")
    without = forward(parameters, tokens[0])
    distance = np.arange(tokens.shape[1])[:, None] - np.arange(tokens.shape[1])
    for head, slope in enumerate(slopes):
        past = distance >= 0
        difference = (plain.blocks[0].scores - without.blocks[0].scores)[head]
        lowered = difference + slope * distance
        # The same for all keys of a query: what softmax does not see.
        for row, seen in zip(lowered, past, strict=True):
            assert np.ptp(row[seen]) < 1e-9
        expected = softmax(np.where(past, without.blocks[0].scores[head] - slope * distance,
                                    -np.inf))
        np.testing.assert_allclose(plain.weights[0][head], expected, atol=1e-12)


def test_an_independent_block_in_pytorch_agrees(tokens):
    torch = pytest.importorskip("torch", reason="an oracle for those who have PyTorch")
    config = Config(width=16, heads=2, positions="none")
    parameters = initial_parameters(config, dtype=np.float64)
    counted = tokens != PAD
    loss, gradients = loss_and_gradients(parameters, tokens, counted)
    p = {name: torch.tensor(array, requires_grad=True) for name, array in parameters.items()}

    def norm(x, gain):
        return torch.nn.functional.rms_norm(x, (16,), gain, eps=1e-6)

    x = p["embedding"][torch.tensor(tokens[:, :-1])]
    for block in ("block1", "block2"):
        read = norm(x, p[f"{block}_norm_1"])
        q, k, v = ((read @ p[f"{block}_W_{n}"]).unflatten(-1, (2, 8)).transpose(1, 2)
                   for n in "qkv")
        mixed = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + mixed.transpose(1, 2).flatten(2) @ p[f"{block}_W_o"]
        x = x + torch.relu(norm(x, p[f"{block}_norm_2"]) @ p[f"{block}_W_1"]) @ p[f"{block}_W_2"]
    logits = norm(x, p["norm"]) @ p["output_W"]
    counts = torch.tensor(counted[:, 1:])
    oracle = torch.nn.functional.cross_entropy(logits[counts], torch.tensor(tokens[:, 1:])[counts])
    oracle.backward()
    assert loss == pytest.approx(oracle.item(), rel=1e-10)
    for name, tensor in p.items():
        np.testing.assert_allclose(gradients[name], tensor.grad.numpy(), atol=1e-10, err_msg=name)


# --- what the stored models say ---


@pytest.mark.parametrize("english", DEMONSTRATIONS)
def test_the_demonstrations_are_translated(main, english):
    said = generate(main, [*english.split(), ARROW])
    assert said == generate(main, f"{english} {ARROW}", cache=False)
    assert said == {
        "i love you": "我 爱 你",
        "i am eating a big red apple": "我 正在 吃 一个 大 红 苹果",
        "i eat apples at home today": "我 今天 在家 吃 苹果",
        "she does not drink coffee at work tonight": "她 今晚 不 在公司 喝 咖啡",
        "the children read new books in the park daily": "孩子们 每天 在公园 读 新 书",
    }[english].split()


@pytest.mark.parametrize("cache, expected", [(True, [5, 1, 1, 1]), (False, [5, 6, 7, 8])])
def test_with_the_cache_every_step_reads_one_word(main, monkeypatch, cache, expected):
    read = []

    def counting(parameters, tokens, kept=None):
        read.append(tokens.shape[1])
        return forward(parameters, tokens, kept)

    monkeypatch.setattr(sys.modules[generate.__module__], "forward", counting)
    generate(main, "i love you →", cache=cache)
    assert read == expected  # <bos> i love you →, and then 我 爱 你


def test_next_word_is_a_distribution_with_the_likeliest_first(main):
    found = next_word(main, ["i"])
    assert set(found) == set(WORDS) and sum(found.values()) == pytest.approx(1)
    assert list(found.values()) == sorted(found.values(), reverse=True)
    logits = forward(main, encode([["i"]])).logits[0, -1]
    hot = next_word(main, "i", temperature=2.0)
    for number, word in enumerate(WORDS):
        assert hot[word] == pytest.approx(softmax(logits, temperature=2.0)[number])
    assert next(iter(hot.values())) < next(iter(found.values()))


def test_sampling_is_seeded_and_follows_top_k(main):
    def line(seed, **how):
        return generate(main, [], temperature=1.5, rng=np.random.default_rng(seed), **how)

    assert line(3) == line(3) == line(3, cache=False)
    assert len({tuple(line(seed)) for seed in range(10)}) > 5
    cold = generate(main, [], temperature=1e-3, rng=np.random.default_rng(0))
    assert cold == generate(main, [])
    assert line(1, top_k=1) == line(2, top_k=1) == generate(main, [])
    allowed = list(next_word(main, []))[:3]
    first = {generate(main, [], temperature=50.0, top_k=3, rng=np.random.default_rng(s))[0]
             for s in range(40)}
    assert first == set(allowed)


@pytest.mark.parametrize("call, message", [
    (lambda m: next_word(m, "i lvoe"), "lvoe"),
    (lambda m: next_word(m, "i", temperature=0), "temperature"),
    (lambda m: generate(m, "i", temperature=-1), "temperature"),
    (lambda m: generate(m, "i", temperature=1, top_k=0), "top_k"),
    (lambda m: generate(m, ["i", "xyz"]), "xyz"),
])
def test_bad_input_is_named(main, call, message):
    with pytest.raises(ValueError, match=message):
        call(main)


def test_a_model_that_never_ends_is_stopped(main):
    parameters = initial_parameters(SMALL)
    parameters["output_W"][:, EOS] = 0
    parameters["output_W"] *= 0
    parameters["output_W"][:, 10] = 1e-9
    assert len(generate(parameters, "i")) <= LONGEST_LINE - 2


def test_learned_positions_end_where_training_ended():
    parameters = initial_parameters(SMALL._replace(positions="learned"))
    with pytest.raises(ValueError, match="positions"):
        forward(parameters, np.ones((1, LONGEST_LINE + 1), int))


# --- how good it is, and what is lost without a head ---


def test_the_table_has_every_run_and_its_rate_is_the_best_of_its_trials():
    stored = load_scores()
    losses = {}
    for trial in stored["trials"]:
        arm, rate, steps, loss = trial.values()
        losses.setdefault((arm, steps), {})[rate] = loss
    assert {(arm, steps, rate) for (arm, steps), tried in losses.items() for rate in tried} == {
        (trial.arm, trial.steps, trial.learning_rate) for trial in TRIALS}
    assert [(row["arm"], row["steps"], row["seed"]) for row in stored["runs"]] == list(RUNS)
    for row in stored["runs"]:
        tried = losses.get((row["arm"], row["steps"])) or losses[row["arm"], TRIAL_STEPS]
        assert tried[row["learning_rate"]] == min(tried.values())
        assert row["config"] == ARMS[row["arm"]]._asdict()
        parameters = initial_parameters(ARMS[row["arm"]])
        assert row["parameters"] == sum(array.size for array in parameters.values())
        assert len(row["loss_curve"]) * STRETCH == row["steps"]


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_a_stored_checkpoint_reproduces_its_row_of_the_table(name):
    model = load_checkpoint(name)
    row = next(row for row in load_scores()["runs"] if row["model"] == name)
    assert row["seed"] == 0 and row["config"] == model.config._asdict()
    for bin_number in (1, 5, 8):  # lengths of training, and one beyond; all would take a minute
        pairs = held_out_pairs()[bin_number]
        assert exact_match_of(model, pairs) == row["exact_match"][bin_number]
    found = [round(nats, 4) for nats in uncertainty(model, held_out_pairs()[1])]
    assert found == row["uncertainty"]


def test_the_main_model_is_small_enough_for_the_page():
    assert (STORED / "main.npz").stat().st_size < 250_000


def test_translations_side_by_side_are_those_one_by_one(main):
    pairs = held_out_pairs()[2][:5]
    for pair, said in zip(pairs, translations(main, pairs), strict=True):
        assert list(said) == generate(main, [*pair.english, ARROW])


def test_before_the_arrow_the_next_word_is_open_after_it_nearly_certain(main):
    english, chinese = uncertainty(main, held_out_pairs()[1][:50])
    assert english > 1.0 > 0.02 > chinese


@pytest.mark.parametrize("block", [1, 2])
def test_a_uniform_head_looks_at_all_words_alike_a_silent_one_adds_nothing(main, block):
    line = encode(["i love you →".split()])[0]
    weights = forward(without_head(main, block, 1, "uniform"), line).weights[block - 1][0]
    np.testing.assert_allclose(weights, np.tri(5) / np.arange(1, 6)[:, None])
    silent = forward(without_head(main, block, 1), line).blocks[block - 1]
    assert np.array_equal(silent.between, silent.x)
    assert not np.array_equal(forward(main, line).blocks[block - 1].between, silent.x)


def test_one_head_of_two_is_changed_and_the_other_is_not(tokens):
    parameters = initial_parameters(SMALL._replace(heads=2), dtype=np.float64)
    whole = forward(parameters, tokens[0]).blocks[0]
    silent = forward(without_head(parameters, 1, 2), tokens[0]).blocks[0]
    added = whole.context[:, :8] @ parameters["block1_W_o"][:8]  # the first head's part
    np.testing.assert_allclose(silent.between - silent.x, added, atol=1e-12)
    first, second = forward(without_head(parameters, 1, 2, "uniform"), tokens[0]).weights[0]
    assert np.array_equal(first, whole.weights[0])
    n = len(second)
    np.testing.assert_allclose(second, np.tri(n) / np.arange(1, n + 1)[:, None])


def test_without_a_head_translation_breaks_down(main):
    pairs = held_out_pairs()[1][:50]
    whole = exact_match_of(main, pairs)
    assert whole > 0.95
    assert exact_match_of(without_head(main, 2, 1), pairs) < 0.5 * whole
    assert exact_match_of(without_head(main, 1, 1, "uniform"), pairs) < 0.5 * whole


# --- training ---


def test_a_batch_is_whole_lines_of_like_length_and_every_word_counts():
    batch = batches(training_pairs(200, max_words=20), steps=10, seed=0)
    for step in range(10):
        tokens, counted = batch(step)
        assert tokens.shape[0] == BATCH and (tokens[:, 0] == WORDS.index("<bos>")).all()
        assert np.array_equal(counted, tokens != PAD)
        assert counted[:, -1].any()  # no column that is padding throughout
        ends = (tokens == EOS).argmax(axis=1)
        assert (counted.sum(axis=1) == ends + 1).all() and ends.max() - ends.min() < 15


def test_a_short_training_learns_and_can_be_repeated():
    first, again = (train_small(steps=150)[1] for _ in range(2))
    assert np.array_equal(first, again)
    assert first[0] == pytest.approx(np.log(len(WORDS)), rel=0.2)
    assert first[-20:].mean() < 0.6 * first[0]


def test_the_command_trains_what_is_missing_with_the_best_rate(tmp_path, monkeypatch, capsys):
    trained = []

    def train_and_evaluate(run, rate):
        trained.append((run.arm, run.seed, rate))
        return initial_parameters(SMALL), {"model": run.model, **run._asdict()}, None

    monkeypatch.setattr(arms, "TRIALS", tuple(Trial("main", rate) for rate in RATES))
    monkeypatch.setattr(arms, "RUNS", (Run("main"), Run("main", seed=1)))
    monkeypatch.setattr(training, "try_rate", lambda trial: abs(trial.learning_rate - 1e-2))
    monkeypatch.setattr(training, "train_and_evaluate", train_and_evaluate)
    monkeypatch.setattr(training, "STORED", tmp_path)
    monkeypatch.setattr("sys.argv", ["train"])
    training.main()
    assert trained == [("main", 0, 1e-2), ("main", 1, 1e-2)]
    assert {path.name for path in tmp_path.iterdir()} == {"main.npz", "scores.json"}
    training.main()
    assert len(trained) == 2 and "Nothing to do" in capsys.readouterr().out
    (tmp_path / "main.npz").unlink()
    training.main()
    assert trained[2:] == [("main", 0, 1e-2)]


def test_a_rate_is_judged_on_the_translation_of_development_sentences(monkeypatch):
    parameters = initial_parameters(SMALL, dtype=np.float64)
    pairs = [held_out_pairs()[0][:3]] * 8
    monkeypatch.setattr(evaluate, "development_pairs", lambda: pairs)
    tokens = encode([line_of(pair) for pair in pairs[0]])
    expected, _ = loss_and_gradients(parameters, tokens, after_arrow(tokens))
    assert evaluate.development_loss(parameters) == pytest.approx(expected)
