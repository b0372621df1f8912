"""Rules of shape for C++. It reads tokens, not the language: comments and strings are blanked, then
braces are followed to find functions and statements. clang-tidy knows more and takes minutes; this
takes a second, and holds what clang-tidy has no check for.
"""

import re

LONGEST_FUNCTION = 80
MOST_PARAMETERS = 5

BLANKED = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|'
    r"(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'",
    re.DOTALL,
)
BOOL_PARAMETER = re.compile(r"[(,]\s*(?:const\s+)?bool\s+\w+\s*(?:=\s*(?:true|false)\s*)?(?=[,)])")
VAGUE_TYPE = re.compile(
    r"\b(?:class|struct|enum(?:\s+class)?)\s+(?:\[\[\w+\]\]\s+)?"
    r"(\w*?(?:Manager|Helper|Util|Utils|Utility|Handler|Controller|Common|Misc|Shared|Base))\b"
    r"(?=\s*(?:final\s*)?[:{])"
)
# Their results differ between standard libraries, and a result must not.
STANDARD_RANDOM = re.compile(
    r"\bstd::(?:ranges::)?(\w+_distribution|shuffle|sample|random_device|mt19937(?:_64)?|"
    r"default_random_engine)\b"
)
CONTAINER_HEAD = re.compile(r"\b(?:namespace|class|struct|union|enum)\b")
BLOCK_HEAD = re.compile(r"(?:\)|\b(?:else|do|try|const|noexcept|override|final|mutable|volatile)|&)\s*$")
TRAILING_RETURN = re.compile(r"\)\s*(?:const|mutable|noexcept|\s)*->\s*[\w:<>,\s*&]+$")
CONDITION = re.compile(r"\s*(?:else\s+)?(?:for|if|while|switch)\b")
LABEL = re.compile(r"\b(?:public|private|protected|default|case\s[^;]*)\s*:(?!:)\s*$")


