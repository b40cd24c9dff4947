"""Reads the newest numbers from a daemon's mirror without a call, once or several times: python3 read_mirror.py FILE [TIMES]"""
import struct
import sys
import time
import zlib

HEADER_BYTES, SLOT_BYTES, ENTRY_BYTES, ATTEMPTS, PAUSE_S = 64, 64, 128, 2000, 0.001


def entries_of(path):
    """Each entry that was ever written."""
    with open(path, "rb") as file:
        data = file.read()
    if len(data) < HEADER_BYTES or data[:12] != b"SEQMIRR1" + struct.pack("<I", 1):
        sys.exit("no mirror")
    starts = range(HEADER_BYTES, HEADER_BYTES + ENTRY_BYTES * struct.unpack_from("<I", data, 12)[0], ENTRY_BYTES)
    if len(data) < starts.stop:
        sys.exit("cut short")
    return [data[start : start + ENTRY_BYTES] for start in starts if any(data[start : start + ENTRY_BYTES])]


def whole_slots(entry):
    # A slot that is being written fails its CRC; the other one is whole.
    for slot in (entry[:SLOT_BYTES], entry[SLOT_BYTES:]):
        if zlib.crc32(slot[:60]) == struct.unpack_from("<I", slot, 60)[0]:
            yield struct.unpack_from("<QQQQII", slot)


def read_mirror(path):
    """The card and the newest number of each entry; entries without a number yet are left out."""
    for _ in range(ATTEMPTS):
        slots = [list(whole_slots(entry)) for entry in entries_of(path)]
        if all(slots):
            # The higher sequence, which is the first field, counts.
            return [(card, newest) for _, newest, _, _, _, card in map(max, slots)]
        time.sleep(PAUSE_S)  # the writer was twice as quick: look again
    sys.exit("damaged")


for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 1):
    for card, newest in read_mirror(sys.argv[1]):
        print(f"card {card} newest {newest}")
