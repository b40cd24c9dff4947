#include "spi-end.h"

size_t spiEndRead(FrameLine* line, uint8_t* into, size_t capacity)
{
	SpiEnd* end = (SpiEnd*)line;
	end->turn(end);
	/* Whole frames may have stood in them, of which the decoder above never learns. */
	line->overruns = end->link.badSlots;
	return spiLinkRead(&end->link, into, capacity);
}

bool spiEndWrite(FrameLine* line, const uint8_t* bytes, size_t length)
{
	SpiEnd* end = (SpiEnd*)line;
	const bool taken = spiLinkWrite(&end->link, bytes, length);
	if (taken) end->turn(end);
	return taken;
}

void spiEndRearm(FrameLine* line)
{
	/* What was read has made room. */
	SpiEnd* end = (SpiEnd*)line;
	end->turn(end);
}
