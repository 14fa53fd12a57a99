"""Evaluates an identity policy as AWS does: action, resource and condition (IAM user guide, "Policy evaluation logic" and "Condition").

What it does not know it refuses to evaluate: a policy that is judged by half would prove nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from canvos_tui.core.aws.iam_policy import Document, fits, listed, statements
from canvos_tui.core.values import dataclass

Context = Mapping[str, tuple[str, ...]]  # values by the lower-cased name of a condition key


@dataclass(frozen=True)
class Target:
    """One resource of a request, by its ARN or `*`, with what conditions may ask of it and of the request."""

    arn: str
    context: Context


def allowed(document: Document, action: str, targets: Iterable[Target]) -> bool:
    """Whether the policy allows the action on every target: a deny that matches wins, without an allow nothing is allowed."""
    return all(_allowed(document, action, target) for target in targets)


def _allowed(document: Document, action: str, target: Target) -> bool:
    effects = {s.get("Effect") for s in statements((document,)) if _concerns(s, action, target)}
    return effects == {"Allow"}


def _concerns(statement: Document, action: str, target: Target) -> bool:
    named = _named(statement, "Action", action, fold=True) and _named(statement, "Resource", target.arn, fold=False)
    return named and all(
        _holds(operator, key, listed(wanted), target.context)
        for operator, asked in (statement.get("Condition") or {}).items()
        for key, wanted in asked.items()
    )


def _named(statement: Document, element: str, name: str, *, fold: bool) -> bool:
    turned = f"Not{element}" in statement
    patterns = listed(statement.get(f"Not{element}" if turned else element))
    return turned is not any(fits(str(pattern), name, fold=fold) for pattern in patterns)


def refuse_unknown(document: Document) -> None:
    """ValueError for what is not evaluated here: an operator that nobody needed yet, a variable in a pattern."""
    for statement in statements((document,)):
        for operator in statement.get("Condition") or {}:
            if _bare(operator)[1] not in _OPERATORS:
                raise ValueError(f"the stand-in does not know the condition operator {operator}")
        if "${" in str(statement):
            raise ValueError("the stand-in does not know the variables of a policy")


# -- conditions -----------------------------------------------------------------------------------------------


def _holds(operator: str, key: str, wanted: tuple[object, ...], context: Context) -> bool:
    quantity, bare, if_exists = _bare(operator)
    found, texts = context.get(key.lower()), [_text(value) for value in wanted]
    if bare == "Null":
        return (found is None) is (texts[0] == "true")
    turned, fits_one = _OPERATORS[bare]
    if found is None:  # a condition that asks for something is not met by nothing; one that rules out is
        return if_exists or turned or quantity == "ForAllValues"

    def holds(value: str) -> bool:
        return turned is not any(fits_one(text, value) for text in texts)

    return all(map(holds, found)) if quantity == "ForAllValues" else any(map(holds, found))


def _bare(operator: str) -> tuple[str, str, bool]:
    """`ForAllValues:StringLikeIfExists` as its parts."""
    quantity, colon, rest = operator.partition(":")
    rest = rest if colon else quantity
    return quantity if colon else "", rest.removesuffix("IfExists"), rest.endswith("IfExists")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _same(wanted: str, found: str) -> bool:
    return wanted == found


def _same_folded(wanted: str, found: str) -> bool:
    return wanted.casefold() == found.casefold()


def _number(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    return lambda wanted, found: compare(float(found), float(wanted))


# by its name: whether it rules out, and how one wanted value is compared with one that was found
_OPERATORS: dict[str, tuple[bool, Callable[[str, str], bool]]] = {
    "StringEquals": (False, _same),
    "StringNotEquals": (True, _same),
    "StringEqualsIgnoreCase": (False, _same_folded),
    "StringNotEqualsIgnoreCase": (True, _same_folded),
    "StringLike": (False, fits),
    "StringNotLike": (True, fits),
    "ArnEquals": (False, fits),
    "ArnLike": (False, fits),
    "ArnNotEquals": (True, fits),
    "ArnNotLike": (True, fits),
    "Bool": (False, _same_folded),
    "Null": (False, _same),
    "NumericEquals": (False, _number(lambda a, b: a == b)),
    "NumericNotEquals": (True, _number(lambda a, b: a == b)),
    "NumericLessThan": (False, _number(lambda a, b: a < b)),
    "NumericLessThanEquals": (False, _number(lambda a, b: a <= b)),
    "NumericGreaterThan": (False, _number(lambda a, b: a > b)),
    "NumericGreaterThanEquals": (False, _number(lambda a, b: a >= b)),
}
