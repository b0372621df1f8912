"""Rules of shape that hold for any text file: its name, its length, its spelling, its paths."""

import re

LONGEST_FILE = 800
LONGEST_TEST = 1200
LONGEST_README = 150  # what is longer is not read

# Names that name no subject: whatever nobody could place ends up behind them.
VAGUE_FILE = re.compile(r"(^|_|-)(utils?|helpers?|common|misc|shared|base|managers?|handlers?)(_|-|$)")

# One spelling, American. Words that are also American in another sense ("analyses") are left out.
BRITISH = re.compile(
    r"\b(?:behaviour\w*|colour\w*|favour\w*|honour\w*|neighbour\w*|labell(?:ed|ing)|modell(?:ed|ing)|"
    r"cancell(?:ed|ing)|travell(?:ed|ing)|licences?|analyse[dr]?|analysing|artefacts?|centres?|"
    r"defences?|offences?|grey|catalogues?|whilst|learnt|fulfil|"
    r"(?:organ|normal|serial|initial|recogn|summar|random|optim|minim|maxim|general|categor|"
    r"character|standard|token|symbol|synchron|final|author|priorit|visual|anonym|sanit)"
    r"is(?:e|es|ed|er|ers|ing|ation|ations))\b",
    re.IGNORECASE,
)
SPELLED_ON_PURPOSE = "spelling: British"

# Paths in docs: in backticks or as a link's target.
FOLDER = r"(?:truebound|docs|tools|cmake|fuzz|suites|examples|taxonomies|profiles|bench|web|python|organisms|\.ci)"
CODE_PATH = re.compile(rf"`({FOLDER}/[\w./*-]*|[A-Z]\w+\.md|[A-Z]\w+\.json|LAYERS|LICENSE|Makefile)`")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def check_name(name):
    for part in name.parts:
        stem = part.split(".")[0]
        found = VAGUE_FILE.search(stem)
        if found:
            yield f"{name}: a name says its subject, got '{found.group(2)}'"
            return


def check_length(name, text):
    is_test = name.name.endswith(("_test.cc", "_test.py", ".test.ts"))
    limit = LONGEST_TEST if is_test else LONGEST_README if str(name) == "README.md" else LONGEST_FILE
    lines = text.count("\n")
    if lines > limit:
        yield f"{name}: at most {limit} lines, got {lines}"


def check_spelling(name, text):
    if name.name.startswith("shape_of_text"):
        return
    for number, line in enumerate(text.split("\n"), 1):
        found = BRITISH.search(line)
        if found and SPELLED_ON_PURPOSE not in line:
            yield f"{name}:{number}: American spelling, got '{found.group(0)}'"


def check_paths(root, name, text):
    for number, line in enumerate(text.split("\n"), 1):
        for path in CODE_PATH.findall(line):
            if not exists(root, path) and not exists(root / name.parent, path):
                yield f"{name}:{number}: a path that exists, got '{path}'"
        for path in LINK.findall(line):
            if not exists(root / name.parent, path):
                yield f"{name}:{number}: a link to a file that exists, got '{path}'"


def check_terms(name, text):
    """Each term has one row, so that it has one meaning."""
    seen = set()
    for number, line in enumerate(text.split("\n"), 1):
        row = re.match(r"\| ((?:`[^`]+`(?:, )?)+) \|", line)
        for term in re.findall(r"`([^`]+)`", row.group(1)) if row else []:
            if term in seen:
                yield f"{name}:{number}: one meaning a term, got '{term}' twice"
            seen.add(term)


def exists(folder, path):
    if "*" in path:
        return any(folder.glob(path))
    return (folder / path).exists()
