/* Reads the newest numbers from a daemon's mirror without a call, once or several times (on a little-endian computer):
   cc -o read-mirror read-mirror.c && ./read-mirror FILE [TIMES] */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER_BYTES = 64, SLOT_BYTES = 64, ENTRY_BYTES = 128, ATTEMPTS = 2000, PAUSE_US = 1000 };
typedef struct { uint64_t sequence, newest, held, writtenAtMs; uint32_t fabricId, cardId, zeros[5], crc; } Slot;

static uint32_t crc32(const uint8_t *bytes, size_t length) {
  uint32_t crc = ~0u;
  while (length--)
    for (int bit = (crc ^= *bytes++, 0); bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  return ~crc;
}

/* Finds the newest record of an entry; its sequence is 0 where none was written yet. Returns 0 where both stay damaged. */
static int read_entry(const uint8_t *entry, Slot *best) {
  static const uint8_t unwritten[ENTRY_BYTES];
  for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
    uint8_t both[ENTRY_BYTES];
    memcpy(both, entry, ENTRY_BYTES);
    memset(best, 0, sizeof *best);
    if (!memcmp(both, unwritten, ENTRY_BYTES)) return 1;
    for (int which = 0; which < 2; which++) { /* a slot that is being written fails its CRC; the other one is whole */
      Slot slot;
      memcpy(&slot, both + SLOT_BYTES * which, SLOT_BYTES);
      if (crc32((uint8_t *)&slot, 60) == slot.crc && slot.sequence > best->sequence) *best = slot;
    }
    if (best->sequence) return 1;
    usleep(PAUSE_US); /* the writer was twice as quick: look again */
  }
  return 0;
}

int main(int count, char **arguments) {
  struct stat status;
  int descriptor = open(count > 1 ? arguments[1] : "", O_RDONLY);
  if (descriptor < 0 || fstat(descriptor, &status) || status.st_size < HEADER_BYTES) return fprintf(stderr, "no mirror\n"), 1;
  const uint8_t *file = mmap(0, (size_t)status.st_size, PROT_READ, MAP_SHARED, descriptor, 0);
  if (file == MAP_FAILED || memcmp(file, "SEQMIRR1\1\0\0\0", 12)) return fprintf(stderr, "no mirror\n"), 1;
  uint32_t entries;
  memcpy(&entries, file + 12, sizeof entries);
  if (entries > (status.st_size - HEADER_BYTES) / ENTRY_BYTES) return fprintf(stderr, "cut short\n"), 1;
  for (int times = count > 2 ? atoi(arguments[2]) : 1; times > 0; times--) {
    for (uint32_t entry = 0; entry < entries; entry++) {
      Slot best;
      if (!read_entry(file + HEADER_BYTES + ENTRY_BYTES * entry, &best)) return fprintf(stderr, "damaged\n"), 1;
      if (best.sequence) printf("card %" PRIu32 " newest %" PRIu64 "\n", best.cardId, best.newest);
    }
  }
  return 0;
}
