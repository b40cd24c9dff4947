/*
 * A cable on a UART of an ESP32, over ESP-IDF's driver: its interrupt moves bytes between the hardware's FIFOs (128
 * bytes) and rings in RAM. The interrupt lives in RAM too, so that reception goes on while the flash is written.
 */
#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#include "flash-gate.h"
#include "frame-port.h"

#include "driver/gpio.h"
#include "driver/uart.h"
#include "driver/uart_select.h"
#include "esp_attr.h"
#include "esp_heap_caps.h"
#include "soc/soc_caps.h"

/* 82 ms of 2 Mbaud: most of what comes while a sector is erased. */
#define RECEIVE_RING_BYTES 16384
/* Where memory is short. 8 ms: more than a page of flash takes to write, and what a stop of XS to collect garbage may take. */
#define LEAST_RECEIVE_RING_BYTES 2048
/* Of memory inside the chip, for whoever opens later. */
#define SPARE_BYTES 32768
/* The bound on what waits to be sent: seven frames of the greatest length. */
#define SEND_RING_BYTES 2048
/* Bytes in the FIFO at which the interrupt comes: half is left for the time until it runs. */
#define RECEIVE_THRESHOLD_BYTES 64
/* Or this many byte times of silence: the end of a frame must not wait for the next one. */
#define RECEIVE_SILENCE_BYTES 2

typedef struct {
	FrameLine line;
	uart_port_t number;
} UartLine;

static DRAM_ATTR UartLine* lines[SOC_UART_NUM];

/* Called by the driver's interrupt. */
static void IRAM_ATTR uartNotify(uart_port_t number, uart_select_notif_t what, BaseType_t* taskWoken)
{
	UartLine* uart = lines[number];
	if (uart == NULL) return;
	/* Mostly a FIFO that was full; a disturbed byte counts too. */
	if (what == UART_SELECT_ERROR_NOTIF) uart->line.overruns += 1;
	if (what != UART_SELECT_READ_NOTIF || flashGateIsClosed()) return;
	framePortWake(uart->line.port);
	/* The SDK's post does not tell. Without this the machine would sleep until FreeRTOS's next tick. */
	*taskWoken = pdTRUE;
}

void uartLinesWake(void)
{
	for (int number = 0; number < SOC_UART_NUM; number += 1) {
		if (lines[number] != NULL) framePortWake(lines[number]->line.port);
	}
}

static size_t uartRead(FrameLine* line, uint8_t* into, size_t capacity)
{
	UartLine* uart = (UartLine*)line;
	int count = uart_read_bytes(uart->number, into, capacity, 0);
	return count > 0 ? (size_t)count : 0;
}

static bool uartWrite(FrameLine* line, const uint8_t* bytes, size_t length)
{
	UartLine* uart = (UartLine*)line;
	size_t room = 0;
	/* The driver waits where there is no room, so it is asked first; nobody else writes. */
	if (uart_get_tx_buffer_free_size(uart->number, &room) != ESP_OK || room < length) return false;
	return uart_write_bytes(uart->number, bytes, length) == (int)length;
}

/* The driver's interrupt tells of everything that comes. */
static void uartRearm(FrameLine* line)
{
	(void)line;
}

static void uartClose(FrameLine* line)
{
	UartLine* uart = (UartLine*)line;
	uart_set_select_notif_callback(uart->number, NULL);
	lines[uart->number] = NULL;
	uart_driver_delete(uart->number);
	heap_caps_free(uart);
}

static const FrameLineOperations uartOperations = { uartRead, uartWrite, uartRearm, uartClose };

