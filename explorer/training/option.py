"""One option of a training: its label, meaning, bounds and choices, and the answer to a value outside of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from explorer.base import ExplorerError
from explorer.base.languages import N_, _
from explorer.base.text import did_you_mean

ACCEPTED: dict[type, tuple[tuple[type, ...], str]] = {
    int: ((int,), N_("a whole number")),
    float: ((int, float), N_("a number")),
    str: ((str,), N_("a text")),
    bool: ((bool,), N_("true or false")),
    tuple: ((tuple,), N_("a list of whole numbers")),
}


@dataclass(frozen=True)
class Option:
    """What the command line, the Models page, docs/train.md and the checks know of an option.

    Parameters
    ----------
    label : of the page's field.
    summary : its meaning in a line, for ``--help`` and for the table in the docs.
    metavar : stands for a value there; not needed where ``choices`` is a tuple.
    sentence : says that a value was refused; ``{}`` is the value.
    help : the tooltip of the page's field.
    unset : what None stands for; the placeholder of the page's field, and the default in the docs.
    lower, upper : the smallest and the largest number, of a list each; None for no bound. No number may be infinite.
    exclusive : whether the bounds themselves are refused.
    usual : ends the hint of a refused number, as in "0.001 is usual".
    choices : the names to choose from. A function reads them from the package that owns and checks them, which may
        import torch.
    step : by which the page's field changes a real number.
    page_upper : the largest whole number that the page's field takes; None for ``upper``.
    preset : whether the page's presets set it.
    name, kind, default : of the dataclass's field; ``read_options`` reads them there.
    """

    label: str
    summary: str
    metavar: str = ""
    sentence: str = ""
    help: str = ""
    unset: str = ""
    lower: float | None = None
    upper: float | None = None
    exclusive: bool = False
    usual: str = ""
    choices: tuple[str, ...] | Callable[[], Iterable[str]] = ()
    step: float | None = None
    page_upper: int | None = None
    preset: bool = False
    name: str = ""
    kind: type = str
    default: Any = None  # dataclasses.MISSING where it must be given

    @property
    def flag(self) -> str:
        """The command line's."""
        return "--" + self.name.replace("_", "-")

    @property
    def placeholder(self) -> str:
        """What stands for a value in ``--help`` and in the docs."""
        return "|".join(self.choices) if isinstance(self.choices, tuple) and self.choices else self.metavar

    def names(self) -> list[str]:
        """The choices; empty where any value goes. May import torch."""
        return list(self.choices() if callable(self.choices) else self.choices)

    def check(self, value: Any) -> None:
        """Raise ExplorerError for a value of another type, outside of the bounds, or not among its own choices."""
        if value is None and self.default is None:
            return
        if hint := self.complaint(value):
            sentence = _(self.sentence) or _("The option {name} is {value}.").format(name=self.name, value="{!r}")
            raise ExplorerError(sentence.format(list(value) if isinstance(value, tuple) else value), hint)

    def complaint(self, value: Any) -> str:
        """What the value would have to be; empty where it is accepted."""
        if not self.of_its_kind(value):
            return _("It must be {kind}.").format(kind=_(ACCEPTED[self.kind][1]))
        if self.kind in (int, float) and not self.within(value):
            return _("It must {range}").format(range=self.range_text())
        if self.kind is tuple and not (value and all(map(self.within, value))):
            return _("There must be one at least, and each must {range}").format(range=self.range_text())
        if isinstance(self.choices, tuple) and self.choices and value not in self.choices:
            return did_you_mean(value, self.choices) + _("Choose {names}.").format(names=listed(self.choices))
        return ""

    def of_its_kind(self, value: Any) -> bool:
        """Whether the value has the option's type; a truth value is no number."""
        if self.kind is bool or isinstance(value, bool):
            return self.kind is bool and isinstance(value, bool)
        if self.kind is tuple:
            return isinstance(value, tuple) and all(type(each) is int for each in value)
        return isinstance(value, ACCEPTED[self.kind][0])

    def within(self, value: float) -> bool:
        """Whether a number is finite and within the bounds."""
        low = -math.inf if self.lower is None else self.lower
        high = math.inf if self.upper is None else self.upper
        inside = low < value < high if self.exclusive else low <= value <= high
        return inside and -math.inf < value < math.inf

    def range_text(self) -> str:
        """The bounds, after "It must"."""
        if self.upper is None:
            text = _("be more than {lower}") if self.exclusive else _("be at least {lower}")
        elif self.exclusive:
            text = _("be more than {lower} and less than {upper:,}")
        else:
            text = _("lie between {lower} and {upper:,}")
        text = text.format(lower=self.lower, upper=self.upper)
        if self.usual:
            return _("{range}; {usual}.").format(range=text, usual=_(self.usual))
        return _("{range}.").format(range=text)


def listed(names: Iterable[str]) -> str:
    """'a, b or c'."""
    *first, last = names
    return _("{names} or {last}").format(names=_(", ").join(first), last=last) if first else last


def read_options(dataclass: type) -> dict[str, Option]:
    """The options of a dataclass whose fields carry an ``Option`` under "option", in their order."""
    kinds = get_type_hints(dataclass)
    return {
        each.name: replace(
            each.metadata["option"], name=each.name, kind=plain_type(kinds[each.name]), default=each.default
        )
        for each in fields(dataclass)
    }


def plain_type(hint: Any) -> type:
    """The type behind an annotation: ``int`` of ``int | None``, ``tuple`` of ``tuple[int, ...]``."""
    named = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    (kind,) = (each for each in named if each is not NoneType)
    return get_origin(kind) or kind
