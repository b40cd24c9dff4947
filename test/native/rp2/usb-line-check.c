/*
 * The sending half of rp2/usb-line.c on the computer, by one seed: the host reads when it likes, closes its port in the middle of a
 * frame, and opens it again. What it reads begins with a whole frame each time, and each frame that was taken was read or is counted as
 * forgotten. Argument: seed. Prints one line; any other end is a failure.
 */
#include "frame-codec.h"
#include "frame-port.h"
#include "tusb.h"

#include <stdio.h>

#define WRITES 200000u

void xs_usb_port(xsMachine* the);
void __real_tud_cdc_line_state_cb(uint8_t number, bool dtr, bool rts);

static xsMachine machine;
static FrameLine* line;
static FrameDecoder decoder;
static uint8_t buffer[CFG_TUD_CDC_TX_BUFSIZE];
static uint32_t buffered;
static bool isConnected;
static uint32_t taken, refused, reading, lastRead, closings;
static uint32_t chanceState;

static uint32_t chance(uint32_t below)
{
	chanceState ^= chanceState << 13;
	chanceState ^= chanceState >> 17;
	chanceState ^= chanceState << 5;
	return chanceState % below;
}

static void must(bool holds, const char* what)
{
	if (holds) return;
	fprintf(stderr, "%s: taken %u, read %u, forgotten %u\n", what, taken, reading, line ? line->forgotten : 0);
	exit(1);
}

void framePortOpen(xsMachine* the, FrameLine* opened, int frameArgument)
{
	(void)the;
	must(frameArgument == 0, "the FrameBuffer is the first argument");
	line = opened;
}

void framePortWake(FramePort* port)
{
	(void)port;
}

void standInTimePasses(void)
{
}

void __real_tud_cdc_line_state_cb(uint8_t number, bool dtr, bool rts)
{
	(void)number;
	must(rts || !dtr, "the SDK is told of what would restart the board");
}

bool tud_cdc_connected(void)
{
	return isConnected;
}

uint32_t tud_cdc_available(void)
{
	return 0;
}

uint32_t tud_cdc_read(void* into, uint32_t capacity)
{
	(void)into, (void)capacity;
	return 0;
}

uint32_t tud_cdc_write_available(void)
{
	return CFG_TUD_CDC_TX_BUFSIZE - buffered;
}

uint32_t tud_cdc_write(const void* bytes, uint32_t count)
{
	must(count <= tud_cdc_write_available(), "tinyusb is given more than it has room for");
	memcpy(buffer + buffered, bytes, count);
	buffered += count;
	return count;
}

uint32_t tud_cdc_write_flush(void)
{
	return 0;
}

bool tud_cdc_write_clear(void)
{
	buffered = 0;
	return true;
}

/* The host takes some of what waits. */
static void read(uint32_t count)
{
	if (count > buffered) count = buffered;
	for (uint32_t at = 0; at < count;) {
		size_t length;
		uint32_t number;
		at += (uint32_t)frameDecode(&decoder, buffer + at, count - at, &length);
		if (length == 0) continue;
		memcpy(&number, decoder.bytes, sizeof number);
		must(number > lastRead && number <= taken, "a frame twice, or that nobody sent");
		lastRead = number;
		reading += 1;
	}
	buffered -= count;
	memmove(buffer, buffer + count, buffered);
	tud_cdc_tx_complete_cb(0);
}

static void connect(bool connected)
{
	isConnected = connected;
	__wrap_tud_cdc_line_state_cb(0, connected, connected);
	must(buffered == 0, "old bytes wait for whoever opens the port");
	must(reading + line->forgotten <= taken, "more was forgotten than was taken");
	/* A host that opens a port has read nothing yet. */
	must(frameBadFrames(&decoder) == 0, "a whole frame came damaged");
	frameDecoderReset(&decoder);
	closings += !connected;
}

static void writeOne(void)
{
	uint8_t payload[FRAME_MAX_PAYLOAD_BYTES] = { 0 };
	uint8_t encoded[FRAME_MAX_ENCODED_BYTES];
	const uint32_t number = taken + 1;
	const size_t length = sizeof number + chance(chance(4) == 0 ? FRAME_MAX_PAYLOAD_BYTES - 3 : 30);
	memset(payload, (int)chance(3), length);
	memcpy(payload, &number, sizeof number);
	if (line->operations->write(line, encoded, frameEncode(payload, length, encoded))) {
		must(isConnected, "a frame is taken and nobody is there");
		taken += 1;
	} else {
		refused += 1;
	}
}

int main(int argc, char** argv)
{
	must(argc == 2, "give a seed");
	chanceState = (uint32_t)strtoul(argv[1], NULL, 10) * 2654435761u | 1u;
	must(standInCall(&machine, xs_usb_port), "the port does not open");
	connect(true);
	for (uint32_t count = 0; count < WRITES; count += 1) {
		if (chance(3) == 0) writeOne();
		else read(chance(64));
		if (chance(200) == 0) connect(!isConnected);
	}
	const uint32_t uncounted = taken - reading - line->forgotten;
	connect(true);
	while (buffered > 0) read(64);
	must(closings > 100 && refused > 0 && reading > 10000, "too little happened to show anything");
	/* All but what stood in tinyusb's buffer while the ring was full behind it. */
	must(uncounted < closings / 10 && line->forgotten > closings, "what was forgotten is not counted");
	printf("taken %u, read %u, forgotten %u\n", taken, reading, line->forgotten);
	return 0;
}