static esp_err_t installDriver(uart_port_t number)
{
	esp_err_t error = ESP_ERR_NO_MEM;
	/* The driver's rings are inside the chip, as its interrupt is in RAM. */
	if (heap_caps_get_free_size(MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT) >= RECEIVE_RING_BYTES + SPARE_BYTES)
		error = uart_driver_install(number, RECEIVE_RING_BYTES, SEND_RING_BYTES, 0, NULL, ESP_INTR_FLAG_IRAM);
	/* Also where no piece was large enough. */
	if (error != ESP_OK)
		error = uart_driver_install(number, LEAST_RECEIVE_RING_BYTES, SEND_RING_BYTES, 0, NULL, ESP_INTR_FLAG_IRAM);
	return error;
}

static esp_err_t uartOpen(uart_port_t number, int transmitPin, int receivePin, int baud)
{
	const uart_config_t config = {
		.baud_rate = baud,
		.data_bits = UART_DATA_8_BITS,
		.parity = UART_PARITY_DISABLE,
		.stop_bits = UART_STOP_BITS_1,
		.flow_ctrl = UART_HW_FLOWCTRL_DISABLE,
		.source_clk = UART_SCLK_DEFAULT,
	};
	esp_err_t error = installDriver(number);
	if (error != ESP_OK) return error;
	error = uart_param_config(number, &config);
	if (error == ESP_OK) error = uart_set_pin(number, transmitPin, receivePin, UART_PIN_NO_CHANGE, UART_PIN_NO_CHANGE);
	/* An open line must read as idle: an unplugged cable is silent, not noisy. */
	if (error == ESP_OK) error = gpio_set_pull_mode(receivePin, GPIO_PULLUP_ONLY);
	if (error == ESP_OK) error = uart_set_rx_full_threshold(number, RECEIVE_THRESHOLD_BYTES);
	if (error == ESP_OK) error = uart_set_rx_timeout(number, RECEIVE_SILENCE_BYTES);
	if (error != ESP_OK) uart_driver_delete(number);
	return error;
}

/* maxBaud(): number */
void xs_uart_port_max_baud(xsMachine* the)
{
	xsmcSetInteger(xsResult, SOC_UART_BITRATE_MAX);
}

/* setBaud(baud): both ways, at once. */
void xs_uart_port_set_baud(xsMachine* the)
{
	UartLine* uart = (UartLine*)framePortLine(the);
	const xsIntegerValue baud = xsmcToInteger(xsArg(0));
	if (baud <= 0 || baud > SOC_UART_BITRATE_MAX) xsRangeError("no such speed");
	if (uart != NULL) uart_set_baudrate(uart->number, (uint32_t)baud);
}

/* uart(number, transmitPin, receivePin, baud, frame) */
void xs_uart_port(xsMachine* the)
{
	int number = xsmcToInteger(xsArg(0));
	int transmitPin = xsmcToInteger(xsArg(1));
	int receivePin = xsmcToInteger(xsArg(2));
	int baud = xsmcToInteger(xsArg(3));
	if (number < 0 || number >= SOC_UART_NUM || lines[number] != NULL) xsRangeError("no such UART, or in use");
	if (!GPIO_IS_VALID_OUTPUT_GPIO(transmitPin) || !GPIO_IS_VALID_GPIO(receivePin)) xsRangeError("no such pin");
	if (baud <= 0 || baud > SOC_UART_BITRATE_MAX) xsRangeError("no such speed");

	/* The interrupt looks at it while the flash is written, when memory outside the chip cannot be reached either. */
	UartLine* uart = heap_caps_calloc(1, sizeof(UartLine), MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);
	if (uart == NULL) xsUnknownError("no memory for the UART");
	uart->line.operations = &uartOperations;
	uart->number = number;
	if (uartOpen(number, transmitPin, receivePin, baud) != ESP_OK) {
		heap_caps_free(uart);
		xsUnknownError("the UART did not start");
	}
	/* It sets line.port, and closes the line where it fails. */
	framePortOpen(the, &uart->line, 4);
	lines[number] = uart;
	uart_set_select_notif_callback(number, uartNotify);
	/* What came before the callback was set. */
	framePortWake(uart->line.port);
}
