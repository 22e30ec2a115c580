"""Any registry object that our writers can write, for hypothesis."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from tramontane.dmp import xds
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.xds.model import Kept

# What XML can carry, trimmed, as values are.
texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn"), include_characters="\t\n&<>\"'"), max_size=12).map(
    str.strip
)
some_texts = texts.filter(bool)
times = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001  # zoned by the strategy
    lambda instant: instant.replace(microsecond=0)
)
codes = st.builds(Coded, some_texts, texts, texts.filter(bool))
tuples = st.lists(some_texts, max_size=3).map(tuple)
free_slots = st.lists(
    st.builds(xds.Slot, some_texts.map("urn:x:{}".format), tuples), max_size=2, unique_by=lambda slot: slot.name
).map(tuple)
authors = st.builds(xds.Author, person=texts, institutions=tuples, roles=tuples, specialties=tuples, slots=free_slots)
classifications = st.builds(
    xds.Classification,
    scheme=some_texts.map("urn:scheme:{}".format),
    node=texts,
    representation=st.none() | texts,
    label=texts,
    slots=free_slots,
)
identifiers = st.builds(xds.ExternalIdentifier, some_texts.map("urn:id:{}".format), texts, texts)
kepts = st.builds(
    Kept,
    attributes=st.dictionaries(st.sampled_from(["isOpaque", "home", "contentVersion"]), texts, max_size=3).map(
        lambda found: tuple(found.items())
    ),
    slots=free_slots,
    classifications=st.lists(classifications, max_size=2).map(tuple),
    identifiers=st.lists(identifiers, max_size=2).map(tuple),
)
statuses = st.none() | st.sampled_from(xds.AvailabilityStatus)
entries = st.builds(
    xds.DocumentEntry,
    entry_uuid=some_texts,
    logical_id=texts,
    version=texts,
    availability_status=statuses,
    mime_type=texts,
    unique_id=texts,
    repository_unique_id=texts,
    hash=texts,
    size=st.none() | st.integers(0, 10**12),
    language_code=texts,
    creation_time=st.none() | times,
    service_start_time=st.none() | times,
    service_stop_time=st.none() | times,
    title=texts,
    comments=texts,
    patient_id=texts,
    source_patient_id=texts,
    source_patient_info=tuples,
    authors=st.lists(authors, max_size=2).map(tuple),
    legal_authenticator=texts,
    class_code=st.none() | codes,
    type_code=st.none() | codes,
    format_code=st.none() | codes,
    facility_type=st.none() | codes,
    practice_setting=st.none() | codes,
    confidentiality_codes=st.lists(codes, max_size=3).map(tuple),
    event_codes=st.lists(codes, max_size=2).map(tuple),
    reference_ids=tuples,
    uri=texts,
    kept=kepts,
)
submission_sets = st.builds(
    xds.SubmissionSet,
    entry_uuid=some_texts,
    availability_status=statuses,
    submission_time=st.none() | times,
    title=texts,
    authors=st.lists(authors, max_size=1).map(tuple),
    content_type=st.none() | codes,
    patient_id=texts,
    source_id=texts,
    unique_id=texts,
    intended_recipients=tuples,
    kept=kepts,
)
associations = st.builds(
    xds.Association,
    entry_uuid=texts,
    type=st.sampled_from([*xds.AssociationType, "urn:x:other"]),
    source=texts,
    target=texts,
    slots=free_slots,
)
objects = st.one_of(entries, submission_sets, associations, st.builds(xds.ObjectRef, texts))
