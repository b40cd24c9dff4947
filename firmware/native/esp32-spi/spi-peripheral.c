/* The peripheral's end of an SPI cable (spi-link.h), over ESP-IDF's slave driver. */
#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#include "frame-port.h"
#include "spi-end.h"

#include "driver/gpio.h"
#include "driver/spi_slave.h"
#include "esp_heap_caps.h"

#include <stdatomic.h>

typedef struct {
	SpiEnd end;
	/* What the DMA reads and writes. */
	uint8_t out[SPI_SLOT_BYTES];
	uint8_t in[SPI_SLOT_BYTES];
	spi_host_device_t bus;
	gpio_num_t select;
	gpio_num_t ready;
	bool open;
	spi_slave_transaction_t transaction;
	/* The hardware has a slot, or its end was not looked at yet. */
	atomic_bool armed;
	atomic_bool knocked;
} Peripheral;

/* The slot is in the hardware: only now may the controller begin. */
static void slotArmed(spi_slave_transaction_t* transaction)
{
	Peripheral* peripheral = transaction->user;
	gpio_set_level(peripheral->ready, 1);
}

static void transferOver(spi_slave_transaction_t* transaction)
{
	Peripheral* peripheral = transaction->user;
	gpio_set_level(peripheral->ready, 0);
	framePortWake(peripheral->end.line.port);
}

/* Where a slot is out, transferOver tells of its end: both interrupts come then, this one first or last. */
static void selectRose(void* argument)
{
	Peripheral* peripheral = argument;
	if (atomic_load(&peripheral->armed)) return;
	atomic_store(&peripheral->knocked, true);
	framePortWake(peripheral->end.line.port);
}

static void armSlot(Peripheral* peripheral)
{
	peripheral->transaction = (spi_slave_transaction_t){
		.length = 8 * SPI_SLOT_BYTES,
		.tx_buffer = peripheral->out,
		.rx_buffer = peripheral->in,
		.user = peripheral,
	};
	atomic_store(&peripheral->armed, true);
	if (spi_slave_queue_trans(peripheral->bus, &peripheral->transaction, 0) == ESP_OK) return;
	atomic_store(&peripheral->armed, false);
	spiLinkDone(&peripheral->end.link, peripheral->in, 0);
}

static void turn(SpiEnd* end)
{
	Peripheral* peripheral = (Peripheral*)end;
	SpiLink* link = &end->link;
	spi_slave_transaction_t* over;
	if (link->busy && spi_slave_get_trans_result(peripheral->bus, &over, 0) == ESP_OK) {
		/* Select rose behind the transfer, too. A knock in this very moment is lost with that: it is repeated. */
		atomic_store(&peripheral->knocked, false);
		atomic_store(&peripheral->armed, false);
		spiLinkDone(link, peripheral->in, over->trans_len / 8);
	}
	/* A knock is what comes while nothing is out. */
	if (atomic_exchange(&peripheral->knocked, false)) spiLinkAsked(link);
	if (spiLinkNext(link, false, 0, peripheral->out) == SPI_TRANSFER) armSlot(peripheral);
}

static void peripheralClose(FrameLine* line)
{
	Peripheral* peripheral = (Peripheral*)line;
	gpio_isr_handler_remove(peripheral->select);
	gpio_set_level(peripheral->ready, 0);
	if (peripheral->open) spi_slave_free(peripheral->bus);
	heap_caps_free(peripheral);
}

static const FrameLineOperations operations = {
	.read = spiEndRead,
	.write = spiEndWrite,
	.rearm = spiEndRearm,
	.close = peripheralClose,
};

static esp_err_t openBus(Peripheral* peripheral, int clock, int controllerOut, int controllerIn)
{
	const gpio_config_t ready = { .pin_bit_mask = 1ull << peripheral->ready, .mode = GPIO_MODE_OUTPUT };
	const spi_bus_config_t bus = {
		.sclk_io_num = clock,
		.mosi_io_num = controllerOut,
		.miso_io_num = controllerIn,
		.quadwp_io_num = -1,
		.quadhd_io_num = -1,
		.max_transfer_sz = SPI_SLOT_BYTES,
	};
	const spi_slave_interface_config_t interface = {
		.spics_io_num = peripheral->select,
		.queue_size = 1,
		.mode = SPI_LINK_MODE,
		.post_setup_cb = slotArmed,
		.post_trans_cb = transferOver,
	};
	gpio_set_level(peripheral->ready, 0);
	esp_err_t error = gpio_config(&ready);
	if (error == ESP_OK) error = spi_slave_initialize(peripheral->bus, &bus, &interface, SPI_DMA_CH_AUTO);
	if (error != ESP_OK) return error;
	peripheral->open = true;
	/* An unplugged cable is not selected, and its clock stands still. */
	gpio_set_pull_mode(peripheral->select, GPIO_PULLUP_ONLY);
	gpio_set_pull_mode(clock, GPIO_PULLDOWN_ONLY);
	gpio_set_intr_type(peripheral->select, GPIO_INTR_POSEDGE);
	error = gpio_install_isr_service(0);
	/* Another port has installed it. */
	return error == ESP_ERR_INVALID_STATE ? ESP_OK : error;
}

/* (bus, clock, controllerOut, controllerIn, select, ready, frame) */
void xs_spi_peripheral_port(xsMachine* the)
{
	const int bus = xsmcToInteger(xsArg(0));
	const int clock = xsmcToInteger(xsArg(1));
	const int controllerOut = xsmcToInteger(xsArg(2));
	const int controllerIn = xsmcToInteger(xsArg(3));
	const int select = xsmcToInteger(xsArg(4));
	const int ready = xsmcToInteger(xsArg(5));
	if (bus <= SPI1_HOST || bus >= SPI_HOST_MAX) xsRangeError("no such SPI bus, or the flash's");
	if (!GPIO_IS_VALID_GPIO(clock) || !GPIO_IS_VALID_GPIO(select) || !GPIO_IS_VALID_OUTPUT_GPIO(ready))
		xsRangeError("no such pin");

	Peripheral* peripheral = heap_caps_calloc(1, sizeof(Peripheral), MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL);
	if (peripheral == NULL) xsUnknownError("no memory for the SPI port");
	peripheral->end.line.operations = &operations;
	peripheral->end.turn = turn;
	peripheral->bus = bus;
	peripheral->select = select;
	peripheral->ready = ready;
	spiLinkInit(&peripheral->end.link, SPI_PERIPHERAL);
	if (openBus(peripheral, clock, controllerOut, controllerIn) != ESP_OK) {
		peripheralClose(&peripheral->end.line);
		xsUnknownError("the SPI bus did not start");
	}
	framePortOpen(the, &peripheral->end.line, 6);
	gpio_isr_handler_add(peripheral->select, selectRose, peripheral);
	framePortWake(peripheral->end.line.port);
}
