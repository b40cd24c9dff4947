#include "hardware/spi.h"

#include <string.h>

/* The order in which spi-slots.c claims them. */
#define TRANSMIT_CHANNEL 0u
#define RECEIVE_CHANNEL 1u

spi_inst_t standInSpis[NUM_SPIS];

static uint8_t takeFrom(StandInFifo* fifo)
{
	const uint8_t byte = fifo->bytes[0];
	fifo->count -= 1;
	memmove(fifo->bytes, fifo->bytes + 1, fifo->count);
	return byte;
}

static void putInto(StandInFifo* fifo, uint8_t byte)
{
	/* As the real one: what does not fit is lost. */
	if (fifo->count == STAND_IN_SPI_FIFO_BYTES) return;
	fifo->bytes[fifo->count] = byte;
	fifo->count += 1;
}

void standInSpiMove(spi_inst_t* bus)
{
	while (standInChannels[RECEIVE_CHANNEL].busy && bus->in.count > 0)
		standInWriteByte(RECEIVE_CHANNEL, takeFrom(&bus->in));
	while (standInChannels[TRANSMIT_CHANNEL].busy && bus->out.count < STAND_IN_SPI_FIFO_BYTES)
		putInto(&bus->out, standInReadByte(TRANSMIT_CHANNEL));
}

uint8_t standInSpiExchange(spi_inst_t* bus, uint8_t byte)
{
	standInSpiMove(bus);
	const uint8_t answer = bus->out.count > 0 ? takeFrom(&bus->out) : 0;
	putInto(&bus->in, byte);
	standInSpiMove(bus);
	return answer;
}

void spi_init(spi_inst_t* bus, uint hertz)
{
	(void)hertz;
	bus->in.count = bus->out.count = 0;
	bus->hw.cr1 = SPI_SSPCR1_SSE_BITS;
}

void spi_deinit(spi_inst_t* bus)
{
	bus->resets += 1;
	bus->hw = (spi_hw_t){ 0 };
	bus->in.count = bus->out.count = 0;
}

bool spi_is_readable(const spi_inst_t* bus)
{
	return bus->in.count > 0;
}

spi_hw_t* spi_get_hw(spi_inst_t* bus)
{
	bus->hw.sr = bus->out.count == 0 ? SPI_SSPSR_TFE_BITS : 0;
	return &bus->hw;
}
