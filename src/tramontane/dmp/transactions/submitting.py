"""The ``SubmitObjectsRequest`` that TD2.1 and TD3.3 share: a submission set and what it says."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from tramontane.dmp import xds
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.xds.names import LCM, RIM
from tramontane.dmp.xds.readers import read_objects, without_comments
from tramontane.dmp.xds.writers import write_objects

SUBMISSION_SET_ID = "SubmissionSet01"
SUBMIT_OBJECTS = f"{{{LCM}}}SubmitObjectsRequest"


def document_id(rank: int) -> str:
    """The local id of the document of this rank, from 1."""
    return f"Document{rank:02d}"


def has_member(rank: int, source: str, target: str, *more: xds.Slot) -> xds.Association:
    """The association that puts a document in its submission set."""
    return xds.Association(
        entry_uuid=f"as{rank}",
        type=xds.AssociationType.HAS_MEMBER,
        source=source,
        target=target,
        slots=(xds.Slot("SubmissionSetStatus", ("Original",)), *more),
    )


def write_submission(objects: Iterable[xds.RegistryObject]) -> bytes:
    """The ``lcm:SubmitObjectsRequest``."""
    return (
        f'<lcm:SubmitObjectsRequest xmlns:lcm="{LCM}" xmlns="{RIM}">'
        f"<RegistryObjectList>{write_objects(objects)}</RegistryObjectList></lcm:SubmitObjectsRequest>"
    ).encode()


def read_submission(element: etree._Element | None) -> tuple[xds.SubmissionSet, list[xds.RegistryObject]]:
    """The submission set and the other objects, in order.

    Raises:
        MalformedMessage: another element, or not exactly one submission set.
    """
    if element is None or element.tag != SUBMIT_OBJECTS:
        raise malformed("lcm:SubmitObjectsRequest", "rien" if element is None else str(element.tag))
    found = without_comments(element).find(f"{{{RIM}}}RegistryObjectList")
    objects = [] if found is None else list(read_objects(found))
    sets = [item for item in objects if isinstance(item, xds.SubmissionSet)]
    if len(sets) != 1:
        raise malformed("un seul lot de soumission", f"{len(sets)} lots")
    return sets[0], [item for item in objects if item is not sets[0]]


def malformed(expected: str, received: str) -> MalformedMessage:
    """The error of a submission that is not one."""
    return MalformedMessage(
        "Le message n'est pas une soumission de documents.",
        code="soumission-message",
        expected=expected,
        received=received,
        reference="IHE ITI TF-2, ITI-41 ; ITI-57",
    )
