/*
 * The peripheral's end of an SPI cable (spi-link.h). The end of each select interrupts: a transfer is over, was broken off, or was no
 * transfer but a knock. Ready falls in that interrupt; XS's thread does the rest.
 */
#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#include "frame-port.h"
#include "spi-end.h"
#include "spi-slots.h"

#include "hardware/irq.h"
#include "hardware/sync.h"
#include "hardware/timer.h"

#include <string.h>

/* The other end's clock decides. */
#define ANY_HERTZ 1000000

typedef struct {
	SpiEnd end;
	SpiSlots slots;
	uint select;
	uint ready;
	/* Select went up since the last turn. */
	volatile bool ended;
} Peripheral;

static Peripheral peripherals[NUM_SPIS];
static bool open[NUM_SPIS];

static void selectInterrupt(void)
{
	for (size_t index = 0; index < NUM_SPIS; index += 1) {
		Peripheral* peripheral = &peripherals[index];
		if (!open[index] || !(gpio_get_irq_event_mask(peripheral->select) & GPIO_IRQ_EDGE_RISE)) continue;
		gpio_acknowledge_irq(peripheral->select, GPIO_IRQ_EDGE_RISE);
		gpio_put(peripheral->ready, false);
		peripheral->ended = true;
		framePortWake(peripheral->end.line.port);
	}
}

/* Does whatever is to be done now. */
static void turn(SpiEnd* end)
{
	Peripheral* peripheral = (Peripheral*)end;
	SpiLink* link = &end->link;
	if (peripheral->ended) {
		peripheral->ended = false;
		size_t received = 0;
		if (link->busy) {
			received = spiSlotsEnd(&peripheral->slots);
			if (!spiLinkDone(link, peripheral->slots.in, received)) spiSlotsReset(&peripheral->slots);
		}
		if (received == 0) spiLinkAsked(link);
	}
	if (spiLinkNext(link, false, time_us_32(), peripheral->slots.out) != SPI_TRANSFER) return;
	spiSlotsBegin(&peripheral->slots);
	const uint32_t state = save_and_disable_interrupts();
	/* A knock that came meanwhile is looked at first. */
	if (!peripheral->ended) gpio_put(peripheral->ready, true);
	restore_interrupts(state);
}

static void closeLine(FrameLine* line)
{
	Peripheral* peripheral = (Peripheral*)line;
	open[peripheral - peripherals] = false;
	gpio_set_irq_enabled(peripheral->select, GPIO_IRQ_EDGE_RISE, false);
	gpio_remove_raw_irq_handler(peripheral->select, selectInterrupt);
	gpio_put(peripheral->ready, false);
	spiSlotsClose(&peripheral->slots);
}

static const FrameLineOperations operations = {
	.read = spiEndRead,
	.write = spiEndWrite,
	.rearm = spiEndRearm,
	.close = closeLine,
};

/* (bus, clock, controllerOut, controllerIn, select, ready, frame) */
void xs_spi_peripheral_port(xsMachine* the)
{
	uint pins[5];
	const xsIntegerValue bus = xsmcToInteger(xsArg(0));
	for (int index = 0; index < 5; index += 1) {
		const xsIntegerValue pin = xsmcToInteger(xsArg(index + 1));
		if (pin < 0 || pin >= NUM_BANK0_GPIOS) xsRangeError("no such pin");
		pins[index] = (uint)pin;
	}
	if (bus < 0 || bus >= NUM_SPIS || open[bus]) xsRangeError("no such SPI bus, or it is in use");

	Peripheral* peripheral = &peripherals[bus];
	memset(peripheral, 0, sizeof *peripheral);
	peripheral->end.line.operations = &operations;
	peripheral->end.turn = turn;
	if (!spiSlotsOpen(&peripheral->slots, bus, SPI_PERIPHERAL, ANY_HERTZ)) xsUnknownError("this SPI bus is in use");
	spiLinkInit(&peripheral->end.link, SPI_PERIPHERAL);
	/* Select goes to the bus, and its level can be read and can interrupt all the same. */
	for (int index = 0; index < 4; index += 1) gpio_set_function(pins[index], GPIO_FUNC_SPI);
	peripheral->select = pins[3];
	peripheral->ready = pins[4];
	/* An unplugged cable selects nobody. */
	gpio_pull_up(peripheral->select);
	gpio_init(peripheral->ready);
	gpio_put(peripheral->ready, false);
	gpio_set_dir(peripheral->ready, GPIO_OUT);
	framePortOpen(the, &peripheral->end.line, 6);
	open[bus] = true;
	gpio_add_raw_irq_handler(peripheral->select, selectInterrupt);
	gpio_set_irq_enabled(peripheral->select, GPIO_IRQ_EDGE_RISE, true);
	irq_set_enabled(IO_IRQ_BANK0, true);
}
