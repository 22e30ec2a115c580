"""MTOM: any cut of the stream gives the same parts; a broken message is refused, in bounded memory."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.messages import mime
from tramontane.dmp.errors import LocalError, MalformedMessage
from tramontane.dmp.soap import mtom
from tramontane.dmp.soap.mtom import reader as reader_module
from tramontane.dmp.soap.mtom.writer import SLICE

CONTENT_TYPE = 'multipart/related; type="application/xop+xml"; boundary="b"'
# Content made of what delimiters are made of: the hardest to cut.
TRICKY = st.lists(st.sampled_from([b"\r", b"\n", b"-", b"b", b"--", b"\r\n", b"\r\n-", b"x", b"\0"])).map(b"".join)


def parts_of(content_type, chunks):
    reader = mtom.MultipartReader(content_type)
    parts = []
    for chunk in chunks:
        for event in reader.feed(chunk):
            match event:
                case mtom.PartBegins(content_id=content_id):
                    parts.append([content_id, b"", False])
                case mtom.PartData(data=data):
                    parts[-1][1] += bytes(data)
                case mtom.PartEnds():
                    parts[-1][2] = True
    reader.close()
    return parts


def sendable(content):
    return b"\r\n--b" not in b"\r\n" + content


@given(st.data(), st.lists(TRICKY.filter(sendable), max_size=4))
def test_any_cut_of_what_we_write_gives_the_same_parts(data, contents):
    message = mtom.write(
        b"<root/>", [mtom.Part(f"p{n}", "text/xml", content) for n, content in enumerate(contents)], boundary="b"
    )
    body = b"".join(message.chunks)
    assert len(body) == message.length
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=8)))
    chunks = [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    expected = [["root@tramontane", b"<root/>", True], *([f"p{n}", c, True] for n, c in enumerate(contents))]
    assert parts_of(message.content_type, chunks) == expected
    assert parts_of(message.content_type, [body[n : n + 1] for n in range(len(body))]) == expected


@pytest.mark.parametrize("name", ["td32_response.mime", "td21_request.mime"])
def test_the_example_reads_whatever_the_cut(name):
    content_type, body = mime(name)
    received = mtom.read(content_type, body)
    assert [len(part) for part in received.parts.values()] == [488]
    for size in (1, 7, 64):
        cut = parts_of(content_type, [body[n : n + size] for n in range(0, len(body), size)])
        assert [part[1] for part in cut] == [received.root, *map(bytes, received.parts.values())]


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/related; boundary=b",
        'Multipart/Related;boundary="b"',
        'multipart/related ; type="application/xop+xml" ; BOUNDARY = "\\b" ;',
    ],
)
def test_parameters_are_read_quoted_or_not_in_any_case(content_type):
    body = b"--b\r\nContent-ID:<r>\r\n\r\n<root/>\r\n--b--"
    assert mtom.read(content_type, body).root == b"<root/>"


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "multipart",
        "multipart/related",
        'multipart/related; boundary=""',
        "multipart/related; boundary=" + "b" * 71,
        "multipart/related; boundary=é",
        "multipart/related; boundary=b; boundary=c",
        'multipart/related; boundary="b',
        "text/html; charset=utf-8",
    ],
)
def test_a_content_type_that_gives_no_boundary_is_refused(content_type):
    with pytest.raises(MalformedMessage):
        mtom.read(content_type, b"--b\r\n\r\n\r\n--b--")


def test_a_plain_soap_answer_is_its_own_root():
    received = mtom.read("application/soap+xml; charset=utf-8", b"<fault/>")
    assert received.root == b"<fault/>"
    assert received.parts == {}


def test_the_root_is_the_part_that_start_designates():
    body = b"--b\r\nContent-ID: <other>\r\n\r\nx\r\n--b\r\nContent-ID: <r@h>\r\n\r\n<root/>\r\n--b--"
    received = mtom.read('multipart/related; boundary=b; start="<r@h>"', body)
    assert received.root == b"<root/>"
    assert bytes(received.parts["other"]) == b"x"
    with pytest.raises(MalformedMessage):
        mtom.read('multipart/related; boundary=b; start="<none>"', body)


@pytest.mark.parametrize("href", ["cid:a%40h", "cid:a@h", "CID:a@h", "cid:%3Ca@h%3E", " cid:a@h "])
def test_a_reference_finds_its_part_however_it_is_written(href):
    received = mtom.Received(b"", {"a@h": memoryview(b"content")})
    assert bytes(received.part(href)) == b"content"


@pytest.mark.parametrize("href", ["cid:b@h", "http://a@h", "", "cid:"])
def test_a_reference_to_nothing_is_refused(href):
    with pytest.raises(MalformedMessage):
        mtom.Received(b"", {"a@h": memoryview(b"content")}).part(href)


def test_a_part_without_content_id_cannot_be_referenced():
    body = b"--b\r\nContent-ID: <r>\r\n\r\n<root/>\r\n--b\r\n\r\nx\r\n--b--"
    assert mtom.read(CONTENT_TYPE, body).parts == {}


@pytest.mark.parametrize("body", [b"--b\r\n\r\n\r\n--b--", b"--b\r\n\r\n--b--"])
def test_a_part_may_have_neither_headers_nor_content(body):
    assert [part[1] for part in parts_of(CONTENT_TYPE, [body])] == [b""]


def test_a_preamble_an_epilogue_folded_headers_and_padding_are_accepted():
    body = b"preamble --b\r\n--b \t\r\nContent-ID:\r\n <r>\r\n\r\n<root/>\r\n--b--\r\nepilogue --b\r\n--b\r\n"
    for size in (1, 1000):
        assert parts_of(CONTENT_TYPE, [body[n : n + size] for n in range(0, len(body), size)]) == [
            ["r", b"<root/>", True]
        ]


def test_a_boundary_inside_a_line_of_content_is_content():
    body = b"--b\r\n\r\nx--b y\r\n-b\n--b\r\n--b--"
    assert parts_of(CONTENT_TYPE, [body])[0][1] == b"x--b y\r\n-b\n--b"


HOSTILE = {
    "nothing at all": b"",
    "no delimiter": b"<root/>",
    "no closing delimiter": b"--b\r\n\r\n<root/>",
    "cut inside the closing delimiter": b"--b\r\n\r\n<root/>\r\n--b-",
    "cut inside the headers": b"--b\r\nContent-ID: <a>",
    "a delimiter followed by something": b"--bc\r\n\r\n<root/>\r\n--b--",
    "a delimiter in content followed by something": b"--b\r\n\r\n<root/>\r\n--b!\r\n--b--",
    "a delimiter followed by half a closing mark": b"--b-\r\n\r\n<root/>\r\n--b--",
    "endless padding after a delimiter": b"--b" + b" " * 10_000 + b"\r\n\r\n\r\n--b--",
    "a header without colon": b"--b\r\nnonsense\r\n\r\n<root/>\r\n--b--",
    "a header without name": b"--b\r\n: x\r\n\r\n<root/>\r\n--b--",
    "a repeated header": b"--b\r\nContent-ID: <a>\r\ncontent-id: <b>\r\n\r\n<root/>\r\n--b--",
    "an encoding of electronic mail": b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\nPA==\r\n--b--",
    "a flood of headers": b"--b\r\n" + b"A: b\r\n" * 5_000 + b"\r\n<root/>\r\n--b--",
    "headers that never end": b"--b\r\n" + b"A" * 100_000,
    "a repeated content id": b"--b\r\nContent-ID: <a>\r\n\r\n1\r\n--b\r\nContent-ID: <a>\r\n\r\n2\r\n--b--",
    "a flood of parts": b"--b\r\n\r\n\r\n" * 1_001 + b"--b--",
    "an endless preamble": b"x" * 100_000 + b"\r\n--b\r\n\r\n<root/>\r\n--b--",
}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("size", [1, 1_000_000])
def test_a_broken_message_is_refused_whatever_the_cut(case, size):
    body = HOSTILE[case]
    if size == 1 and len(body) > 50_000:
        size = 1_000
    with pytest.raises(MalformedMessage) as refused:
        parts_of(CONTENT_TYPE, [body[n : n + size] for n in range(0, len(body), size)])
    assert refused.value.expected
    assert refused.value.reference


def test_limits_are_those_documented():
    assert (reader_module.MAX_HEADER_BYTES, reader_module.MAX_PARTS) == (16 * 1024, 1_000)


def test_reading_a_large_part_keeps_only_a_chunk_in_memory():
    chunk = b"x" * SLICE
    reader = mtom.MultipartReader(CONTENT_TYPE)
    reader.feed(b"--b\r\n\r\n")
    tracemalloc.start()
    received = sum(len(event.data) for _ in range(800) for event in reader.feed(chunk))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert received > 799 * SLICE
    assert peak < 1_000_000


def test_a_streamed_part_is_sent_as_it_comes_and_its_length_is_known_when_it_is_given():
    chunks = [b"abc", b"", b"def"]
    message = mtom.write(b"<r/>", [mtom.Part("p", "text/plain", chunks, length=6)], boundary="b", action="urn:a")
    assert message.content_type.endswith('boundary="b"; action="urn:a"')
    body = b"".join(message.chunks)
    assert len(body) == message.length
    assert bytes(mtom.read(message.content_type, body).parts["p"]) == b"abcdef"
    assert mtom.write(b"<r/>", [mtom.Part("p", "text/plain", chunks)], boundary="b").length is None


def test_a_body_can_be_sent_twice_when_its_contents_can():
    message = mtom.write(b"<r/>", [mtom.Part("p", "text/plain", b"abc")], boundary="b")
    assert b"".join(message.chunks) == b"".join(message.chunks)


@pytest.mark.parametrize(
    "content", [b"x\r\n--b", b"--b", [b"x\r", b"\n--b"], [b"-", b"-b"], [b"x" * 99 + b"\r\n-", b"-", b"b"]]
)
def test_a_content_that_holds_the_delimiter_is_not_sent(content):
    with pytest.raises(LocalError) as refused:
        list(mtom.write(b"<r/>", [mtom.Part("p", "text/plain", content)], boundary="b").chunks)
    assert "nouvel identifiant" in refused.value.next_step


def test_a_content_of_another_length_than_announced_is_not_sent_whole():
    with pytest.raises(LocalError) as refused:
        list(mtom.write(b"<r/>", [mtom.Part("p", "text/plain", [b"abc"], length=4)], boundary="b").chunks)
    assert (refused.value.expected, refused.value.received) == ("4 octets", "3 octets")


@pytest.mark.parametrize(
    ("content_id", "content_type"),
    [("p", "text/xml\r\nX-Injected: 1"), ("p>\r\nX: <q", "text/xml"), ("p\n", "text/xml")],
)
def test_a_header_cannot_be_injected(content_id, content_type):
    with pytest.raises(LocalError):
        mtom.write(b"<r/>", [mtom.Part(content_id, content_type, b"")], boundary="b")
