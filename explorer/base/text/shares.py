"""Shares and their errors in words: never rounded across 0 or 1, with no more digits than the error vouches for."""

from __future__ import annotations

import math


def share(value: float, decimals: int = 3) -> str:
    """A share, 0 to 1, with so many decimals, and more where it would read 0 or 1 and is neither: '0.985', '0.9998'."""
    return unrounded(value, 1, decimals)


def percentage(value: float, decimals: int = 0) -> str:
    """A share, 0 to 1, in percent, as ``share``: '75 %', '99.98 %'; '0 %' and '100 %' only where that is exact."""
    return unrounded(value, 100, decimals) + " %"


def share_with_error(value: float, stderr: float, sign: str = "±") -> str:
    """A share and its standard error, both to the error's first significant digit: '0.9853 ± 0.0005'."""
    if stderr == 0:
        return share(value)
    decimals = error_decimals(stderr)
    return f"{share(value, decimals)} {sign} {stderr:.{decimals}f}"


def percentage_with_error(value: float, stderr: float, sign: str = "±") -> str:
    """A share and its standard error in percent, both to the error's first significant digit: '37.7 ± 0.3 %'."""
    if stderr == 0:
        return percentage(value)
    decimals = error_decimals(100 * stderr)
    return f"{unrounded(value, 100, decimals)} {sign} {100 * stderr:.{decimals}f} %"


def unrounded(value: float, whole: int, decimals: int) -> str:
    """The share of ``whole``, with as many decimals as it takes not to read 0 or ``whole`` where it is neither."""
    while 0 < value < 1 and float(f"{whole * value:.{decimals}f}") in (0, whole):
        decimals += 1
    return f"{whole * value:.{decimals}f}"


def error_decimals(stderr: float) -> int:
    """The decimals up to the first significant digit of a standard error."""
    return max(0, -math.floor(math.log10(stderr)))
