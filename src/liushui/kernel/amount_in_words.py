"""Amounts of renminbi in Chinese words (大写金额), as vouchers carry them beside the figures.

Source: 支付结算办法 (银发〔1997〕393号), appendix 1 正确填写票据和结算凭证的基本规定, articles 1 to 3; 票据法 article 8 (figures and
words must agree). Where the rule leaves a choice, this is ours: 整 only where the amount ends at 元; a 零 wherever zeros
lie between two other figures of the yuan, none between 元 and 角 (￥1,680.32 is 壹仟陆佰捌拾元叁角贰分).
"""

from __future__ import annotations

from liushui.kernel.errors import refuse
from liushui.kernel.money import AMOUNT_MINOR_MAX

FIGURES = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_TEN_THOUSAND, _HUNDRED_MILLION = 10**4, 10**8


def amount_in_words(fen: int) -> str:
    """``amount_in_words(140950) == "人民币壹仟肆佰零玖元伍角"``. Refuses ``amount_not_positive`` and ``amount_too_large``."""
    if fen <= 0:
        raise refuse("amount_not_positive")
    if fen > AMOUNT_MINOR_MAX:
        raise refuse("amount_too_large")
    yuan, rest = divmod(fen, 100)
    jiao, last = divmod(rest, 10)
    words = f"人民币{_whole(yuan)}元" if yuan else "人民币"
    if not rest:
        return words + "整"
    if jiao:
        words += FIGURES[jiao] + "角"
    elif yuan:
        words += "零"
    return words + (FIGURES[last] + "分" if last else "")


def _whole(number: int) -> str:
    """A whole number above zero; 万 and 亿 part it by fours and eights."""
    for unit, name in ((_HUNDRED_MILLION, "亿"), (_TEN_THOUSAND, "万")):
        if number >= unit:
            high, low = divmod(number, unit)
            # A zero on either side of the unit is read once: 壹拾万零柒仟, 壹万零伍拾.
            gap = "零" if low and (low < unit // 10 or high % 10 == 0) else ""
            return _whole(high) + name + gap + (_whole(low) if low else "")
    return _four(number)


def _four(number: int) -> str:
    """One to 9,999; zeros inside are read once, those at the end not at all."""
    words, gap = "", False
    for place in (3, 2, 1, 0):
        figure = number // 10**place % 10
        if figure:
            words += ("零" if gap and words else "") + FIGURES[figure] + _PLACES[place]
        gap = not figure
    return words
