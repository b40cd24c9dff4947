/*
 * The peripheral's end of an SPI cable of an ESP32, on the computer, against a controller by spi-link.c. The end of a transfer makes two
 * interrupts, the bus's and that of the select pin: here in both orders, with the thread before, between and behind them. Prints one line;
 * any other end is a failure.
 */
#include "frame-port.h"
#include "spi-link.h"

#include "driver/spi_slave.h"

#include <stdio.h>

enum { BUS = 1, CLOCK, IN, OUT, SELECT_PIN, READY_PIN };
#define STREAM_BYTES 500u
/* Who comes when select rises: the bus, the pin, the thread that looks at both. */
enum { BUS_ENDS, PIN_ROSE, THREAD_LOOKS };

void xs_spi_peripheral_port(xsMachine* the);

spi_slave_transaction_t* standInArmed;
spi_slave_transaction_t* standInEnded;
spi_slave_interface_config_t standInInterface;
bool standInLevels[STAND_IN_PINS];
void (*standInPinHandler)(void* argument);
void* standInPinArgument;

static xsMachine machine;
static FrameLine* line;
static SpiLink controller;
static uint32_t nowUs, transfers;
static bool wasReady;
static const int* order;
static uint8_t taken[2 * STREAM_BYTES];
static size_t takenLength;

static void must(bool holds, const char* what)
{
	if (holds) return;
	fprintf(stderr, "%s, at transfer %u\n", what, transfers);
	exit(1);
}

void framePortOpen(xsMachine* the, FrameLine* opened, int frameArgument)
{
	(void)the;
	must(frameArgument == 6, "the FrameBuffer is the seventh argument");
	line = opened;
}

void framePortWake(FramePort* port)
{
	(void)port;
}

static void look(void)
{
	takenLength += line->operations->read(line, taken + takenLength, sizeof taken - takenLength);
}

static void raiseSelect(spi_slave_transaction_t* ended)
{
	for (int index = 0; index < 3; index += 1) {
		if (order[index] == PIN_ROSE) standInPinHandler(standInPinArgument);
		if (order[index] == THREAD_LOOKS) look();
		if (order[index] != BUS_ENDS || ended == NULL) continue;
		standInEnded = ended;
		standInInterface.post_trans_cb(ended);
	}
}

static void transfer(const uint8_t* out)
{
	uint8_t in[SPI_SLOT_BYTES] = { 0 };
	transfers += 1;
	spi_slave_transaction_t* const ended = standInArmed;
	standInArmed = NULL;
	if (ended != NULL) {
		memcpy(in, ended->tx_buffer, sizeof in);
		memcpy(ended->rx_buffer, out, sizeof in);
		ended->trans_len = 8 * SPI_SLOT_BYTES;
	}
	raiseSelect(ended);
	spiLinkDone(&controller, in, SPI_SLOT_BYTES);
}

/* A select without a clock ends a slot that is armed, too. */
static void knock(void)
{
	spi_slave_transaction_t* const ended = standInArmed;
	standInArmed = NULL;
	if (ended != NULL) ended->trans_len = 0;
	raiseSelect(ended);
}

static void turnController(void)
{
	uint8_t slot[SPI_SLOT_BYTES];
	const bool ready = standInLevels[READY_PIN];
	if (ready && !wasReady) spiLinkAsked(&controller);
	wasReady = ready;
	const SpiLinkAction action = spiLinkNext(&controller, ready, nowUs, slot);
	if (action == SPI_TRANSFER) {
		/* It falls and may rise again before the controller looks: the pin keeps the edge. */
		wasReady = false;
		transfer(slot);
	}
	if (action == SPI_KNOCK) knock();
}

static void settle(void)
{
	for (int turns = 0; turns < 200; turns += 1) {
		nowUs += 100;
		turnController();
		look();
	}
}

static void checkThatAllArrives(void)
{
	static uint8_t there[STREAM_BYTES], back[STREAM_BYTES], came[2 * STREAM_BYTES];
	for (size_t at = 0; at < STREAM_BYTES; at += 1) {
		there[at] = (uint8_t)(at * 7 + transfers);
		back[at] = (uint8_t)(at * 11 + transfers);
	}
	takenLength = 0;
	must(spiLinkWrite(&controller, there, STREAM_BYTES), "the controller has room");
	must(transfers % 2 || line->operations->write(line, back, STREAM_BYTES), "the peripheral has room");
	const bool bothWays = transfers % 2 == 0;
	settle();
	must(takenLength == STREAM_BYTES && memcmp(taken, there, STREAM_BYTES) == 0, "what the controller sent did not arrive");
	const size_t length = spiLinkRead(&controller, came, sizeof came);
	must(length == (bothWays ? STREAM_BYTES : 0) && memcmp(came, back, length) == 0, "what the peripheral sent did not arrive");
	const uint32_t before = transfers;
	settle();
	must(transfers == before, "with nothing to say, both are silent");
}

int main(void)
{
	static const double ARGUMENTS[] = { BUS, CLOCK, IN, OUT, SELECT_PIN, READY_PIN };
	static const int ORDERS[][3] = {
		{ BUS_ENDS, PIN_ROSE, THREAD_LOOKS },
		{ PIN_ROSE, BUS_ENDS, THREAD_LOOKS },
		{ PIN_ROSE, THREAD_LOOKS, BUS_ENDS },
		{ THREAD_LOOKS, BUS_ENDS, PIN_ROSE },
		{ THREAD_LOOKS, PIN_ROSE, BUS_ENDS },
	};
	for (size_t index = 0; index < 6; index += 1) machine.arguments[index].number = ARGUMENTS[index];
	must(standInCall(&machine, xs_spi_peripheral_port), "the port does not open");
	spiLinkInit(&controller, SPI_CONTROLLER);
	for (size_t index = 0; index < 20 * sizeof ORDERS / sizeof *ORDERS; index += 1) {
		order = ORDERS[index / 20];
		checkThatAllArrives();
	}
	line->operations->close(line);
	printf("%u transfers\n", transfers);
	return 0;
}
