"""YAML as a person writes it: plain values, no alias, no repeated key."""

from __future__ import annotations

from typing import Any

import yaml

from tramontane.rules.referentiels.errors import InvalidReferentiel

# An official text of a few hundred exigences holds in a tenth of this.
MAX_BYTES = 2_000_000


class _Plain(yaml.SafeLoader):
    """A repeated key is refused: YAML would lose the first in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - yaml's own
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"clé répétée « {key.value} »", key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def parse_yaml(data: bytes) -> dict[str, Any]:
    """The mapping a YAML file holds.

    Raises:
        InvalidReferentiel: too large, not UTF-8, not YAML, an alias, a repeated key; with the line at fault.
    """
    if len(data) > MAX_BYTES:
        raise InvalidReferentiel([f"fichier : {len(data)} octets reçus, {MAX_BYTES} au plus"])
    try:
        text = data.decode()
        _refuse_aliases(text)
        content = yaml.load(text, _Plain)  # noqa: S506 - a SafeLoader, narrowed
    except UnicodeDecodeError as error:
        raise InvalidReferentiel([f"octet {error.start} : le fichier n’est pas en UTF-8"]) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidReferentiel([_where(error)]) from None
    if not isinstance(content, dict):
        raise InvalidReferentiel(["fichier : attendu des paires « clé : valeur » à la racine"])
    return content


def _refuse_aliases(text: str) -> None:
    """Aliases multiply: a few lines can hold billions of values."""
    for event in yaml.parse(text, yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise InvalidReferentiel([f"{_place(event.start_mark)} : alias refusé"])


def _where(error: Exception) -> str:
    return f"{_place(getattr(error, 'problem_mark', None))} : {getattr(error, 'problem', None) or 'YAML illisible'}"


def _place(mark: Any) -> str:
    return f"ligne {mark.line + 1}, colonne {mark.column + 1}" if mark else "fichier"
