/*
 * A UART whose bytes the DMA moves both ways, so that reception goes on while interrupts are off for a flash write (45 to
 * 400 ms). Received bytes go into a ring, one transfer a byte: a second channel starts the first one again, and each transfer can
 * interrupt. The interrupt only says that there is something to read, and stays off until the line was read empty. While XS's thread sleeps, it waits
 * for the end of a frame instead of waking it for each byte.
 */
#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#include "frame-port.h"
#include "event-loop.h"
#include "hardware/clocks.h"
#include "hardware/dma.h"
#include "hardware/gpio.h"
#include "hardware/irq.h"
#include "hardware/sync.h"
#include "hardware/uart.h"

#include <string.h>

#define UART_COUNT 2
#define LEAST_BAUD 9600
/* 82 ms of a line that is never silent, at 2 Mbaud. Powers of two, and aligned to themselves: the DMA wraps addresses by their low bits. */
#define RECEIVE_RING_BITS 14
#define RECEIVE_RING_BYTES (1u << RECEIVE_RING_BITS)
#define TRANSMIT_RING_BITS 11
#define TRANSMIT_RING_BYTES (1u << TRANSMIT_RING_BITS)
/* Stands behind what was read last. Three delimiters in a row come in no stream of frames. */
#define GUARD_BYTES 4u
/* Out of the way of the SDK's own users of the DMA, which take DMA_IRQ_0. */
#define LINE_DMA_IRQ DMA_IRQ_1

typedef struct {
	FrameLine line;
	uart_inst_t* uart;
	bool open;
	uint8_t* receiveRing;
	uint8_t* transmitRing;
	uint receiveChannel;
	uint againChannel;
	uint transmitChannel;
	/* What `againChannel` writes: the receiving channel's bit. In RAM, for flash cannot be read during a write to it. */
	uint32_t againMask;
	/* Reads and writes count on; their low bits are places in the rings. */
	uint32_t receiveAt;
	bool endedInsideFrame;
	uint32_t transmitWritten;
	/* Bytes that were handed to the DMA, all of them, and those of the transfer that runs. */
	volatile uint32_t transmitBegun;
	/* The interrupt's own look at what has come. */
	uint32_t scannedAt;
	bool insideFrame;
} UartLine;

static uint8_t receiveRings[UART_COUNT][RECEIVE_RING_BYTES] __attribute__((aligned(RECEIVE_RING_BYTES)));
static uint8_t transmitRings[UART_COUNT][TRANSMIT_RING_BYTES] __attribute__((aligned(TRANSMIT_RING_BYTES)));
static UartLine lines[UART_COUNT];
static const uint8_t guard[GUARD_BYTES] = { 0, 0, 0, 0xa5 };

/* Interrupts are off, or this is the interrupt. */
static void __not_in_flash_func(beginTransfer)(UartLine* line)
{
	const uint32_t waiting = line->transmitWritten - line->transmitBegun;
	if (waiting == 0 || dma_channel_is_busy(line->transmitChannel)) return;
	line->transmitBegun += waiting;
	dma_channel_set_trans_count(line->transmitChannel, waiting, true);
}

static inline uint32_t receivedUpTo(const UartLine* line)
{
	return dma_channel_hw_addr(line->receiveChannel)->write_addr & (RECEIVE_RING_BYTES - 1);
}

/* Whether a frame has ended among the bytes that came since the last look (a delimiter behind anything else than delimiters), or the ring fills with noise. */
static inline bool isWorthWaking(UartLine* line)
{
	const uint32_t end = receivedUpTo(line);
	bool ended = ((end - line->receiveAt) & (RECEIVE_RING_BYTES - 1)) > RECEIVE_RING_BYTES / 2;
	while (line->scannedAt != end) {
		const bool delimiter = line->receiveRing[line->scannedAt] == 0;
		if (delimiter && line->insideFrame) ended = true;
		line->insideFrame = !delimiter;
		line->scannedAt = (line->scannedAt + 1) & (RECEIVE_RING_BYTES - 1);
	}
	return ended;
}

static inline void receiveInterrupt(UartLine* line, uint32_t receiveBit)
{
	dma_hw->ints1 = receiveBit;
	if (eventLoopSleeps() && !isWorthWaking(line)) return;
	hw_clear_bits(&dma_hw->inte1, receiveBit);
	framePortWake(line->line.port);
}

static void __not_in_flash_func(lineInterrupt)(void)
{
	for (int index = 0; index < UART_COUNT; index += 1) {
		UartLine* line = &lines[index];
		if (!line->open) continue;
		const uint32_t receiveBit = 1u << line->receiveChannel;
		const uint32_t transmitBit = 1u << line->transmitChannel;
		const uint32_t status = dma_hw->ints1;
		if (status & receiveBit) receiveInterrupt(line, receiveBit);
		if (status & transmitBit) {
			dma_hw->ints1 = transmitBit;
			beginTransfer(line);
		}
	}
}

