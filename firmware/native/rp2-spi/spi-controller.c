/*
 * The controller's end of an SPI cable (spi-link.h). Select is a plain output, for knocking. The transfers are made by DMA; interrupts
 * only say that something has happened, and XS's thread does the rest.
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
#include "pico/time.h"

#include <string.h>

#define MAX_HERTZ 10000000
#define LINE_DMA_IRQ DMA_IRQ_1

typedef struct {
	SpiEnd end;
	SpiSlots slots;
	uint select;
	uint ready;
	alarm_id_t alarm;
	volatile bool rose;
	volatile bool over;
} Controller;

static Controller controllers[NUM_SPIS];
static bool open[NUM_SPIS];

static void __not_in_flash_func(transferInterrupt)(void)
{
	for (size_t index = 0; index < NUM_SPIS; index += 1) {
		Controller* controller = &controllers[index];
		const uint32_t receiveBit = 1u << controller->slots.receiveChannel;
		if (!open[index] || !(dma_hw->ints1 & receiveBit)) continue;
		dma_hw->ints1 = receiveBit;
		gpio_put(controller->select, true);
		controller->over = true;
		framePortWake(controller->end.line.port);
	}
}

static void readyInterrupt(void)
{
	for (size_t index = 0; index < NUM_SPIS; index += 1) {
		Controller* controller = &controllers[index];
		if (!open[index] || !(gpio_get_irq_event_mask(controller->ready) & GPIO_IRQ_EDGE_RISE)) continue;
		gpio_acknowledge_irq(controller->ready, GPIO_IRQ_EDGE_RISE);
		controller->rose = true;
		framePortWake(controller->end.line.port);
	}
}

static int64_t timeIsUp(alarm_id_t alarm, void* argument)
{
	(void)alarm;
	Controller* controller = argument;
	controller->alarm = 0;
	framePortWake(controller->end.line.port);
	return 0;
}

/* Does whatever is to be done now. */
static void turn(SpiEnd* end)
{
	Controller* controller = (Controller*)end;
	SpiLink* link = &end->link;
	/* Asked before the end of the transfer is: a rise that is seen now came behind that. */
	const bool rose = controller->rose;
	if (rose) controller->rose = false;
	if (controller->over) {
		controller->over = false;
		spiSlotsEnd(&controller->slots);
		spiLinkDone(link, controller->slots.in, SPI_SLOT_BYTES);
	}
	if (rose) spiLinkAsked(link);
	const bool ready = gpio_get(controller->ready);
	const uint32_t nowUs = time_us_32();
	switch (spiLinkNext(link, ready, nowUs, controller->slots.out)) {
	case SPI_TRANSFER:
		gpio_put(controller->select, false);
		spiSlotsBegin(&controller->slots);
		break;
	case SPI_KNOCK:
		gpio_put(controller->select, false);
		busy_wait_us_32(1);
		gpio_put(controller->select, true);
		break;
	case SPI_NOTHING:
		break;
	}
	const uint32_t idleUs = spiLinkIdleUs(link, ready, nowUs);
	if (controller->alarm > 0) cancel_alarm(controller->alarm);
	controller->alarm = idleUs == UINT32_MAX ? 0 : add_alarm_in_us(idleUs > 0 ? idleUs : 1, timeIsUp, controller, true);
}

static void closeLine(FrameLine* line)
{
	Controller* controller = (Controller*)line;
	open[controller - controllers] = false;
	gpio_set_irq_enabled(controller->ready, GPIO_IRQ_EDGE_RISE, false);
	gpio_remove_raw_irq_handler(controller->ready, readyInterrupt);
	hw_clear_bits(&dma_hw->inte1, 1u << controller->slots.receiveChannel);
	if (controller->alarm > 0) cancel_alarm(controller->alarm);
	gpio_put(controller->select, true);
	spiSlotsClose(&controller->slots);
}

static const FrameLineOperations operations = {
	.read = spiEndRead,
	.write = spiEndWrite,
	.rearm = spiEndRearm,
	.close = closeLine,
};

/* (bus, clock, controllerOut, controllerIn, select, ready, hertz, frame) */
void xs_spi_controller_port(xsMachine* the)
{
	static bool handlerAdded = false;
	uint pins[5];
	const xsIntegerValue bus = xsmcToInteger(xsArg(0));
	const xsIntegerValue hertz = xsmcToInteger(xsArg(6));
	for (int index = 0; index < 5; index += 1) {
		const xsIntegerValue pin = xsmcToInteger(xsArg(index + 1));
		if (pin < 0 || pin >= NUM_BANK0_GPIOS) xsRangeError("no such pin");
		pins[index] = (uint)pin;
	}
	if (hertz < 100000 || hertz > MAX_HERTZ) xsRangeError("give 100000 to 10000000 Hz");
	if (bus < 0 || bus >= NUM_SPIS || open[bus]) xsRangeError("no such SPI bus, or it is in use");

	Controller* controller = &controllers[bus];
	memset(controller, 0, sizeof *controller);
	controller->end.line.operations = &operations;
	controller->end.turn = turn;
	if (!spiSlotsOpen(&controller->slots, bus, SPI_CONTROLLER, (uint)hertz)) xsUnknownError("this SPI bus is in use");
	spiLinkInit(&controller->end.link, SPI_CONTROLLER);
	for (int index = 0; index < 3; index += 1) gpio_set_function(pins[index], GPIO_FUNC_SPI);
	controller->select = pins[3];
	controller->ready = pins[4];
	gpio_init(controller->select);
	gpio_put(controller->select, true);
	gpio_set_dir(controller->select, GPIO_OUT);
	gpio_init(controller->ready);
	/* An unplugged cable is not ready. */
	gpio_pull_down(controller->ready);
	if (!handlerAdded) {
		irq_add_shared_handler(LINE_DMA_IRQ, transferInterrupt, PICO_SHARED_IRQ_HANDLER_DEFAULT_ORDER_PRIORITY);
		irq_set_enabled(LINE_DMA_IRQ, true);
		handlerAdded = true;
	}
	hw_set_bits(&dma_hw->inte1, 1u << controller->slots.receiveChannel);
	framePortOpen(the, &controller->end.line, 7);
	open[bus] = true;
	gpio_add_raw_irq_handler(controller->ready, readyInterrupt);
	gpio_set_irq_enabled(controller->ready, GPIO_IRQ_EDGE_RISE, true);
	irq_set_enabled(IO_IRQ_BANK0, true);
}
