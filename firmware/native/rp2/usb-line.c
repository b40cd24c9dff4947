/*
 * The USB serial port to the host: tinyusb's CDC, which the SDK has running for its own console. In a debug build the debugger talks over it and
 * the port is a dead end. tinyusb's task runs in an interrupt of low priority, and its calls lock against each other without
 * noticing one that the interrupt cut short: so interrupts are off wherever XS's thread calls one.
 */
#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#include "frame-port.h"

#include <stdbool.h>
#include <stdint.h>

void __real_tud_cdc_line_state_cb(uint8_t number, bool dtr, bool rts);

#ifdef mxDebug

void __wrap_tud_cdc_line_state_cb(uint8_t number, bool dtr, bool rts)
{
	__real_tud_cdc_line_state_cb(number, dtr, rts);
}

/* Nothing comes and nothing goes: the card works with its cables alone, as it does without a computer. */
static size_t readNothing(FrameLine* line, uint8_t* into, size_t capacity)
{
	return 0;
}

static bool writeNothing(FrameLine* line, const uint8_t* bytes, size_t length)
{
	return false;
}

static void doNothing(FrameLine* line)
{
}

static const FrameLineOperations operations = { readNothing, writeNothing, doNothing, doNothing };

/* usb(frame) */
void xs_usb_port(xsMachine* the)
{
	static FrameLine line = { .operations = &operations };
	if (line.port) xsUnknownError("the USB port is in use");
	framePortOpen(the, &line, 0);
}

#else

#include "hardware/sync.h"
#include "tusb.h"

#include <string.h>

/* Four frames of the largest size, more than thirty of the usual one. A power of two. */
#define TRANSMIT_RING_BYTES 1024u

typedef struct {
	FrameLine line;
	bool open;
	/* They count on; their low bits are places in the ring. */
	uint32_t written;
	uint32_t sent;
	uint8_t ring[TRANSMIT_RING_BYTES];
} UsbLine;

static UsbLine usbLine;

/* Interrupts are off, or this is tinyusb's. It takes no more than there is room for. */
static void pump(UsbLine* line)
{
	bool any = false;
	while (line->sent != line->written) {
		const uint32_t start = line->sent & (TRANSMIT_RING_BYTES - 1);
		uint32_t count = line->written - line->sent;
		const uint32_t room = tud_cdc_write_available();
		if (count > TRANSMIT_RING_BYTES - start) count = TRANSMIT_RING_BYTES - start;
		if (count > room) count = room;
		if (count == 0) break;
		line->sent += tud_cdc_write(line->ring + start, count);
		any = true;
	}
	if (any) tud_cdc_write_flush();
}

void tud_cdc_rx_cb(uint8_t number)
{
	if (usbLine.open) framePortWake(usbLine.line.port);
}

void tud_cdc_tx_complete_cb(uint8_t number)
{
	if (usbLine.open) pump(&usbLine);
}

/*
 * Frames that wait here or in tinyusb, also the one that has begun to go out: each has a delimiter at both ends. At the least, for what
 * tinyusb has may have been overwritten here.
 */
static uint32_t waitingFrames(const UsbLine* line)
{
	uint32_t waiting = line->written - line->sent + (CFG_TUD_CDC_TX_BUFSIZE - tud_cdc_write_available());
	if (waiting > TRANSMIT_RING_BYTES) waiting = TRANSMIT_RING_BYTES;
	/* Bytes of others, before the first of ours. */
	if (waiting > line->written) waiting = line->written;
	uint32_t delimiters = 0;
	for (uint32_t at = line->written - waiting; at != line->written; at += 1)
		delimiters += line->ring[at & (TRANSMIT_RING_BYTES - 1)] == 0;
	return (delimiters + 1) / 2;
}

/* Whoever opens the port shall not find old frames. */
static void forgetWaiting(UsbLine* line)
{
	line->line.forgotten += waitingFrames(line);
	line->sent = line->written;
	tud_cdc_write_clear();
}

/*
 * The linker leads tinyusb's call here (LDFLAGS in the boards' manifests). The SDK's own restarts the board where RTS falls: into the boot
 * loader where DTR stays up, which is how a firmware is flashed; and into itself where DTR falls too, which is how any program's closing of
 * the port looks. That one is for a debugger.
 */
void __wrap_tud_cdc_line_state_cb(uint8_t number, bool dtr, bool rts)
{
	if (usbLine.open) forgetWaiting(&usbLine);
	__real_tud_cdc_line_state_cb(number, dtr, rts || !dtr);
}

static size_t readLine(FrameLine* base, uint8_t* into, size_t capacity)
{
	const uint32_t state = save_and_disable_interrupts();
	const uint32_t count = tud_cdc_available() ? tud_cdc_read(into, (uint32_t)capacity) : 0;
	restore_interrupts(state);
	return count;
}

static bool writeLine(FrameLine* base, const uint8_t* bytes, size_t length)
{
	UsbLine* line = (UsbLine*)base;
	const uint32_t state = save_and_disable_interrupts();
	bool taken = false;
	if (!tud_cdc_connected()) {
		forgetWaiting(line);
	} else if (line->written - line->sent + length <= TRANSMIT_RING_BYTES) {
		const uint32_t start = line->written & (TRANSMIT_RING_BYTES - 1);
		size_t first = TRANSMIT_RING_BYTES - start;
		if (first > length) first = length;
		memcpy(line->ring + start, bytes, first);
		memcpy(line->ring, bytes + first, length - first);
		line->written += (uint32_t)length;
		pump(line);
		taken = true;
	}
	restore_interrupts(state);
	return taken;
}

static void rearmLine(FrameLine* base)
{
	const uint32_t state = save_and_disable_interrupts();
	if (tud_cdc_available()) framePortWake(base->port);
	restore_interrupts(state);
}

static void closeLine(FrameLine* base)
{
	((UsbLine*)base)->open = false;
}

static const FrameLineOperations operations = {
	.read = readLine,
	.write = writeLine,
	.rearm = rearmLine,
	.close = closeLine,
};

/* usb(frame) */
void xs_usb_port(xsMachine* the)
{
	UsbLine* line = &usbLine;
	if (line->open) xsUnknownError("the USB port is in use");
	memset(line, 0, sizeof *line);
	line->line.operations = &operations;
	framePortOpen(the, &line->line, 0);
	line->open = true;
}

#endif
