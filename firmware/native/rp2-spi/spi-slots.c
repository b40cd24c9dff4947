#include "spi-slots.h"

#define BUS_COUNT 2
#define BITS 8
/* For spi_init, whose setting is written over. */
#define ANY_HERTZ 1000000

static bool taken[BUS_COUNT];

static void configureBus(const SpiSlots* slots)
{
	/* As a peripheral this bus takes several bytes under one select only where data change with the first edge of the clock. */
	spi_set_format(slots->bus, BITS, SPI_CPOL_0, SPI_LINK_MODE == 1 ? SPI_CPHA_1 : SPI_CPHA_0, SPI_MSB_FIRST);
}

bool spiSlotsOpen(SpiSlots* slots, int number, SpiLinkSide side, uint hertz)
{
	if (number < 0 || number >= BUS_COUNT || taken[number]) return false;
	taken[number] = true;
	slots->bus = number == 0 ? spi0 : spi1;
	spi_init(slots->bus, hertz);
	configureBus(slots);
	spi_set_slave(slots->bus, side == SPI_PERIPHERAL);
	slots->transmitChannel = (uint)dma_claim_unused_channel(true);
	slots->receiveChannel = (uint)dma_claim_unused_channel(true);
	return true;
}

/* Nothing else empties both FIFOs. The settings stay. */
void spiSlotsReset(SpiSlots* slots)
{
	const uint32_t control = spi_get_hw(slots->bus)->cr1;
	const uint32_t format = spi_get_hw(slots->bus)->cr0;
	const uint32_t prescale = spi_get_hw(slots->bus)->cpsr;
	spi_deinit(slots->bus);
	spi_init(slots->bus, ANY_HERTZ);
	spi_get_hw(slots->bus)->cr1 = control & ~SPI_SSPCR1_SSE_BITS;
	spi_get_hw(slots->bus)->cr0 = format;
	spi_get_hw(slots->bus)->cpsr = prescale;
	spi_get_hw(slots->bus)->cr1 = control;
}

static bool isEmpty(const SpiSlots* slots)
{
	return !spi_is_readable(slots->bus) && (spi_get_hw(slots->bus)->sr & SPI_SSPSR_TFE_BITS) != 0;
}

void spiSlotsBegin(SpiSlots* slots)
{
	/* Clocks that came while nothing was armed, or behind the end of a slot. Left there, it would shift every slot from now on. */
	if (!isEmpty(slots)) spiSlotsReset(slots);
	dma_channel_config transmit = dma_channel_get_default_config(slots->transmitChannel);
	channel_config_set_transfer_data_size(&transmit, DMA_SIZE_8);
	channel_config_set_dreq(&transmit, spi_get_dreq(slots->bus, true));
	dma_channel_configure(slots->transmitChannel, &transmit, &spi_get_hw(slots->bus)->dr, slots->out, SPI_SLOT_BYTES, false);

	dma_channel_config receive = dma_channel_get_default_config(slots->receiveChannel);
	channel_config_set_transfer_data_size(&receive, DMA_SIZE_8);
	channel_config_set_read_increment(&receive, false);
	channel_config_set_write_increment(&receive, true);
	channel_config_set_dreq(&receive, spi_get_dreq(slots->bus, false));
	dma_channel_configure(slots->receiveChannel, &receive, slots->in, &spi_get_hw(slots->bus)->dr, SPI_SLOT_BYTES, false);

	dma_start_channel_mask(1u << slots->transmitChannel | 1u << slots->receiveChannel);
}

static size_t receivedBytes(const SpiSlots* slots)
{
	return SPI_SLOT_BYTES - dma_channel_hw_addr(slots->receiveChannel)->transfer_count;
}

size_t spiSlotsEnd(SpiSlots* slots)
{
	const size_t received = receivedBytes(slots);
	dma_channel_abort(slots->transmitChannel);
	dma_channel_abort(slots->receiveChannel);
	return received;
}

void spiSlotsClose(SpiSlots* slots)
{
	dma_channel_abort(slots->transmitChannel);
	dma_channel_abort(slots->receiveChannel);
	dma_channel_unclaim(slots->transmitChannel);
	dma_channel_unclaim(slots->receiveChannel);
	spi_deinit(slots->bus);
	taken[spi_get_index(slots->bus)] = false;
}
