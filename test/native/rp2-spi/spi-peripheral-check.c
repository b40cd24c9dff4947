/*
 * The peripheral's end of an SPI cable of an RP2, on the computer: rp2-spi/spi-peripheral.c and what is below it, over a bus made up. The
 * other end is a controller by spi-link.c, which is disturbed in every way that leaves something in the bus. Behind that, all
 * that is sent must arrive. Prints one line; any other end is a failure.
 */
#include "frame-port.h"
#include "hardware/spi.h"
#include "hardware/timer.h"
#include "spi-link.h"

#include <stdio.h>

enum { BUS, CLOCK, IN, OUT, SELECT_PIN, READY_PIN };
#define STREAM_BYTES 500u

void xs_spi_peripheral_port(xsMachine* the);

static xsMachine machine;
static FrameLine* line;
static SpiLink controller;
static uint32_t nowUs;
static bool wasReady;
/* Bytes that the next transfer clocks beyond its slot, or lacks. */
static int clocksMore;
static uint32_t transfers;

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

uint32_t time_us_32(void)
{
	return nowUs;
}

void standInTimePasses(void)
{
	standInSpiMove(spi0);
}

static void clockNoise(uint32_t count)
{
	for (uint32_t index = 0; index < count; index += 1) standInSpiExchange(spi0, (uint8_t)(0x11 * index));
}

static void transfer(const uint8_t* out)
{
	uint8_t in[SPI_SLOT_BYTES];
	transfers += 1;
	for (uint32_t index = 0; index < SPI_SLOT_BYTES; index += 1) {
		const bool clocks = clocksMore >= 0 || index < SPI_SLOT_BYTES - (uint32_t)-clocksMore;
		in[index] = clocks ? standInSpiExchange(spi0, out[index]) : 0;
	}
	if (clocksMore > 0) clockNoise((uint32_t)clocksMore);
	clocksMore = 0;
	standInRise(SELECT_PIN);
	spiLinkDone(&controller, in, SPI_SLOT_BYTES);
}

static void turnController(void)
{
	uint8_t slot[SPI_SLOT_BYTES];
	const bool ready = standInLevels[READY_PIN];
	if (ready && !wasReady) spiLinkAsked(&controller);
	wasReady = ready;
	switch (spiLinkNext(&controller, ready, nowUs, slot)) {
	case SPI_TRANSFER:
		transfer(slot);
		break;
	case SPI_KNOCK:
		standInRise(SELECT_PIN);
		break;
	case SPI_NOTHING:
		break;
	}
	wasReady &= standInLevels[READY_PIN];
}

typedef struct {
	uint8_t bytes[2 * SPI_RING_BYTES];
	size_t length;
} Taken;

/* Both ends go on until both have nothing to say. */
static void settle(Taken* byPeripheral, Taken* byController)
{
	byPeripheral->length = byController->length = 0;
	for (int turns = 0; turns < 400; turns += 1) {
		nowUs += 100;
		turnController();
		byPeripheral->length += line->operations->read(line, byPeripheral->bytes + byPeripheral->length, 100);
		byController->length += spiLinkRead(&controller, byController->bytes + byController->length, 100);
	}
}

static void checkThatAllArrives(const char* what)
{
	static Taken byPeripheral, byController;
	static uint8_t toPeripheral[STREAM_BYTES], toController[STREAM_BYTES];
	settle(&byPeripheral, &byController);
	for (size_t at = 0; at < STREAM_BYTES; at += 1) {
		toPeripheral[at] = (uint8_t)(at * 7 + transfers);
		toController[at] = (uint8_t)(at * 11 + transfers);
	}
	must(spiLinkWrite(&controller, toPeripheral, STREAM_BYTES), what);
	must(line->operations->write(line, toController, STREAM_BYTES), what);
	settle(&byPeripheral, &byController);
	must(byPeripheral.length == STREAM_BYTES && memcmp(byPeripheral.bytes, toPeripheral, STREAM_BYTES) == 0, what);
	must(byController.length == STREAM_BYTES && memcmp(byController.bytes, toController, STREAM_BYTES) == 0, what);
}

int main(void)
{
	static const double ARGUMENTS[] = { BUS, CLOCK, IN, OUT, SELECT_PIN, READY_PIN };
	for (size_t index = 0; index < 6; index += 1) machine.arguments[index].number = ARGUMENTS[index];
	must(standInCall(&machine, xs_spi_peripheral_port), "the port does not open");
	spiLinkInit(&controller, SPI_CONTROLLER);
	checkThatAllArrives("nothing happens");
	const uint32_t resets = spi0->resets;
	checkThatAllArrives("nothing happens again");
	must(line->overruns == 0, "nothing counts as lost where nothing is wrong");
	must(spi0->resets == resets, "the bus is not reset where nothing is wrong");
	for (int more = -(int)SPI_SLOT_BYTES + 1; more <= (int)SPI_SLOT_BYTES; more += 1) {
		clocksMore = more;
		static Taken byPeripheral, byController;
		must(line->operations->write(line, (const uint8_t*)"disturbed", 9), "there is room");
		const uint32_t lost = line->overruns;
		settle(&byPeripheral, &byController);
		must(line->overruns == lost + (more < 0), "a slot that came damaged is counted, and no other");
		checkThatAllArrives("a transfer had the wrong length");
	}
	for (uint32_t count = 1; count <= SPI_SLOT_BYTES; count += 1) {
		clockNoise(count);
		if (count % 2) standInRise(SELECT_PIN);
		checkThatAllArrives("there were clocks while nothing was armed");
	}
	line->operations->close(line);
	printf("%u transfers\n", transfers);
	return 0;
}
