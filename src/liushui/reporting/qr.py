"""QR codes (ISO/IEC 18004), by the library that draws our paper: what a page needs to show one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class QrCode:
    """size: modules along one side, without the quiet zone. path: the dark ones as the path of an SVG, a unit each."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    """The code of a text, at the level of error correction that phones' cameras are used to (M)."""
    # Here and not above: who never shows one would carry the library's 20 MB.
    from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

    code: Any = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    size: int = code.getModuleCount()
    dark = [(row, column) for row in range(size) for column in range(size) if code.isDark(row, column)]
    return QrCode(size, "".join(f"M{column} {row}h1v1h-1z" for row, column in dark))
