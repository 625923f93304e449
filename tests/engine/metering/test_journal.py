"""What was appended is read once it is whole, whoever dies when."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.engine.metering.journal import JournalFull, JournalWriter
from backend.engine.metering.reader import Chunk, JournalReader
from backend.engine.metering.records import encode
from tests.metering import record


@pytest.fixture
def reader(tmp_path: Path) -> JournalReader:
    """Reads the test's folder."""
    return JournalReader(tmp_path)


@pytest.fixture
def writer(tmp_path: Path) -> JournalWriter:
    """Writes into the test's folder."""
    return JournalWriter(tmp_path)


def only_chunk(reader: JournalReader, lines_max: int = 100) -> Chunk:
    """Read the one segment there is."""
    (segment,) = reader.segments()
    chunk = reader.read(segment, 0, lines_max)
    assert chunk is not None
    return chunk


def lines_of(chunk: Chunk) -> tuple[bytes, ...]:
    """Give its lines one by one; they are as many as it says."""
    lines = tuple(line + b"\n" for line in chunk.block.split(b"\n")[:-1])
    assert len(lines) == chunk.count
    return lines


def test_lines_are_read_as_they_were_written(writer: JournalWriter, reader: JournalReader) -> None:
    """A living owner's segment is read, and is not finished."""
    writer.append(b"one\n")
    writer.append(b"two\n")
    chunk = only_chunk(reader)
    assert lines_of(chunk) == (b"one\n", b"two\n")
    assert (chunk.start, chunk.end, chunk.has_more, chunk.is_finished) == (0, 8, False, False)


def test_an_owner_that_closed_leaves_a_finished_segment(writer: JournalWriter, reader: JournalReader) -> None:
    """The flock goes with the owner: that is how its death is seen."""
    writer.append(b"one\n")
    writer.close()
    assert only_chunk(reader).is_finished


def test_reading_goes_on_from_an_offset_in_bounded_pieces(writer: JournalWriter, reader: JournalReader) -> None:
    """Pieces join without a gap, and only the last one of a dead owner is the end."""
    lines = [f"line {number}\n".encode() for number in range(10)]
    for line in lines:
        writer.append(line)
    writer.close()
    (segment,) = reader.segments()
    offset, seen = 0, list[bytes]()
    while (chunk := reader.read(segment, offset, 3)) and not chunk.is_finished:
        assert len(lines_of(chunk)) == 3
        seen += lines_of(chunk)
        offset = chunk.end
    assert chunk is not None
    assert [*seen, *lines_of(chunk)] == lines


def test_a_torn_last_line_is_not_read(writer: JournalWriter, reader: JournalReader, tmp_path: Path) -> None:
    """A kill in the middle of a write leaves the start of a call that was never answered."""
    writer.append(b"one\n")
    writer.close()
    with (tmp_path / reader.segments()[0]).open("ab") as file:
        file.write(b"tor")
    chunk = only_chunk(reader)
    assert lines_of(chunk) == (b"one\n",)
    assert (chunk.is_finished, chunk.torn_bytes, chunk.end) == (True, 3, 4)


def test_a_living_owner_has_no_torn_line(writer: JournalWriter, reader: JournalReader, tmp_path: Path) -> None:
    """What is being written is waited for."""
    writer.append(b"one\n")
    with (tmp_path / reader.segments()[0]).open("ab") as file:
        file.write(b"tw")
    chunk = only_chunk(reader)
    assert (lines_of(chunk), chunk.is_finished, chunk.torn_bytes) == ((b"one\n",), False, 0)


def test_a_segment_is_followed_by_another_when_it_is_long(tmp_path: Path, reader: JournalReader) -> None:
    """Rotation loses nothing and leaves finished segments behind."""
    writer = JournalWriter(tmp_path, segment_bytes_max=10)
    for number in range(9):
        writer.append(f"{number}..\n".encode())
    chunks = [reader.read(segment, 0, 100) for segment in reader.segments()]
    assert [line for chunk in chunks if chunk for line in lines_of(chunk)] == [
        f"{number}..\n".encode() for number in range(9)
    ]
    assert [chunk.is_finished for chunk in chunks if chunk] == [True] * 4 + [False]