def blank(text):
    """The text with comments and the insides of strings as spaces; lines stay where they are."""

    def spaces(found):
        inside = found.group(0)
        if inside.startswith("/"):
            return re.sub(r"[^\n]", " ", inside)
        return '"' + re.sub(r"[^\n]", " ", inside[1:-1]) + '"'

    text = BLANKED.sub(spaces, text)
    # Macros are no statements: a directive and its continued lines are blanked.
    return re.sub(r"(?m)^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


class Scope:
    """What lies between two braces: `kind` is container, function, block or value."""

    def __init__(self, kind, start, depth):
        self.kind = kind
        self.start = start  # of the head: where the function begins
        self.depth = depth  # of parentheses, when it was opened
        self.statement = Statement(start)


class Statement:
    def __init__(self, start):
        self.start = start
        self.awaits = None
        self.brace = False
        self.choice = False


def check(name, text):
    code = blank(text)
    yield from check_header(name, text, code)
    for pattern, expected in ((VAGUE_TYPE, "a type's name says its subject"),
                              (STANDARD_RANDOM, "draws from core/random.h, the same everywhere")):
        for found in pattern.finditer(code):
            yield f"{name}:{line_of(code, found.start())}: {expected}, got '{found.group(1)}'"
    yield from sorted(set(walk(name, code)), key=lambda fault: int(fault.split(":")[1]))


def check_header(name, text, code):
    if name.suffix != ".h":
        return
    lines = text.split("\n")
    if lines[0] != "#pragma once":
        yield f"{name}:1: a header opens with '#pragma once'"
        return
    first = next((line for line in lines[1:] if line.strip()), "")
    if not first.startswith("//"):
        yield f"{name}:2: after '#pragma once' a comment says what the header is for"
    for found in BOOL_PARAMETER.finditer(code):
        if is_overloaded_by_type(code, found):
            continue
        yield (f"{name}:{line_of(code, found.start())}: an enum class says what true and false mean, "
               f"got '{found.group(0)[1:].strip()}'")


def is_overloaded_by_type(code, found):
    """`write(bool)` beside `write(int)` and `write(double)`: the value itself, no switch."""
    function = re.search(r"(\w+)$", code[:found.start()])
    alone = code[found.start()] == "(" and code[found.end()] == ")"
    if not function or not alone:
        return False
    single = rf"\b{function.group(1)}\((?:const )?([\w:]+)[&*]?\s+[&*]?\w+\s*\)"
    return len(set(re.findall(single, code))) >= 3


def line_of(code, position):
    return code.count("\n", 0, position) + 1


def walk(name, code):
    """Follows the braces; yields faults of functions and of statements that await."""
    scopes = [Scope("container", 0, 0)]
    depth = 0
    for found in re.finditer(r"[(){};?]|\bco_await\b", code):
        token, position = found.group(0), found.start()
        scope = scopes[-1]
        statement = scope.statement
        if token == "(":
            depth += 1
        elif token == ")":
            depth -= 1
            if depth == scope.depth and CONDITION.match(code, statement.start):
                # A condition is an expression of its own; what it governs is another.
                yield from end_statement(name, code, scope, position)
                scope.statement = Statement(position + 1)
        elif token == "?":
            innermost(scopes).choice = True
        elif token == "co_await":
            innermost(scopes).awaits = position
        elif token == ";":
            if depth == scope.depth and scope.kind != "value":
                yield from end_statement(name, code, scope, position)
                scope.statement = Statement(position + 1)
        elif token == "{":
            kind = kind_of(code, scopes, depth, position)
            if kind == "value":
                innermost(scopes).brace = True
            elif depth == scope.depth:
                yield from end_statement(name, code, scope, position)
            start = first_word(code, statement.start, position)
            scopes.append(Scope(kind, start if kind == "function" else position, depth))
            scopes[-1].statement = Statement(position + 1)
        elif token == "}" and len(scopes) > 1:
            yield from end_scope(name, code, scopes, position)
            depth = scope.depth


def innermost(scopes):
    """The statement that an expression belongs to: braces of values are part of it."""
    return next(scope.statement for scope in reversed(scopes) if scope.kind != "value")


def first_word(code, start, end):
    found = re.compile(r"\S").search(code, start, end)
    return found.start() if found else end


def kind_of(code, scopes, depth, position):
    scope = scopes[-1]
    before = code[max(scope.statement.start, position - 4000):position]
    if scope.kind == "value" or depth > scope.depth:
        is_body = re.search(r"[\])]\s*(?:mutable|noexcept|\s)*$", before) or TRAILING_RETURN.search(before)
        lambda_head = re.search(r"\]\s*(?:<[^{}]*>\s*)?(?:\([^{}]*\))?[^{};]*$", before)
        return "block" if is_body and lambda_head else "value"
    if scope.kind == "container":
        head = re.sub(r"\([^()]*\)", "", before)
        if "(" in before and not re.search(r"\b(?:namespace|enum)\b", head) and is_function_head(before):
            return "function"
        return "container" if CONTAINER_HEAD.search(head) or 'extern "' in before else "value"
    stripped = before.strip()
    if not stripped or BLOCK_HEAD.search(before) or TRAILING_RETURN.search(before) or LABEL.search(before):
        return "block"
    if re.match(r"\s*(?:class|struct|enum|union|namespace)\b", before):
        return "container"
    return "value"


def is_function_head(before):
    """Whether a brace here opens a body: `f() const`, `f() -> T`, `T() : a_(b), c_{d}`."""
    if BLOCK_HEAD.search(before) or TRAILING_RETURN.search(before):
        return True
    return bool(re.search(r"\)\s*:\s.*\}\s*$", before, re.DOTALL))


def end_statement(name, code, scope, position):
    statement = scope.statement
    if statement.awaits is not None:
        line = line_of(code, statement.awaits)
        if statement.brace:
            yield f"{name}:{line}: no brace in an expression with co_await (g++ 12 frees twice)"
        if statement.choice:
            yield f"{name}:{line}: no '?:' in an expression with co_await (g++ 12 frees twice)"
    if scope.kind == "container":
        yield from check_parameters(name, code, statement.start, position)


def end_scope(name, code, scopes, position):
    scope = scopes.pop()
    if scope.kind != "value":
        yield from end_statement(name, code, scope, position)
    if scope.kind == "function":
        lines = line_of(code, position) - line_of(code, scope.start) + 1
        if lines > LONGEST_FUNCTION:
            yield (f"{name}:{line_of(code, scope.start)}: a function has at most {LONGEST_FUNCTION} "
                   f"lines, got {lines}")
    outer = scopes[-1]
    # A lambda's body or a value's brace ends inside a statement; any other brace ends one.
    inside = scope.kind == "value" or scope.depth > outer.depth or (
        scope.kind == "block" and is_value_of_lambda(code, position))
    if not inside:
        outer.statement = Statement(position + 1)


def is_value_of_lambda(code, position):
    """`auto f = [] { ... };` : the brace ends no statement, the semicolon behind it does."""
    return bool(re.match(r"\s*[;,)(]", code[position + 1:position + 40]))


def check_parameters(name, code, start, end):
    head = re.sub(r"\[\[.*?\]\]", "", code[start:end])
    found = re.search(r"(?:\b(?P<name>~?\w+)|\boperator\S+)\s*\(", head)
    if not found or re.match(r"\s*(?:using|typedef|static_assert|friend class)\b", head):
        return
    if found.group("name") in ("decltype", "requires", "noexcept", "alignas", "sizeof", "static_assert"):
        return
    if "=" in head[:found.start()]:
        return  # a value with a call in it, no declaration
    count, depth, used = 1, 0, False
    for letter in head[found.end():]:
        if letter in "([{<":
            depth += 1
        elif letter in ")]}>":
            depth -= 1
            if depth < 0:
                break
        elif letter == "," and depth == 0:
            count += 1
        used = used or not letter.isspace()
    if used and count > MOST_PARAMETERS:
        line = line_of(code, start + len(code[start:end]) - len(code[start:end].lstrip()))
        yield f"{name}:{line}: at most {MOST_PARAMETERS} parameters, got {count}; an options struct names them"
