"""The expression language as Liushui reads it: a part of zen-engine's language, parsed here a second time.

zen-engine turns an unknown name into null, a single ``=`` into an assignment and ``rand(5)`` into a dice, and it
has no Python interface to its syntax tree. So a text is parsed here before zen sees it: to know the names it
uses, to refuse what would read a clock or draw a lot, to bound what it can cost, and to compile simple texts to
closures (expression_closures). What this parser takes is a subset of what zen takes, with the same meaning;
tests/property holds the two against each other.

Left out on purpose: assignments, template strings, slices, methods, aliases, ``$root``, ``rand``, and everything
about dates that asks for the present moment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from liushui.workflow.expression_tree import (
    Array,
    Binary,
    Call,
    Conditional,
    Fraction,
    Index,
    Interval,
    Literal,
    Name,
    Node,
    Pointer,
    Record,
    Unary,
    children,
    walk,
)

LENGTH_MAX = 2_000
"""Characters of one expression."""
NESTING_MAX = 40
"""Brackets, prefixes and branches inside one another."""
DEPTH_MAX = 120
"""Height of the syntax tree; a closure calls itself this deep at most."""
LITERAL_MAX = 2**63 - 1
CLOSURES_MAX = 16
CLOSURE_DEPTH_MAX = 2

FUNCTIONS = frozenset(
    [
        "len",
        "contains",
        "startsWith",
        "endsWith",
        "upper",
        "lower",
        "trim",
        "matches",
        "split",
        "abs",
        "sum",
        "avg",
        "min",
        "max",
        "median",
        "mode",
        "floor",
        "ceil",
        "round",
        "trunc",
        "isNumeric",
        "string",
        "number",
        "bool",
        "type",
        "keys",
        "values",
    ]
)
CLOSURES = frozenset(["map", "filter", "all", "some", "none", "one", "count"])
RESERVED = frozenset(("and", "or", "not", "in", "true", "false", "null"))
"""Words that are no names; as a member ("a.in") they are refused too, although zen allows some."""


_PRECEDENCE: dict[str, int] = {
    "or": 10,
    "and": 15,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in", "not in"), 20),
    "+": 30,
    "-": 30,
    "*": 60,
    "/": 60,
    "%": 60,
    "^": 70,
    "??": 80,
}
_PREFIX = {"not": 50, "-": 200}
COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">=", "in", "not in"))

_TOKEN = re.compile(
    r"""(?P<space>[ \n\t]+)
    | (?P<number>[0-9]+(?:\.[0-9]+)?(?![A-Za-z0-9_$\#])(?!\.(?!\.)))
    | (?P<string>"[^"]*"|'[^']*')
    | (?P<name>[A-Za-z_$\#][A-Za-z0-9_$\#]*)
    | (?P<sign>\.\.|==|!=|<=|>=|\?\?|[-+*/%^<>!?:,.()\[\]{}])""",
    re.VERBOSE,
)


class MalformedError(Exception):
    """A text that is no expression. reason: in plain English, without values; position: character, from 0."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(f"{reason} (at {position})")
        self.reason = reason
        self.position = position


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(text: str) -> Node:
    """The syntax tree of an expression. Raises ``MalformedError``."""
    parser = _Parser(text, cell=False)
    return parser.finish(parser.expression(0))


def parse_cell(text: str) -> Node:
    """The syntax tree of a decision table's input cell, written out as a condition on ``$``, the column's value:
    ``> 5`` is ``$ > 5``, ``"a", "b"`` is ``$ == "a" or $ == "b"``. Raises ``MalformedError``."""
    parser = _Parser(text, cell=True)
    node = parser.condition()
    while (word := parser.take("and", "or", ",")) is not None:
        node = Binary("and" if word == "and" else "or", node, parser.condition())
    return parser.finish(node)


def _tokens(text: str) -> Iterator[_Token]:
    if len(text) > LENGTH_MAX:
        raise MalformedError(f"longer than {LENGTH_MAX} characters", LENGTH_MAX)
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            single = text[at] == "="
            raise MalformedError(
                "a single = compares nothing: write ==" if single else "not a sign of the language", at
            )
        kind, word, start = str(found.lastgroup), found.group(), at
        at = found.end()
        if word == "not" and text.startswith(" in ", at):  # zen knows the two words with exactly these spaces
            at += 4
            word = "not in"
        if kind != "space":
            yield _Token(
                "sign" if kind == "name" and word in _WORDS else kind, "not" if word == "!" else word, start
            )
    yield _Token("end", "", len(text))


_WORDS = frozenset(("and", "or", "in", "not", "not in"))


class _Parser:
    """Precedence climbing over the tokens of one text."""

    def __init__(self, text: str, *, cell: bool) -> None:
        self._all = list(_tokens(text))
        self._at = 0
        self._cell = cell
        self._nesting = 0
        self._inside = 0
        self._closures = 0

    @property
    def _now(self) -> _Token:
        return self._all[self._at]

    def take(self, *words: str) -> str | None:
        """The present sign if it is one of these, and go on; else None."""
        token = self._now
        if token.kind == "sign" and token.text in words:
            self._at += 1
            return token.text
        return None

    def finish(self, node: Node) -> Node:
        if self._now.kind != "end":
            raise self._stop("something is left over")
        members = {
            id(n.right) for n in walk(node) if isinstance(n, Binary) and n.operator in ("in", "not in")
        }
        if any(isinstance(n, Interval) and id(n) not in members for n in walk(node)):
            raise self._stop("an interval stands right of in only")  # elsewhere zen makes text of it
        level, height = [node], 0
        while level:
            height += 1
            if height > DEPTH_MAX:
                raise self._stop("too deep")
            level = [child for parent in level for child in children(parent)]
        return node

    def condition(self) -> Node:
        """One condition of a cell: a comparison whose left side may be left out, or a value to be equal to, or a
        list or interval to lie in."""
        reference = Name(("$",))
        token = self._now
        if token.kind == "sign" and token.text in COMPARISONS:
            self._at += 1
            return Binary(token.text, reference, self.expression(0))
        return _as_condition(self.expression(0), reference)

    def expression(self, least: int) -> Node:
        self._enter()
        left = self._prefixed()
        while (operator := self._operator(least)) is not None:
            # "^" alone groups to the right
            left = Binary(operator, left, self.expression(_PRECEDENCE[operator] + (operator != "^")))
        if least == 0 and self.take("?"):
            yes = self.expression(0)
            self._expect(":")
            left = Conditional(left, yes, self.expression(0))
        self._nesting -= 1
        return left

    def _operator(self, least: int) -> str | None:
        """Go past the present sign if it is an operator that binds at least so tightly."""
        token = self._now
        if token.kind != "sign" or _PRECEDENCE.get(token.text, -1) < least:
            return None
        if self._cell and token.text in ("and", "or"):  # in a cell these join whole conditions
            return None
        self._at += 1
        return token.text

    def _prefixed(self) -> Node:
        prefix = self.take("not", "-")
        if prefix is None:
            return self._primary()
        return Unary(prefix, self.expression(_PREFIX[prefix]))

    def _primary(self) -> Node:
        token = self._now
        self._at += 1
        match token.kind:
            case "number":
                return self._number(token)
            case "string":
                return Literal(token.text[1:-1])
            case "name":
                return self._name(token)
            case _:
                return self._bracket(token)

    def _bracket(self, token: _Token) -> Node:
        """What begins with a bracket: (a), [a, b], [a..b), {a: b}."""
        if token.text == "{":
            return self._record()
        if token.text not in ("(", "["):
            raise MalformedError("a value is missing", token.at)
        if token.text == "[" and self.take("]"):
            return self._postfix(Array(()))
        first = self.expression(0)
        if self.take(".."):
            high = self.expression(0)
            return Interval(first, high, token.text == "[", self._expect("]", ")") == "]")
        if token.text == "(":
            self._expect(")")
            return self._postfix(first)
        if self.take("]"):
            return self._postfix(Array((first,)))
        self._expect(",")
        return self._postfix(Array((first, *self._list("]"))))

    def _number(self, token: _Token) -> Node:
        if "." in token.text:
            return Fraction(token.text)
        if int(token.text) > LITERAL_MAX:
            raise MalformedError("a number beyond 64 bits", token.at)
        return Literal(int(token.text))

    def _name(self, token: _Token) -> Node:
        word = token.text
        if word in ("true", "false"):
            return Literal(word == "true")
        if word == "null":
            return Literal(None)
        if word == "#" and self._inside:
            return self._postfix(Pointer())
        if self.take("("):
            return self._postfix(self._call(token))
        if not word.replace("_", "a").isalnum() and not (word == "$" and self._cell):
            raise MalformedError("not a name", token.at)
        path = [word]
        while self.take("."):
            path.append(self._member())
        return self._postfix(Name(tuple(path)))

    def _member(self) -> str:
        token = self._now
        if token.kind != "name" or token.text in RESERVED or not token.text.replace("_", "a").isalnum():
            raise self._stop("not a name")
        self._at += 1
        if self._now.kind == "sign" and self._now.text == "(":
            raise self._stop("methods are not part of the language")
        return token.text

    def _postfix(self, node: Node) -> Node:
        while (sign := self.take(".", "[")) is not None:
            if sign == ".":
                node = Index(node, Literal(self._member()))
            else:
                node = Index(node, self.expression(0))
                self._expect("]")
        return node

    def _call(self, token: _Token) -> Node:
        function = token.text
        if function in CLOSURES:
            over = self.expression(0)
            self._expect(",")
            self._inside += 1
            self._closures += 1
            if self._inside > CLOSURE_DEPTH_MAX or self._closures > CLOSURES_MAX:
                raise MalformedError("too many loops", token.at)
            body = self.expression(0)
            self._inside -= 1
            self._expect(")")
            return Call(function, (over, body))
        if function not in FUNCTIONS:
            raise MalformedError(f"no function {function[:40]}", token.at)
        return Call(function, self._list(")"))

    def _list(self, closing: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while not self.take(closing):
            if items:
                self._expect(",")
            items.append(self.expression(0))
        return tuple(items)

    def _record(self) -> Node:
        items: list[tuple[str, Node]] = []
        while not self.take("}"):
            if items:
                self._expect(",")
            token = self._now
            if token.kind not in ("name", "string") or token.text in RESERVED or token.text[0] in "#$":
                raise self._stop("a key is missing")
            self._at += 1
            self._expect(":")
            key = token.text[1:-1] if token.kind == "string" else token.text
            items.append((key, self.expression(0)))
        return Record(tuple(items))

    def _enter(self) -> None:
        self._nesting += 1
        if self._nesting > NESTING_MAX:
            raise self._stop("too deep")

    def _expect(self, *words: str) -> str:
        word = self.take(*words)
        if word is None:
            raise self._stop(f"expected {' or '.join(words)}")
        return word

    def _stop(self, reason: str) -> MalformedError:
        return MalformedError(reason, self._now.at)


def _as_condition(node: Node, reference: Name) -> Node:
    """What a cell without a comparison means: a list or interval is to hold the value, a condition is itself, and
    anything else is to be equal to the value."""
    meaning = _meaning(node)
    if meaning == "==":
        return Binary("==", reference, node)
    if meaning == "in" and isinstance(node, Array | Interval | Call):
        return Binary("in", reference, node)
    if meaning == "itself" and _is_truth(node):
        return node
    raise MalformedError("a cell is a comparison, a value, a list or an interval", 0)


_TRUTHS = frozenset(("contains", "startsWith", "endsWith", "matches", "isNumeric"))
_LISTS = frozenset(("split", "keys", "values"))


def _meaning(node: Node) -> str:
    """How zen-engine takes a cell that begins with no comparison: "==", "in", "itself", or "" where it is not
    said. The rule looks through signs, and at both sides of a sum."""
    match node:
        case Array() | Interval():
            return "in"
        case Unary():
            return _meaning(node.operand)
        case Binary() if node.operator in ("+", "-", "*", "/", "%", "^"):
            return _common(_meaning(node.left), _meaning(node.right))
        case Binary():
            return "itself"
        case Conditional():
            return _common(_meaning(node.yes), _meaning(node.no))
        case Call():
            if node.function in CLOSURES:
                return ""
            return "itself" if node.function in _TRUTHS else "in" if node.function in _LISTS else "=="
        case _:
            return "=="


def _common(left: str, right: str) -> str:
    if not left or not right:
        return ""
    return left if left == right else "=="


def _is_truth(node: Node) -> bool:
    match node:
        case Binary():
            return node.operator in COMPARISONS
        case Unary():
            return node.operator == "not" and _is_truth(node.operand)
        case Call():
            return node.function in _TRUTHS
        case _:
            return False
