"""The catalogue: versions of products, effective-dated. The house's own are in ``catalogue/*.yaml``, a document each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from itertools import groupby, pairwise

from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.products.terms import Product
from liushui.products.version_reader import read_version
from liushui.products.yaml_lines import documents, line_of, source_of


@dataclass(frozen=True, slots=True)
class Released:
    """A version with the text of its document, and where that stood."""

    product: Product
    text: str
    file: str
    line: int


class Catalogue:
    """Products by key and day. A version without a last day holds until the next one begins."""

    def __init__(self, products: Sequence[Product]) -> None:
        """Refuses ``product_versions_overlap`` and ``product_version_twice``, all faults at once."""
        raise_if_any([fault for _, fault in overlaps(products)])
        self._by_key = {
            key: tuple(versions)
            for key, versions in groupby(sorted(products, key=_order), key=lambda p: p.key)
        }

    def __iter__(self) -> Iterator[Product]:
        """Every version, by key and first day."""
        return (product for versions in self._by_key.values() for product in versions)

    def get(self, key: str, on: date) -> Product:
        """The version sold on a day. Refuses ``product_unknown``."""
        for product in reversed(self._by_key.get(key, ())):
            if product.valid_from <= on:
                if product.holds_on(on):
                    return product
                break
        raise refuse("product_unknown", "product", product=key[:40], day=on.isoformat())

    def newest(self, key: str, on: date) -> Product:
        """The last version that has begun by a day, whether or not it is sold any more. Refuses ``product_unknown``."""
        for product in reversed(self._by_key.get(key, ())):
            if product.valid_from <= on:
                return product
        raise refuse("product_unknown", "product", product=key[:40], day=on.isoformat())

    def version(self, key: str, number: int) -> Product:
        """A version by its number: what a contract was made on. Refuses ``product_version_unknown``."""
        for product in self._by_key.get(key, ()):
            if product.version == number:
                return product
        raise refuse("product_version_unknown", product=key[:40], version=number)

    def on(self, day: date) -> dict[str, Product]:
        """Every product sold on a day, by key."""
        return {product.key: product for product in self if self._is_current(product, day)}

    def _is_current(self, product: Product, day: date) -> bool:
        later = any(product.valid_from < p.valid_from <= day for p in self._by_key[product.key])
        return product.holds_on(day) and not later


def _order(product: Product) -> tuple[str, date, int]:
    return product.key, product.valid_from, product.version


def overlaps(products: Sequence[Product]) -> Iterator[tuple[Product, Fault]]:
    """Pairs of versions of one product that cannot both be: the later one with its fault. Numbers rise with days; of two
    versions the earlier ends before the later begins."""
    for before, after in pairwise(sorted(products, key=_order)):
        if before.key != after.key:
            continue
        params = {"product": after.key, "version": after.version, "file": "-", "line": 0}
        if after.version <= before.version:
            yield after, Fault("product_version_twice", params)
        if before.valid_from == after.valid_from or (
            before.valid_to is not None and before.valid_to >= after.valid_from
        ):
            yield after, Fault("product_versions_overlap", params)


def parse_catalogue(files: Sequence[tuple[str, str]]) -> list[Released]:
    """Read files (name, text). Refuses every fault of all of them at once, each with ``file`` and ``line``."""
    faults: list[Fault] = []
    found: list[Released] = []
    for file, text in files:
        nodes = documents(file, text, faults)
        for node in nodes:
            product = read_version(file, node, faults)
            if product is not None:
                found.append(Released(product, source_of(text, node), file, line_of(node) + 1))
        if not nodes and not any(f.params.get("file") == file for f in faults):
            faults.append(Fault("yaml_mapping_wanted", {"file": file, "line": 1, "field": "-"}))
    places = {id(r.product): r for r in found}
    for product, fault in overlaps([r.product for r in found]):
        place = places[id(product)]
        faults.append(Fault(fault.code, {**fault.params, "file": place.file, "line": place.line}))
    faults.sort(key=lambda f: (str(f.params.get("file")), int(f.params.get("line") or 0)))
    raise_if_any(faults)
    return found


@cache
def house_catalogue() -> Sequence[Released]:
    """What ships with the house."""
    folder = resources.files("liushui.products").joinpath("catalogue")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return tuple(parse_catalogue([(f.name, f.read_text("utf-8")) for f in files]))


@cache
def load_catalogue() -> Catalogue:
    """The house's products. What a bank has released besides is in its database: ``stored_catalogue``."""
    return Catalogue([released.product for released in house_catalogue()])
