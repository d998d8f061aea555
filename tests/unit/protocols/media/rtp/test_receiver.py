import struct

from hypothesis import given
from hypothesis import strategies as st

from pinegate.protocols.media import rtp


def datagram(sequence: int, ssrc: int = 1) -> bytes:
    return struct.pack("!BBHII", 0x80, 96, sequence & 0xFFFF, 0, ssrc) + sequence.to_bytes(4, "big")


def numbers(packets: list[rtp.RtpPacket]) -> list[int]:
    return [int.from_bytes(packet.payload, "big") for packet in packets]


def receive(receiver: rtp.Receiver, sequences: list[int]) -> list[rtp.RtpPacket]:
    packets = [packet for sequence in sequences for packet in receiver.receive(datagram(sequence))]
    return packets + receiver.flush()


@given(st.integers(0, 0xFFFF), st.permutations(range(1, 12)), st.lists(st.integers(0, 11), max_size=8))
def test_order_is_restored_within_the_window(first: int, order: list[int], repeated: list[int]) -> None:
    receiver = rtp.Receiver(window=16)
    sequences = [first] + [first + offset for offset in order] + [first + offset for offset in repeated]
    packets = receive(receiver, sequences)
    assert numbers(packets) == [first + offset for offset in range(12)]
    assert (receiver.lost, receiver.duplicates) == (0, len(repeated))
    assert not any(packet.lost_before for packet in packets)


@given(st.integers(0, 0xFFFF), st.sets(st.integers(1, 98), max_size=40))
def test_each_gap_is_marked_once_and_counted(first: int, missing: set[int]) -> None:
    receiver = rtp.Receiver(window=4)
    present = [number for number in range(100) if number not in missing]
    packets = receive(receiver, [first + number for number in present])
    assert numbers(packets) == [first + number for number in present]
    expected = [number > 0 and number - 1 in missing for number in present]
    assert [packet.lost_before for packet in packets] == expected
    assert receiver.lost == len(missing)


def test_without_a_window_nothing_waits() -> None:
    receiver = rtp.Receiver(window=0)
    assert numbers(receiver.receive(datagram(1))) == [1]
    after = receiver.receive(datagram(3))
    assert numbers(after) == [3]
    assert after[0].lost_before


def test_a_packet_that_was_given_up_is_dropped_when_it_comes_late() -> None:
    receiver = rtp.Receiver(window=0)
    assert numbers(receive(receiver, [1, 3, 2, 3, 4])) == [1, 3, 4]
    assert (receiver.lost, receiver.late, receiver.duplicates) == (1, 1, 1)


def test_another_ssrc_is_counted_and_dropped() -> None:
    receiver = rtp.Receiver()
    receiver.receive(datagram(1, ssrc=7))
    assert receiver.receive(datagram(2, ssrc=8)) == []
    assert (receiver.ssrc, receiver.foreign, receiver.received) == (7, 1, 1)


def test_a_restarted_sender_is_followed_from_its_second_packet_on() -> None:
    receiver = rtp.Receiver()
    packets = receive(receiver, [10, 11, 40_000, 40_001, 40_002])
    assert numbers(packets) == [10, 11, 40_001, 40_002]
    assert [packet.lost_before for packet in packets] == [False, False, True, False]


def test_one_stray_number_does_not_derail_the_stream() -> None:
    assert numbers(receive(rtp.Receiver(), [10, 11, 40_000, 12, 13])) == [10, 11, 12, 13]


def test_a_mark_of_the_splitter_becomes_a_loss() -> None:
    receiver = rtp.Receiver(window=0)
    receiver.receive(datagram(1))
    assert receiver.receive(b"") == []
    assert receiver.receive(datagram(2))[0].lost_before


@given(st.lists(st.integers(0, 0xFFFF), max_size=300), st.integers(0, 8))
def test_any_numbers_are_answered_at_most_once_each_and_never_pile_up(
    sequences: list[int], window: int
) -> None:
    receiver = rtp.Receiver(window=window)
    answered = 0
    for count, sequence in enumerate(sequences, 1):
        answered += len(receiver.receive(datagram(sequence)))
        dropped = receiver.duplicates + receiver.late
        assert answered <= count - dropped
    answered += len(receiver.flush())
    assert answered <= len(sequences)
