/*
 * A cable that is an SPI bus: who may begin a transfer, and what stands in it. Pure: the drivers of both families of chips and
 * the tests hand in what their pins and transfers do, and are told what to do next.
 *
 * All transfers have one size, in both directions at once. A slot carries up to SPI_SLOT_DATA_BYTES of a stream of bytes; the
 * framing above finds out what was lost. The controller owns clock and select; the peripheral has one wire of its own, "ready".
 *
 * - The peripheral arms a slot when it has bytes to send or was knocked at, and then raises ready. When the transfer is over,
 *   or was broken off, it lowers ready at once.
 * - The controller transfers only while a slot is armed: ready rose since the last transfer. A rise that was missed costs
 *   SPI_SETTLE_US. Where it has bytes to send and nothing is armed, it knocks: it pulls select low and up again without a clock.
 *   Knocks that are not answered become rare, so an unplugged cable costs next to nothing.
 * - A peripheral that writes its flash is deaf for as long, and leaves ready high behind a transfer. Pins keep their edges, so a
 *   rise is hardly ever missed, and the controller can wait for longer than any flash takes.
 * - What the controller sent while no slot came back goes out again: nobody may have been there. A slot that was taken all the same
 *   is known by its sequence.
 * - A side without room for a slot arms or begins none: nothing is lost for want of room.
 */
#ifndef SEQCARD_SPI_LINK_H
#define SEQCARD_SPI_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Clock low when idle, data read at its falling edge: the one that all chips can do as a peripheral, several bytes under one select. */
#define SPI_LINK_MODE 1
/* A whole number of 32-bit words, as DMA wants it. */
#define SPI_SLOT_BYTES 64u
#define SPI_SLOT_HEADER_BYTES 4u
#define SPI_SLOT_DATA_BYTES (SPI_SLOT_BYTES - SPI_SLOT_HEADER_BYTES)
/* Bytes that wait to be sent, or to be read. A power of two. */
#define SPI_RING_BYTES 2048u

/* Ready has been high for so long since the last transfer: its rise was missed. The erase of a sector takes up to 400 ms. */
#define SPI_SETTLE_US 500000u
/*
 * The first knock is repeated after so long, later ones each after twice the time before. And with bytes to send and ready high for
 * no reason, so often its level is looked at: no edge tells of its fall.
 */
#define SPI_KNOCK_US 200u
#define SPI_MAX_KNOCK_US 12800u

typedef enum { SPI_CONTROLLER, SPI_PERIPHERAL } SpiLinkSide;

typedef enum {
	SPI_NOTHING,
	/* Controller: select low, then high, no clock. */
	SPI_KNOCK,
	/* Controller: exchange the slot now. Peripheral: hand the slot to the hardware, then raise ready. */
	SPI_TRANSFER,
} SpiLinkAction;

typedef struct {
	uint16_t head;
	uint16_t count;
	uint8_t bytes[SPI_RING_BYTES];
} SpiRing;

/* Filled by spiLinkInit, and then only by the functions below. */
typedef struct {
	SpiLinkSide side;
	/* A slot is with the hardware. */
	bool busy;
	/* Controller: the peripheral has armed a slot; at first, what is ready already counts as that. Peripheral: it was knocked at. */
	bool asked;
	/* Controller: since when ready is high without a rise that was seen. */
	bool settling;
	uint32_t settlingSinceUs;
	/* Controller: it has knocked since the last transfer, and knocks again at that time. Without the first, the second is stale. */
	bool knocked;
	uint32_t knockDueUs;
	uint32_t knockUs;
	/* Of the slot that is out, and of the last one that was taken; 0 before the first. */
	uint8_t sequence;
	uint8_t takenSequence;
	uint8_t slot[SPI_SLOT_BYTES];
	/* The slot that was out was not taken, or perhaps not: it goes out again. */
	bool keepSlot;
	/* Slots that were no slots, or not whole: noise. Lines that stand still do not count. */
	uint32_t badSlots;
	SpiRing out;
	SpiRing in;
} SpiLink;

void spiLinkInit(SpiLink* link, SpiLinkSide side);

/* Takes all the bytes, or none and returns false. */
bool spiLinkWrite(SpiLink* link, const uint8_t* bytes, size_t length);

/* Takes up to `capacity` received bytes. Returns how many. */
size_t spiLinkRead(SpiLink* link, uint8_t* into, size_t capacity);

/* Controller: ready rose. Peripheral: select went up and no clock had come. */
void spiLinkAsked(SpiLink* link);

/*
 * What to do now. `ready` is the level of that wire (of no meaning to the peripheral, which drives it). With SPI_TRANSFER the
 * slot to send is copied to `slot`, and nothing more comes before spiLinkDone.
 */
SpiLinkAction spiLinkNext(SpiLink* link, bool ready, uint32_t nowUs, uint8_t slot[SPI_SLOT_BYTES]);

/*
 * The transfer is over: `count` bytes were exchanged, and `slot` is what came in. The controller's are always whole; a
 * peripheral's that is not was broken off, and goes out again. Returns false where what came in was no slot.
 */
bool spiLinkDone(SpiLink* link, const uint8_t slot[SPI_SLOT_BYTES], size_t count);

/* How long spiLinkNext need not be called where nothing happens, in microseconds; UINT32_MAX: for ever. */
uint32_t spiLinkIdleUs(const SpiLink* link, bool ready, uint32_t nowUs);

#endif
