"""The language of a build, for the extensions whose words stand in a table by language."""


def language_of(config):
    """"zh" for the Chinese book, "en" for the English one."""
    return "zh" if config.language.startswith("zh") else "en"
