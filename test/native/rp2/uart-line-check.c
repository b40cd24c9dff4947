/*
 * The sending half of rp2/uart-line.c on the computer, by one seed: the DMA takes any number of bytes, and its interrupt comes,
 * between any two touches of the hardware. What was taken must go out unchanged and in order, also where the ring is nearly full.
 *
 * Argument: seed. Prints one line; any other end is a failure.
 */
#include "event-loop.h"
#include "hardware/uart.h"
#include "frame-port.h"
#include "rp2.h"

#include <stdio.h>

#define WRITES 200000u
#define MAX_LENGTH 257u
#define RING_BYTES 2048u

#define MOST_BAUD 7812500

void xs_uart_port(xsMachine* the);
void xs_uart_port_set_baud(xsMachine* the);
void xs_uart_port_max_baud(xsMachine* the);

static xsMachine machine;
static FrameLine* line;
static bool isClosed;
static uint32_t written, refused, sent, mostHeld;
static uint32_t pace;
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
	fprintf(stderr, "%s, behind %u bytes sent of %u\n", what, sent, written);
	exit(1);
}

/* The byte of a place in the stream. */
static uint8_t byteAt(uint32_t at)
{
	return (uint8_t)((at * 2654435761u) >> 24);
}

void framePortOpen(xsMachine* the, FrameLine* opened, int frameArgument)
{
	(void)the;
	must(frameArgument == 4, "the FrameBuffer is the fifth argument");
	line = opened;
}

FrameLine* framePortLine(xsMachine* the)
{
	(void)the;
	return isClosed ? NULL : line;
}

void framePortWake(FramePort* port)
{
	(void)port;
}

bool eventLoopSleeps(void)
{
	return false;
}

/* Sends what the UART has had the time for. */
void standInTimePasses(void)
{
	/* The third channel that was claimed. */
	const uint32_t transmitChannel = 2;
	for (uint32_t left = chance(pace); left > 0 && standInChannels[transmitChannel].busy; left -= 1) {
		must(standInReadByte(transmitChannel) == byteAt(sent), "a byte was overwritten before it was sent");
		sent += 1;
	}
}

static void writeOne(void)
{
	uint8_t bytes[MAX_LENGTH];
	const uint32_t length = 3 + chance(MAX_LENGTH - 2);
	for (uint32_t at = 0; at < length; at += 1) bytes[at] = byteAt(written + at);
	/* Counted before, for it begins to go out meanwhile. */
	const uint32_t held = written - sent;
	if (line->operations->write(line, bytes, length)) {
		written += length;
		if (written - sent > mostHeld) mostHeld = written - sent;
		return;
	}
	refused += 1;
	must(held + length > RING_BYTES / 2, "a frame was refused with half of the ring free");
}

/* Returns false where it threw. */
static bool setBaud(int32_t baud)
{
	machine.arguments[0].number = baud;
	return standInCall(&machine, xs_uart_port_set_baud);
}

/* The rate changes at any time, both ways, within the chip's limits and no further. */
static void changeRate(void)
{
	static const int32_t beyond[] = { 9599, MOST_BAUD + 1, 0, -2000000 };
	const int32_t baud = 9600 + (int32_t)chance(MOST_BAUD - 9600 + 1);
	must(setBaud(baud) && uart_get_instance(0)->baud == (uint)baud, "the rate was not changed");
	must(!setBaud(beyond[chance(4)]) && uart_get_instance(0)->baud == (uint)baud, "a rate beyond the limits was taken");
}

int main(int argc, char** argv)
{
	must(argc == 2, "give a seed");
	chanceState = (uint32_t)strtoul(argv[1], NULL, 10) * 2654435761u | 1u;
	/* UART 0, two pins, baud. */
	const double arguments[] = { 0, 0, 1, 2000000 };
	for (size_t index = 0; index < 4; index += 1) machine.arguments[index].number = arguments[index];
	pace = 1;
	machine.arguments[3].number = MOST_BAUD + 1;
	must(!standInCall(&machine, xs_uart_port), "the UART opens at a rate that it cannot");
	machine.arguments[3].number = 2000000;
	must(standInCall(&machine, xs_uart_port), "the UART does not open");
	must(uart_get_instance(0)->baud == 2000000u, "the UART opens at another rate");
	must(standInCall(&machine, xs_uart_port_max_baud) && machine.result.number == MOST_BAUD, "another limit");
	must(setBaud(9600) && setBaud(MOST_BAUD), "the limits are not taken");
	for (uint32_t count = 0; count < WRITES; count += 1) {
		/* The line is slower than the writer for a while, then quicker. */
		if (count % 1000 == 0) pace = 2 + chance(200);
		if (chance(100) == 0) changeRate();
		writeOne();
	}
	pace = 100;
	for (uint32_t turns = 0; sent != written; turns += 1) {
		must(turns < 100000, "what was taken is not sent");
		standInTimePasses();
		standInServeInterrupts();
	}
	must(refused > 0 && mostHeld > RING_BYTES - MAX_LENGTH, "the ring was never full");
	line->operations->close(line);
	isClosed = true;
	must(setBaud(9600) && uart_get_instance(0)->baud != 9600u, "a closed port changed the rate");
	printf("sent %u, refused %u frames\n", sent, refused);
	return 0;
}
