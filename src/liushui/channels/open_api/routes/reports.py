"""Reports and issued statements, as files."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, BinaryIO, cast

from fastapi import APIRouter, Path, Query
from starlette.responses import Response, StreamingResponse

from liushui.channels.open_api import schemas as s
from liushui.channels.open_api.dependencies import Caller, Customer, Day, TheBank
from liushui.deposits import statement_by_code
from liushui.identity import Principal
from liushui.kernel.errors import refuse
from liushui.reporting import MEDIA_TYPES, Asked, Format, Language, Written
from liushui.self_service import own_accounts

router = APIRouter()
IN_MEMORY_MAX = 1024 * 1024
CHUNK = 64 * 1024
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The report, as a file",
        "content": {kind.partition(";")[0]: {"schema": {}} for kind in MEDIA_TYPES.values()},
    }
}


@router.get("/v1/reports/{name}", response_class=Response, responses=_FILE)
async def show_report(
    name: Annotated[str, Path(max_length=40, pattern=r"^[a-z_]+$")], bank: TheBank, caller: Caller,
    on: Annotated[Day | None, Query(alias="date")] = None,
    date_from: Annotated[Day | None, Query(alias="from")] = None,
    date_to: Annotated[Day | None, Query(alias="to")] = None,
    branch: Annotated[str | None, Query(pattern=r"^[0-9]{4}$")] = None, currency: s.Currency | None = None,
    format: Format = Format.JSON, language: Language = Language.ZH,
    most: Annotated[int | None, Query(ge=1, le=10_000)] = None,
) -> Response:  # fmt: skip
    """most: the first rows of each table only, for a screen; counts and totals stay those of all."""
    asked = Asked(name, on, date_from, date_to, _branch_of(caller, branch), currency)
    file = _file()
    written = await bank.reporting.write(asked, format, language, file, most=most)
    return _answer(file, written, format)


@router.get("/v1/statements/{code}", response_class=Response, responses=_FILE)
async def show_issued_statement(
    code: Annotated[str, Path(max_length=40, pattern=r"^[0-9A-Z]+$")], bank: TheBank, caller: Caller,
    format: Format = Format.PDF, language: Language = Language.BOTH,
) -> Response:  # fmt: skip
    file = _file()
    return _answer(file, await bank.reporting.write_statement(code, format, language, file), format)


@router.get("/v1/my/statements/{code}", response_class=Response, responses=_FILE)
async def show_my_statement_file(
    code: Annotated[str, Path(max_length=40, pattern=r"^[0-9A-Z]+$")], bank: TheBank, visitor: Customer,
    format: Format = Format.PDF, language: Language = Language.BOTH,
) -> Response:  # fmt: skip
    """A statement that was issued for one of the customer's own accounts."""
    async with bank.db.read() as conn:
        issued = await statement_by_code(conn, code)
        if issued.data.account not in await own_accounts(conn, visitor):
            raise refuse("statement_unknown", "code")
    file = _file()
    return _answer(file, await bank.reporting.write_statement(code, format, language, file), format)


def _branch_of(caller: Principal, asked: str | None) -> str | None:
    """Who works for one branch reads of that one. Refuses ``report_other_branch``."""
    if caller.anywhere:
        return asked
    if asked not in (None, caller.branch_code):
        raise refuse("report_other_branch", "branch")
    return caller.branch_code


def _file() -> BinaryIO:
    """Where a report is written before anything is answered: whoever reads slowly holds no connection to the database,
    and nobody takes the first half of a report for a whole one. A large one lies on the disk, without a name."""
    return cast(BinaryIO, SpooledTemporaryFile(max_size=IN_MEMORY_MAX))


def _answer(file: BinaryIO, written: Written, format: Format) -> Response:
    length = file.tell()
    file.seek(0)

    def chunks() -> Iterator[bytes]:
        with file:
            while chunk := file.read(CHUNK):
                yield chunk

    headers = {
        "Content-Disposition": f'attachment; filename="{written.file_name}"',
        "Content-Length": str(length),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(chunks(), media_type=MEDIA_TYPES[format], headers=headers)