/* What comes next is read from here on; what lies behind is free for the guard. */
static void goTo(UartLine* line, uint32_t at)
{
	volatile uint8_t* ring = line->receiveRing;
	line->receiveAt = at & (RECEIVE_RING_BYTES - 1);
	line->endedInsideFrame = ring[(at - 1) & (RECEIVE_RING_BYTES - 1)] != 0;
	for (uint32_t index = 0; index < GUARD_BYTES; index += 1)
		ring[(at - GUARD_BYTES + index) & (RECEIVE_RING_BYTES - 1)] = guard[index];
}

/* Where the ring has gone round, the newest bytes have covered the guard, however long nobody looked and whatever came. */
static bool hasGoneRound(const UartLine* line)
{
	const volatile uint8_t* ring = line->receiveRing;
	const uint32_t from = line->receiveAt - GUARD_BYTES;
	bool stands = true;
	for (uint32_t index = 0; index < GUARD_BYTES; index += 1)
		stands &= ring[(from + index) & (RECEIVE_RING_BYTES - 1)] == guard[index];
	return !stands;
}

static size_t readLine(FrameLine* base, uint8_t* into, size_t capacity)
{
	UartLine* line = (UartLine*)base;
	const uint32_t end = receivedUpTo(line);
	const uint32_t start = line->receiveAt;
	size_t count = (end >= start ? end : RECEIVE_RING_BYTES) - start;
	if (count > capacity) count = capacity;
	memcpy(into, line->receiveRing + start, count);
	/* Asked behind the copying, so that what was copied was still what had come. */
	if (hasGoneRound(line)) {
		base->overruns += 1;
		goTo(line, receivedUpTo(line));
		return 0;
	}
	if (count > 0) goTo(line, start + (uint32_t)count);
	return count;
}

static bool writeLine(FrameLine* base, const uint8_t* bytes, size_t length)
{
	UartLine* line = (UartLine*)base;
	/* With interrupts off: one that begins the next transfer between two of these looks would hide all that it has begun. */
	uint32_t state = save_and_disable_interrupts();
	/* The DMA counts down what it has not read yet of the bytes begun. */
	const uint32_t unread = dma_channel_is_busy(line->transmitChannel)
		? dma_channel_hw_addr(line->transmitChannel)->transfer_count : 0;
	const uint32_t held = line->transmitWritten - line->transmitBegun + unread;
	restore_interrupts(state);
	if (held + length > TRANSMIT_RING_BYTES) return false;
	const uint32_t start = line->transmitWritten & (TRANSMIT_RING_BYTES - 1);
	size_t first = TRANSMIT_RING_BYTES - start;
	if (first > length) first = length;
	memcpy(line->transmitRing + start, bytes, first);
	memcpy(line->transmitRing, bytes + first, length - first);
	state = save_and_disable_interrupts();
	line->transmitWritten += (uint32_t)length;
	beginTransfer(line);
	restore_interrupts(state);
	return true;
}

static void rearmLine(FrameLine* base)
{
	UartLine* line = (UartLine*)base;
	const uint32_t receiveBit = 1u << line->receiveChannel;
	dma_hw->ints1 = receiveBit;
	/* The interrupt is off: what was read needs no second look. */
	line->scannedAt = line->receiveAt;
	line->insideFrame = line->endedInsideFrame;
	/* A byte that came before this line and after the last look would not interrupt any more. */
	if (receivedUpTo(line) != line->receiveAt) framePortWake(base->port);
	else hw_set_bits(&dma_hw->inte1, receiveBit);
}

static void closeLine(FrameLine* base)
{
	UartLine* line = (UartLine*)base;
	const uint32_t state = save_and_disable_interrupts();
	line->open = false;
	hw_clear_bits(&dma_hw->inte1, 1u << line->receiveChannel | 1u << line->transmitChannel);
	restore_interrupts(state);
	/* The one that starts the other must not find it stopped and start it again. */
	hw_clear_bits(&dma_hw->ch[line->againChannel].al1_ctrl, DMA_CH0_CTRL_TRIG_EN_BITS);
	dma_channel_abort(line->againChannel);
	dma_channel_abort(line->receiveChannel);
	dma_channel_abort(line->transmitChannel);
	dma_channel_unclaim(line->againChannel);
	dma_channel_unclaim(line->receiveChannel);
	dma_channel_unclaim(line->transmitChannel);
	uart_deinit(line->uart);
}

static const FrameLineOperations operations = {
	.read = readLine,
	.write = writeLine,
	.rearm = rearmLine,
	.close = closeLine,
};

