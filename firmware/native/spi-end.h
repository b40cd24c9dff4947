/* What every end of an SPI cable (spi-link.h) does alike for the frame port above it, on both families of chips. */
#ifndef SEQCARD_SPI_END_H
#define SEQCARD_SPI_END_H

#include "frame-line.h"
#include "spi-link.h"

typedef struct SpiEnd SpiEnd;

/* The first member of every driver's own structure. */
struct SpiEnd {
	FrameLine line;
	SpiLink link;
	/* Looks at pins and transfers, and does whatever is to be done now. */
	void (*turn)(SpiEnd* end);
};

/* For the driver's FrameLineOperations. */
size_t spiEndRead(FrameLine* line, uint8_t* into, size_t capacity);
bool spiEndWrite(FrameLine* line, const uint8_t* bytes, size_t length);
void spiEndRearm(FrameLine* line);

#endif
