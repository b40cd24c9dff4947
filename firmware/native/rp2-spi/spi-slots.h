/* What both ends of an SPI cable (spi-link.h) need of the RP2040's and RP2350's hardware: one bus, and the DMA that fills and empties it. */
#ifndef SEQCARD_SPI_SLOTS_H
#define SEQCARD_SPI_SLOTS_H

#include "spi-link.h"

#include "hardware/dma.h"
#include "hardware/gpio.h"
#include "hardware/spi.h"

#include <stdbool.h>

typedef struct {
	spi_inst_t* bus;
	uint transmitChannel;
	uint receiveChannel;
	uint8_t out[SPI_SLOT_BYTES];
	uint8_t in[SPI_SLOT_BYTES];
} SpiSlots;

/* Claims the bus `number` and leads it to the pins. Returns false where there is no such bus. */
bool spiSlotsOpen(SpiSlots* slots, int number, SpiLinkSide side, uint hertz);

/* Begins to exchange `out` for `in`, over a bus in which nothing is left. */
void spiSlotsBegin(SpiSlots* slots);

/* Ends a transfer, also one that was broken off. Returns the bytes that have come in since it began. */
size_t spiSlotsEnd(SpiSlots* slots);

/*
 * Puts the bus into the state it was opened in. For a peripheral behind a slot that was none: half a slot, or half a byte, of its own may be
 * left in it.
 */
void spiSlotsReset(SpiSlots* slots);

void spiSlotsClose(SpiSlots* slots);

#endif