static void startReception(UartLine* line)
{
	dma_channel_config again = dma_channel_get_default_config(line->againChannel);
	channel_config_set_read_increment(&again, false);
	channel_config_set_write_increment(&again, false);
	channel_config_set_irq_quiet(&again, true);
	dma_channel_configure(line->againChannel, &again, &dma_hw->multi_channel_trigger, &line->againMask, 1, false);

	dma_channel_config receive = dma_channel_get_default_config(line->receiveChannel);
	channel_config_set_transfer_data_size(&receive, DMA_SIZE_8);
	channel_config_set_read_increment(&receive, false);
	channel_config_set_write_increment(&receive, true);
	channel_config_set_ring(&receive, true, RECEIVE_RING_BITS);
	channel_config_set_dreq(&receive, uart_get_dreq(line->uart, false));
	channel_config_set_chain_to(&receive, line->againChannel);
	channel_config_set_high_priority(&receive, true);
	dma_channel_configure(line->receiveChannel, &receive, line->receiveRing, &uart_get_hw(line->uart)->dr, 1, true);
}

static void prepareTransmission(UartLine* line)
{
	dma_channel_config transmit = dma_channel_get_default_config(line->transmitChannel);
	channel_config_set_transfer_data_size(&transmit, DMA_SIZE_8);
	channel_config_set_read_increment(&transmit, true);
	channel_config_set_write_increment(&transmit, false);
	channel_config_set_ring(&transmit, false, TRANSMIT_RING_BITS);
	channel_config_set_dreq(&transmit, uart_get_dreq(line->uart, true));
	dma_channel_configure(line->transmitChannel, &transmit, &uart_get_hw(line->uart)->dr, line->transmitRing, 0, false);
	dma_hw->ints1 = 1u << line->transmitChannel;
	hw_set_bits(&dma_hw->inte1, 1u << line->transmitChannel);
}

/* A bit takes sixteen beats of the UART's clock at the least. */
static xsIntegerValue mostBaud(void)
{
	return (xsIntegerValue)(clock_get_hz(UART_CLOCK_NUM(uart0)) / 16);
}

/* maxBaud(): number */
void xs_uart_port_max_baud(xsMachine* the)
{
	xsmcSetInteger(xsResult, mostBaud());
}

/* setBaud(baud): both ways; the SDK stops the UART between two characters, and waits fifteen bits for that. */
void xs_uart_port_set_baud(xsMachine* the)
{
	UartLine* line = (UartLine*)framePortLine(the);
	const xsIntegerValue baud = xsmcToInteger(xsArg(0));
	if (baud < LEAST_BAUD || baud > mostBaud()) xsRangeError("no such speed");
	if (line) uart_set_baudrate(line->uart, (uint)baud);
}

/* uart(number, transmitPin, receivePin, baud, frame) */
void xs_uart_port(xsMachine* the)
{
	static bool handlerAdded = false;
	const xsIntegerValue number = xsmcToInteger(xsArg(0));
	const xsIntegerValue transmitPin = xsmcToInteger(xsArg(1));
	const xsIntegerValue receivePin = xsmcToInteger(xsArg(2));
	const xsIntegerValue baud = xsmcToInteger(xsArg(3));
	if (number < 0 || number >= UART_COUNT) xsRangeError("there is UART 0 and UART 1");
	if (baud < LEAST_BAUD || baud > mostBaud()) xsRangeError("give 9600 baud to a sixteenth of the clock");
	if (transmitPin < 0 || transmitPin >= NUM_BANK0_GPIOS || receivePin < 0 || receivePin >= NUM_BANK0_GPIOS)
		xsRangeError("no such pin");
	UartLine* line = &lines[number];
	if (line->open) xsUnknownError("this UART is in use");

	memset(line, 0, sizeof *line);
	line->line.operations = &operations;
	line->uart = uart_get_instance((uint)number);
	line->receiveRing = receiveRings[number];
	line->transmitRing = transmitRings[number];
	line->receiveChannel = (uint)dma_claim_unused_channel(true);
	line->againChannel = (uint)dma_claim_unused_channel(true);
	line->transmitChannel = (uint)dma_claim_unused_channel(true);
	line->againMask = 1u << line->receiveChannel;
	line->receiveRing[RECEIVE_RING_BYTES - 1] = 0;
	goTo(line, 0);

	uart_init(line->uart, (uint)baud);
	uart_set_format(line->uart, 8, 1, UART_PARITY_NONE);
	uart_set_hw_flow(line->uart, false, false);
	uart_set_fifo_enabled(line->uart, true);
	gpio_set_function((uint)transmitPin, UART_FUNCSEL_NUM(line->uart, (uint)transmitPin));
	gpio_set_function((uint)receivePin, UART_FUNCSEL_NUM(line->uart, (uint)receivePin));
	/* A cable that is not plugged in reads as silent. */
	gpio_pull_up((uint)receivePin);

	startReception(line);
	prepareTransmission(line);
	if (!handlerAdded) {
		irq_add_shared_handler(LINE_DMA_IRQ, lineInterrupt, PICO_SHARED_IRQ_HANDLER_DEFAULT_ORDER_PRIORITY);
		irq_set_enabled(LINE_DMA_IRQ, true);
		handlerAdded = true;
	}
	framePortOpen(the, &line->line, 4);
	line->open = true;
}
