"""What a line of Python in a chapter's TOML files (questions, claims) may name, and its value."""

import numpy as np

import softattn_core
from softattn_core import language_model
from softattn_core.language_model.lines import encode
from softattn_core.translator import corpus, load_checkpoint, load_scores, load_training_weights
from softattn_core.translator.corpus import CHINESE_WORDS, encode_chinese, encode_english
from softattn_core.translator.model import forward, predict, translate
from softattn_core.translator.normalisers import NORMALISERS


def means(model, measure="exact_match", scores=load_scores):
    """What a stored translator scored in each range of length: the mean of its seeds."""
    runs = [run for run in scores()["runs"] if run["model"] == model]
    return np.mean([run[measure] for run in runs], axis=0)


def mean_exact(model):
    """Exact match of a stored language model in each range of length: the mean of its seeds."""
    return means(model, scores=language_model.load_scores)


def path_of(line, checkpoint="main"):
    """What a stored language model's forward pass finds at a line."""
    return language_model.forward(
        language_model.load_checkpoint(checkpoint), encode([line.split()])[0])


def faulty_map():
    """The heat-map of chapter 4's exercise: a sentence's scores, softmax down the columns."""
    source = encode_english(["i eat apples at home today".split()])
    target = encode_chinese(["我 今天 在家 吃 苹果".split()])
    scores = forward(load_checkpoint("attention_h64"), source, target).step.scores[0]
    return softattn_core.softmax(scores, axis=0)


def translated(english, checkpoint="attention_h64"):
    """The sentence's Translation by a stored translator: its chinese words, its weights."""
    return translate(load_checkpoint(checkpoint), [english.split()])[0]


def at_the_end_from(english, word, checkpoint="attention_h64"):
    """What a translator says after the whole translation if its context is the state of a word."""
    model, source = load_checkpoint(checkpoint), encode_english([english.split()])
    target = encode_chinese([translated(english, checkpoint).chinese])
    found = forward(model, source, target)
    context = found.h[:, english.split().index(word)]
    return CHINESE_WORDS[predict(model, found.s[:, -1], context).argmax()]


NAMES = {"np": np, "language_model": language_model, "mean_exact": mean_exact, "path_of": path_of,
         "means": means, "load_scores": load_scores, "faulty_map": faulty_map,
         "translated": translated, "at_the_end_from": at_the_end_from,
         "load_checkpoint": load_checkpoint, "load_training_weights": load_training_weights,
         "NORMALISERS": NORMALISERS, "corpus": corpus} | {
    name: getattr(softattn_core, name) for name in softattn_core.__all__}


def named(let, names=NAMES):
    """The names and those of `let` as well, each of which may use the ones before it."""
    names = dict(names)
    with np.errstate(all="ignore"):  # a line may be about an overflow
        for name, expression in let.items():
            names[name] = eval(expression, names)
    return names


def value(expression, names):
    with np.errstate(all="ignore"):
        return eval(expression, names)
