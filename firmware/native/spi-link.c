#include "spi-link.h"

#include <string.h>

/* A slot: this, sequence, bytes of data, and the three of them combined. Lines that are all 0 or all 1 are no slot. */
#define MARK 0xa5u
#define AT_SEQUENCE 1
#define AT_LENGTH 2
#define AT_CHECK 3

static uint8_t checkOf(const uint8_t* slot)
{
	return (uint8_t)(slot[0] ^ slot[AT_SEQUENCE] ^ slot[AT_LENGTH] ^ 0x3cu);
}

static size_t roomOf(const SpiRing* ring)
{
	return SPI_RING_BYTES - ring->count;
}

static void put(SpiRing* ring, const uint8_t* bytes, size_t length)
{
	const size_t tail = (size_t)(ring->head + ring->count) % SPI_RING_BYTES;
	const size_t first = length < SPI_RING_BYTES - tail ? length : SPI_RING_BYTES - tail;
	memcpy(ring->bytes + tail, bytes, first);
	memcpy(ring->bytes, bytes + first, length - first);
	ring->count = (uint16_t)(ring->count + length);
}

static size_t take(SpiRing* ring, uint8_t* into, size_t capacity)
{
	const size_t length = capacity < ring->count ? capacity : ring->count;
	const size_t first = length < SPI_RING_BYTES - ring->head ? length : SPI_RING_BYTES - ring->head;
	memcpy(into, ring->bytes + ring->head, first);
	memcpy(into + first, ring->bytes, length - first);
	ring->head = (uint16_t)((ring->head + length) % SPI_RING_BYTES);
	ring->count = (uint16_t)(ring->count - length);
	return length;
}

void spiLinkInit(SpiLink* link, SpiLinkSide side)
{
	memset(link, 0, sizeof *link);
	link->side = side;
	link->knockUs = SPI_KNOCK_US;
	/* A peripheral that was there first has risen already. */
	link->asked = side == SPI_CONTROLLER;
}

bool spiLinkWrite(SpiLink* link, const uint8_t* bytes, size_t length)
{
	if (length > roomOf(&link->out)) return false;
	put(&link->out, bytes, length);
	return true;
}

size_t spiLinkRead(SpiLink* link, uint8_t* into, size_t capacity)
{
	return take(&link->in, into, capacity);
}

void spiLinkAsked(SpiLink* link)
{
	/* What happens while a slot is out belongs to that slot. */
	if (!link->busy) link->asked = true;
}

/* Whether the time `dueUs` has come, which lies within half an hour of now; clocks go round every 71 minutes. */
static bool isDue(uint32_t dueUs, uint32_t nowUs)
{
	return (int32_t)(nowUs - dueUs) >= 0;
}

/* Empty slots need no sequence: taken twice or never, they are nothing. */
static void fillSlot(SpiLink* link)
{
	uint8_t* slot = link->slot;
	memset(slot, 0, SPI_SLOT_BYTES);
	const size_t length = take(&link->out, slot + SPI_SLOT_HEADER_BYTES, SPI_SLOT_DATA_BYTES);
	if (length > 0) link->sequence = link->sequence == UINT8_MAX ? 1 : (uint8_t)(link->sequence + 1);
	slot[0] = MARK;
	slot[AT_SEQUENCE] = link->sequence;
	slot[AT_LENGTH] = (uint8_t)length;
	slot[AT_CHECK] = checkOf(slot);
}

static SpiLinkAction begin(SpiLink* link, uint8_t* slot)
{
	if (!link->keepSlot) fillSlot(link);
	link->keepSlot = false;
	link->busy = true;
	link->asked = false;
	link->settling = false;
	memcpy(slot, link->slot, SPI_SLOT_BYTES);
	return SPI_TRANSFER;
}

/* Whether the peripheral has a slot armed, as far as one can see from its wire. */
static bool isArmed(SpiLink* link, bool ready, uint32_t nowUs)
{
	if (!ready) {
		/* A rise that was seen holds: where it is a glitch that is low now, no other rise will come. */
		link->settling = false;
		return false;
	}
	if (link->asked) return true;
	if (!link->settling) {
		link->settling = true;
		link->settlingSinceUs = nowUs;
	}
	return isDue(link->settlingSinceUs + SPI_SETTLE_US, nowUs);
}