def test_a_full_disk_leaves_nothing_of_the_line(
    writer: JournalWriter, reader: JournalReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short write is taken back and refused; the next line follows the last whole one."""
    writer.append(b"one\n")
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda fd, line: write(fd, line[:2]))
        with pytest.raises(JournalFull):
            writer.append(b"lost\n")
    writer.append(b"two\n")
    assert lines_of(only_chunk(reader)) == (b"one\n", b"two\n")


def test_a_short_write_that_cannot_be_taken_back_ends_the_segment(
    writer: JournalWriter, reader: JournalReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The torn line stays last in its segment: nothing is ever written behind it."""
    writer.append(b"one\n")
    write = os.write

    def refuse(_fd: int, _length: int) -> None:
        raise OSError(5, "I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda fd, line: write(fd, line[:2]))
        patch.setattr(os, "ftruncate", refuse)
        with pytest.raises(JournalFull):
            writer.append(b"lost\n")
    writer.append(b"two\n")
    first, second = (reader.read(segment, 0, 9) for segment in reader.segments())
    assert first is not None
    assert second is not None
    assert (lines_of(first), first.torn_bytes, lines_of(second)) == ((b"one\n",), 2, (b"two\n",))


def test_a_real_full_disk_refuses_the_call(tmp_path: Path) -> None:
    """The kernel's own refusal (here the limit on file sizes) is a 503, and the line before it stays whole."""
    code = """
import resource, signal, sys
from pathlib import Path
from backend.engine.metering.journal import JournalFull, JournalWriter
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
writer = JournalWriter(Path(sys.argv[1]))
writer.append(b"123456\\n")
for _ in range(2):
    try:
        writer.append(b"abcdef\\n")
    except JournalFull as refusal:
        print(refusal.status)
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["503", "503"]
    assert lines_of(only_chunk(JournalReader(tmp_path))) == (b"123456\n",)


def test_a_folder_that_cannot_be_written_refuses_the_call(tmp_path: Path) -> None:
    """No journal, no answer."""
    with pytest.raises(JournalFull):
        JournalWriter(tmp_path / "absent").append(b"one\n")


def test_threads_never_mix_their_lines(writer: JournalWriter, reader: JournalReader) -> None:
    """One write a line, under one lock."""
    bodies = [bytes([65 + number]) * 5_000 + b"\n" for number in range(8)]

    def append_fifty(line: bytes) -> None:
        for _ in range(50):
            writer.append(line)

    threads = [threading.Thread(target=append_fifty, args=[line]) for line in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = lines_of(only_chunk(reader, 1_000))
    assert sorted(lines) == sorted(bodies * 50)


def test_a_forked_child_writes_a_segment_of_its_own(writer: JournalWriter, reader: JournalReader) -> None:
    """Workers forked after the first line never share a file, and the parent's stays alive."""
    writer.append(b"parent\n")
    child = os.fork()
    if child == 0:
        writer.append(b"child\n")
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    writer.append(b"parent\n")
    chunks = [reader.read(segment, 0, 9) for segment in reader.segments()]
    assert {(lines_of(chunk), chunk.is_finished) for chunk in chunks if chunk} == {
        ((b"parent\n", b"parent\n"), False),
        ((b"child\n",), True),
    }


def test_a_fork_while_another_thread_appends_does_not_hang(writer: JournalWriter) -> None:
    """A lock that was held at the moment of the fork is not held in the child."""
    with writer._lock:
        child = os.fork()
        if child == 0:
            writer.append(b"child\n")
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_names_never_repeat(tmp_path: Path, reader: JournalReader) -> None:
    """A name that came back would be taken for one that is folded already."""
    writer = JournalWriter(tmp_path, segment_bytes_max=1)
    for _ in range(50):
        writer.append(b"x\n")
    assert len(reader.segments()) == 50


def test_what_cannot_be_folded_is_kept_beside_its_segment(reader: JournalReader, tmp_path: Path) -> None:
    """Nothing that was written is thrown away."""
    reader.set_aside("a.jsonl", 7, b"\xff\0bad\n")
    assert b'"offset":7' in (tmp_path / "a.jsonl.bad").read_bytes()
    assert reader.segments() == []


def test_only_old_drafts_are_swept(reader: JournalReader, tmp_path: Path) -> None:
    """A draft of this moment belongs to a writer that is about to show it."""
    old, new = tmp_path / "1.jsonl.draft", tmp_path / "2.jsonl.draft"
    old.touch()
    new.touch()
    os.utime(old, (0, 0))
    reader.sweep_drafts()
    assert (old.exists(), new.exists()) == (False, True)


def test_a_segment_that_is_gone_is_no_error(reader: JournalReader) -> None:
    """Another process may have finished with it."""
    assert reader.read("gone.jsonl", 0, 10) is None
    assert reader.size("gone.jsonl") == 0


@given(st.lists(st.integers(1, 5), max_size=30), st.integers(0, 6))
def test_a_chunk_is_cut_after_a_moment(moments: list[int], until_us: int) -> None:
    """Lines in the order of their calls are all kept up to it; others are cut somewhere, and none is lost."""
    lines = [encode(record(occurred_at_us=moment)) for moment in moments]
    chunk = Chunk("a", 7, b"".join(lines), len(lines), has_more=False, is_finished=True, torn_bytes=3)
    cut = chunk.until(until_us)
    kept = lines_of(cut)
    assert list(kept) == lines[: len(kept)]
    if moments == sorted(moments):
        assert len(kept) == sum(moment <= until_us for moment in moments)
    if len(kept) < len(lines):
        assert (cut.start, cut.has_more, cut.is_finished, cut.torn_bytes) == (7, True, False, 0)
    else:
        assert cut is chunk
