/* Reads the newest numbers from a daemon's mirror without a call: cc -o read-mirror read-mirror.c && ./read-mirror FILE */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
static uint32_t crc32(const uint8_t *bytes, size_t length) {
  uint32_t crc = ~0u;
  while (length--)
    for (int bit = (crc ^= *bytes++, 0); bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  return ~crc;
}
typedef struct { uint64_t sequence, newest, held, writtenAtMs; uint32_t fabricId, cardId, zeros[4], unused, crc; } Slot;
int main(int count, char **arguments) {
  const uint8_t *file = mmap(0, 64 + 64 * 128, PROT_READ, MAP_SHARED, open(count > 1 ? arguments[1] : "", O_RDONLY), 0);
  if (file == MAP_FAILED || memcmp(file, "SEQMIRR1", 8)) return fprintf(stderr, "no mirror\n"), 1;
  for (uint32_t entry = 0; entry < *(const uint32_t *)(file + 12); entry++) {
    Slot best = {0}, slot;
    for (int which = 0; which < 2; which++) { /* a slot that is being written fails its CRC; the other one is whole */
      memcpy(&slot, file + 64 + 128 * entry + 64 * which, sizeof slot);
      if (crc32((uint8_t *)&slot, 60) == slot.crc && slot.sequence > best.sequence) best = slot;
    }
    if (best.sequence) printf("card %" PRIu32 " newest %" PRIu64 "\n", best.cardId, best.newest);
  }
}