static bool wantsToSend(const SpiLink* link)
{
	return link->keepSlot || link->out.count > 0;
}

static SpiLinkAction nextOfController(SpiLink* link, bool ready, uint32_t nowUs, uint8_t* slot)
{
	if (isArmed(link, ready, nowUs)) {
		link->knockUs = SPI_KNOCK_US;
		link->knocked = false;
		return begin(link, slot);
	}
	if (ready || !wantsToSend(link) || (link->knocked && !isDue(link->knockDueUs, nowUs))) return SPI_NOTHING;
	/* It ends a slot that is armed, and the next one rises again. */
	link->asked = false;
	link->knocked = true;
	link->knockDueUs = nowUs + link->knockUs;
	if (link->knockUs < SPI_MAX_KNOCK_US) link->knockUs *= 2;
	return SPI_KNOCK;
}

SpiLinkAction spiLinkNext(SpiLink* link, bool ready, uint32_t nowUs, uint8_t slot[SPI_SLOT_BYTES])
{
	if (link->busy || roomOf(&link->in) < SPI_SLOT_DATA_BYTES) return SPI_NOTHING;
	if (link->side == SPI_CONTROLLER) return nextOfController(link, ready, nowUs, slot);
	return link->asked || wantsToSend(link) ? begin(link, slot) : SPI_NOTHING;
}

static bool isLineAlone(const uint8_t* slot)
{
	for (size_t at = 1; at < SPI_SLOT_HEADER_BYTES; at += 1) {
		if (slot[at] != slot[0]) return false;
	}
	return slot[0] == 0 || slot[0] == UINT8_MAX;
}

static bool takeSlot(SpiLink* link, const uint8_t* slot)
{
	const size_t length = slot[AT_LENGTH];
	if (slot[0] != MARK || slot[AT_CHECK] != checkOf(slot) || length > SPI_SLOT_DATA_BYTES) {
		if (!isLineAlone(slot)) link->badSlots += 1;
		return false;
	}
	/* It came before, and the other side does not know. */
	if (length == 0 || slot[AT_SEQUENCE] == link->takenSequence) return true;
	link->takenSequence = slot[AT_SEQUENCE];
	put(&link->in, slot + SPI_SLOT_HEADER_BYTES, length);
	return true;
}

bool spiLinkDone(SpiLink* link, const uint8_t slot[SPI_SLOT_BYTES], size_t count)
{
	if (!link->busy) return false;
	link->busy = false;
	if (count < SPI_SLOT_BYTES) {
		/* Without any, it was a knock. */
		if (count > 0) link->badSlots += 1;
		link->keepSlot = true;
		return false;
	}
	const bool taken = takeSlot(link, slot);
	/* A peripheral arms no slot before it has taken the last one, so only to a controller can it happen that nobody was there. */
	if (!taken && link->side == SPI_CONTROLLER) link->keepSlot = link->slot[AT_LENGTH] > 0;
	return taken;
}

static uint32_t leftUs(uint32_t dueUs, uint32_t nowUs)
{
	return isDue(dueUs, nowUs) ? 0 : dueUs - nowUs;
}

uint32_t spiLinkIdleUs(const SpiLink* link, bool ready, uint32_t nowUs)
{
	if (link->side == SPI_PERIPHERAL || link->busy) return UINT32_MAX;
	if (!ready) {
		if (!wantsToSend(link)) return UINT32_MAX;
		return link->knocked ? leftUs(link->knockDueUs, nowUs) : 0;
	}
	if (link->asked || !link->settling) return 0;
	const uint32_t settledUs = leftUs(link->settlingSinceUs + SPI_SETTLE_US, nowUs);
	return wantsToSend(link) && settledUs > SPI_KNOCK_US ? SPI_KNOCK_US : settledUs;
}
