/*
 * The controller's end of an SPI cable (spi-link.h), over ESP-IDF's master driver. Select is a plain output, for knocking. The
 * transfers are made by DMA; interrupts only say that something has happened, and the task that runs XS does the rest.
 */
#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#include "frame-port.h"
#include "spi-end.h"

#include "driver/gpio.h"
#include "driver/spi_master.h"
#include "esp_heap_caps.h"
#include "esp_timer.h"

#include <stdatomic.h>

/* The peripheral of an RP2040 ends at a twelfth of its clock, 10.4 MHz. */
#define MAX_HERTZ 10000000

typedef struct {
	SpiEnd end;
	/* What the DMA reads and writes. */
	uint8_t out[SPI_SLOT_BYTES];
	uint8_t in[SPI_SLOT_BYTES];
	spi_host_device_t bus;
	gpio_num_t select;
	gpio_num_t ready;
	spi_device_handle_t device;
	spi_transaction_t transaction;
	esp_timer_handle_t timer;
	atomic_bool rose;
} Controller;

static void readyRose(void* argument)
{
	Controller* controller = argument;
	atomic_store(&controller->rose, true);
	framePortWake(controller->end.line.port);
}

static void transferOver(spi_transaction_t* transaction)
{
	Controller* controller = transaction->user;
	framePortWake(controller->end.line.port);
}

static void timeIsUp(void* argument)
{
	Controller* controller = argument;
	framePortWake(controller->end.line.port);
}

static void beginTransfer(Controller* controller)
{
	controller->transaction = (spi_transaction_t){
		.length = 8 * SPI_SLOT_BYTES,
		.tx_buffer = controller->out,
		.rx_buffer = controller->in,
		.user = controller,
	};
	gpio_set_level(controller->select, 0);
	if (spi_device_queue_trans(controller->device, &controller->transaction, 0) == ESP_OK) return;
	gpio_set_level(controller->select, 1);
	spiLinkDone(&controller->end.link, controller->in, 0);
}

/* Does whatever is to be done now. */
static void turn(SpiEnd* end)
{
	Controller* controller = (Controller*)end;
	SpiLink* link = &end->link;
	spi_transaction_t* over;
	if (link->busy && spi_device_get_trans_result(controller->device, &over, 0) == ESP_OK) {
		gpio_set_level(controller->select, 1);
		spiLinkDone(link, controller->in, SPI_SLOT_BYTES);
	}
	if (atomic_exchange(&controller->rose, false)) spiLinkAsked(link);
	const bool ready = gpio_get_level(controller->ready);
	const uint32_t nowUs = (uint32_t)esp_timer_get_time();
	switch (spiLinkNext(link, ready, nowUs, controller->out)) {
	case SPI_TRANSFER:
		beginTransfer(controller);
		break;
	case SPI_KNOCK:
		gpio_set_level(controller->select, 0);
		gpio_set_level(controller->select, 1);
		break;
	case SPI_NOTHING:
		break;
	}
	const uint32_t idleUs = spiLinkIdleUs(link, ready, nowUs);
	esp_timer_stop(controller->timer);
	if (idleUs != UINT32_MAX) esp_timer_start_once(controller->timer, idleUs > 0 ? idleUs : 1);
}

static void controllerClose(FrameLine* line)
{
	Controller* controller = (Controller*)line;
	gpio_isr_handler_remove(controller->ready);
	if (controller->timer != NULL) {
		esp_timer_stop(controller->timer);
		esp_timer_delete(controller->timer);
	}
	if (controller->device != NULL) {
		spi_transaction_t* over;
		if (controller->end.link.busy) spi_device_get_trans_result(controller->device, &over, portMAX_DELAY);
		spi_bus_remove_device(controller->device);
		spi_bus_free(controller->bus);
	}
	heap_caps_free(controller);
}

static const FrameLineOperations operations = {
	.read = spiEndRead,
	.write = spiEndWrite,
	.rearm = spiEndRearm,
	.close = controllerClose,
};

static esp_err_t openBus(Controller* controller, int clock, int out, int in, int hertz)
{
	const spi_bus_config_t bus = {
		.sclk_io_num = clock,
		.mosi_io_num = out,
		.miso_io_num = in,
		.quadwp_io_num = -1,
		.quadhd_io_num = -1,
		.max_transfer_sz = SPI_SLOT_BYTES,
	};
	const spi_device_interface_config_t device = {
		.clock_speed_hz = hertz,
		.mode = SPI_LINK_MODE,
		.spics_io_num = -1,
		.queue_size = 1,
		.post_cb = transferOver,
	};
	esp_err_t error = spi_bus_initialize(controller->bus, &bus, SPI_DMA_CH_AUTO);
	if (error != ESP_OK) return error;
	error = spi_bus_add_device(controller->bus, &device, &controller->device);
	if (error != ESP_OK) spi_bus_free(controller->bus);
	return error;
}

static esp_err_t openPins(Controller* controller)
{
	const gpio_config_t select = { .pin_bit_mask = 1ull << controller->select, .mode = GPIO_MODE_OUTPUT };
	/* An unplugged cable is not ready. */
	const gpio_config_t ready = {
		.pin_bit_mask = 1ull << controller->ready,
		.mode = GPIO_MODE_INPUT,
		.pull_down_en = GPIO_PULLDOWN_ENABLE,
		.intr_type = GPIO_INTR_POSEDGE,
	};
	gpio_set_level(controller->select, 1);
	esp_err_t error = gpio_config(&select);
	if (error == ESP_OK) error = gpio_config(&ready);
	if (error == ESP_OK) error = gpio_install_isr_service(0);
	/* Another port has installed it. */
	return error == ESP_ERR_INVALID_STATE ? ESP_OK : error;
}

/* (bus, clock, controllerOut, controllerIn, select, ready, hertz, frame) */
void xs_spi_controller_port(xsMachine* the)
{
	const int bus = xsmcToInteger(xsArg(0));
	const int clock = xsmcToInteger(xsArg(1));
	const int out = xsmcToInteger(xsArg(2));
	const int in = xsmcToInteger(xsArg(3));
	const int select = xsmcToInteger(xsArg(4));
	const int ready = xsmcToInteger(xsArg(5));
	const int hertz = xsmcToInteger(xsArg(6));
	if (bus <= SPI1_HOST || bus >= SPI_HOST_MAX) xsRangeError("no such SPI bus, or the flash's");
	if (hertz <= 0 || hertz > MAX_HERTZ) xsRangeError("give 1 to 10000000 Hz");
	if (!GPIO_IS_VALID_OUTPUT_GPIO(select) || !GPIO_IS_VALID_GPIO(ready)) xsRangeError("no such pin");

	Controller* controller = heap_caps_calloc(1, sizeof(Controller), MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL);
	if (controller == NULL) xsUnknownError("no memory for the SPI port");
	controller->end.line.operations = &operations;
	controller->end.turn = turn;
	controller->bus = bus;
	controller->select = select;
	controller->ready = ready;
	spiLinkInit(&controller->end.link, SPI_CONTROLLER);
	const esp_timer_create_args_t timer = { .callback = timeIsUp, .arg = controller, .name = "seqcard SPI" };
	if (openPins(controller) != ESP_OK || esp_timer_create(&timer, &controller->timer) != ESP_OK
		|| openBus(controller, clock, out, in, hertz) != ESP_OK) {
		controllerClose(&controller->end.line);
		xsUnknownError("the SPI bus did not start");
	}
	framePortOpen(the, &controller->end.line, 7);
	gpio_isr_handler_add(controller->ready, readyRose, controller);
	framePortWake(controller->end.line.port);
}
