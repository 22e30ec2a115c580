"""Names and places that sound French; no person is behind any of them."""

from __future__ import annotations

from tramontane.demo.package_data import read

_DATA = read("names.toml")
FAMILY_NAMES: tuple[str, ...] = tuple(_DATA["family"])
# By sex, for people born before a year.
GIVEN_NAMES: dict[str, tuple[tuple[int, tuple[str, ...]], ...]] = {
    sex: tuple((int(until), tuple(names)) for until, names in generations.items())
    for sex, generations in _DATA["given"].items()
}
# INSEE code as the INS carries it (99 + country outside France), name, weight.
BIRTH_PLACES: tuple[tuple[str, str, int], ...] = tuple(
    (code, name, weight) for code, name, weight in _DATA["birth_places"]
)
CITIES: tuple[str, ...] = tuple(_DATA["cities"])
