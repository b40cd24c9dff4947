/*
 * A controller against a peripheral in memory, by one seed: frames of random length go both ways, while transfers are lost,
 * garbled and broken off, edges are missed and knocks are not heard, and while a peripheral is deaf for as long as a flash takes. Frames are
 * the project's own, so what is delivered is checked by their CRC and then against what was sent. Behind the faults, everything that is still sent must arrive, in order.
 *
 * Arguments: seed, faults in 1000 steps. Prints one line; any other end is a failure.
 */
#include "../../firmware/native/frame-codec.h"
#include "../../firmware/native/spi-link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 60000
#define QUIET_STEPS 40000
#define STEP_US 7
#define MAX_SENT 65536

static uint32_t chanceState;

static uint32_t chance(uint32_t below)
{
	chanceState ^= chanceState << 13;
	chanceState ^= chanceState >> 17;
	chanceState ^= chanceState << 5;
	return chanceState % below;
}

static void must(int holds, const char* what)
{
	if (holds) return;
	fprintf(stderr, "%s\n", what);
	exit(1);
}

/* One side: its link, the decoder above it, and what it has sent and taken. A payload is its number, then filling. */
typedef struct {
	SpiLink link;
	FrameDecoder decoder;
	uint32_t sent;
	uint32_t taken;
	uint32_t lastTaken;
	uint32_t refused;
	/* It does not read for so many of its turns: XS collects garbage, or writes its flash. */
	uint32_t paused;
} Side;

static uint32_t faultsPerThousand;
static int quiet;
static uint32_t nowUs;
/* The wire, and what the peripheral has handed to its hardware. */
static bool ready;
static bool armed;
static bool riseSeen;
static uint8_t peripheralSlot[SPI_SLOT_BYTES];
static uint32_t transfers, knocks, lost;
static bool knocksGetLost;
/* The peripheral's thread and interrupts stand still until then; its hardware ends a transfer all the same. */
static bool isDeaf;
static uint32_t deafUntilUs;
static bool knockWaits, endWaits;
static uint8_t waitingSlot[SPI_SLOT_BYTES];
static size_t waitingCount;

static int fault(void)
{
	return !quiet && chance(1000) < faultsPerThousand;
}

static void fillPayload(uint8_t* payload, size_t length, uint32_t number)
{
	for (size_t at = 0; at < length; at += 1) payload[at] = (uint8_t)(number * 31u + at * (number & 7u));
	memcpy(payload, &number, sizeof number);
}

static void sendSome(Side* side)
{
	if (chance(3) != 0 || side->sent == MAX_SENT) return;
	uint8_t payload[FRAME_MAX_PAYLOAD_BYTES];
	uint8_t encoded[FRAME_MAX_ENCODED_BYTES];
	const size_t length = sizeof(uint32_t) + chance(chance(4) == 0 ? FRAME_MAX_PAYLOAD_BYTES - 3 : 24);
	fillPayload(payload, length, side->sent + 1);
	if (spiLinkWrite(&side->link, encoded, frameEncode(payload, length, encoded))) side->sent += 1;
	else side->refused += 1;
}

static void takeSome(Side* side, const Side* other)
{
	uint8_t bytes[100];
	if (chance(2000) == 0) side->paused = 1 + chance(1500);
	if (side->paused > 0) {
		side->paused -= 1;
		return;
	}
	const size_t count = spiLinkRead(&side->link, bytes, 1 + chance(sizeof bytes));
	for (size_t at = 0; at < count;) {
		size_t length;
		at += frameDecode(&side->decoder, bytes + at, count - at, &length);
		if (length == 0) continue;
		uint32_t number;
		uint8_t expected[FRAME_MAX_PAYLOAD_BYTES];
		must(length >= sizeof number, "a frame that nobody sent");
		memcpy(&number, side->decoder.bytes, sizeof number);
		must(number >= 1 && number <= other->sent, "a number that nobody sent");
		fillPayload(expected, length, number);
		must(memcmp(expected, side->decoder.bytes, length) == 0, "a frame was changed and its CRC holds");
		must(number > side->lastTaken, "a frame twice, or out of order");
		if (quiet) must(number == side->lastTaken + 1 || side->taken == 0, "a frame is missing without a fault");
		side->lastTaken = number;
		side->taken += 1;
	}
}

static void endOfPeripheral(Side* peripheral, const uint8_t* slot, size_t count)
{
	armed = false;
	if (isDeaf) {
		/* Nobody lowers ready. */
		endWaits = true;
		waitingCount = count;
		memcpy(waitingSlot, slot, sizeof waitingSlot);
		return;
	}
	ready = false;
	spiLinkDone(&peripheral->link, slot, count);
}

static void knock(Side* peripheral)
{
	if (isDeaf) knockWaits = true;
	else spiLinkAsked(&peripheral->link);
}

/* What the pins have kept is found now. */
static void hear(Side* peripheral)
{
	if (!isDeaf || (int32_t)(nowUs - deafUntilUs) < 0) return;
	isDeaf = false;
	if (endWaits) endOfPeripheral(peripheral, waitingSlot, waitingCount);
	else if (knockWaits) spiLinkAsked(&peripheral->link);
	endWaits = knockWaits = false;
}

static void garble(uint8_t* slot)
{
	const uint32_t from = chance(SPI_SLOT_BYTES);
	const uint32_t count = 1 + chance(8);
	for (uint32_t at = from; at < from + count && at < SPI_SLOT_BYTES; at += 1) slot[at] ^= (uint8_t)(1 + chance(255));
}

static void transfer(Side* controller, Side* peripheral, uint8_t* out)
{
	uint8_t in[SPI_SLOT_BYTES];
	transfers += 1;
	if (!armed) {
		/* The wire lied: the peripheral's line stands still. */
		memset(in, chance(2) ? 0xff : 0, sizeof in);
		spiLinkDone(&controller->link, in, SPI_SLOT_BYTES);
		return;
	}
	memcpy(in, peripheralSlot, sizeof in);
	if (fault()) {
		lost += 1;
		switch (chance(3)) {
		case 0:
			garble(in);
			break;
		case 1:
			garble(out);
			break;
		default:
			/* The peripheral saw fewer clocks than there were, and its slot is not used up. */
			garble(in);
			spiLinkDone(&controller->link, in, SPI_SLOT_BYTES);
			endOfPeripheral(peripheral, out, chance(SPI_SLOT_BYTES));
			return;
		}
	}
	spiLinkDone(&controller->link, in, SPI_SLOT_BYTES);
	endOfPeripheral(peripheral, out, SPI_SLOT_BYTES);
}

static void turnController(Side* controller, Side* peripheral)
{
	uint8_t slot[SPI_SLOT_BYTES];
	if (riseSeen) spiLinkAsked(&controller->link);
	riseSeen = false;
	/* A glitch on the wire; and, at any time, a look just before it rises. */
	const bool level = fault() ? !ready : ready && chance(10) != 0;
	const uint32_t idleUs = spiLinkIdleUs(&controller->link, level, nowUs);
	const bool asked = controller->link.asked;
	const SpiLinkAction action = spiLinkNext(&controller->link, level, nowUs, slot);
	if (action == SPI_TRANSFER) {
		transfer(controller, peripheral, slot);
	} else if (action == SPI_KNOCK) {
		knocks += 1;
		if (fault() || (knocksGetLost && chance(2))) return;
		/* Select without a clock ends a slot that was armed in this very moment. */
		if (armed) endOfPeripheral(peripheral, slot, 0);
		else knock(peripheral);
	}
	must(action == SPI_NOTHING || asked || idleUs == 0, "it had said that it need not be asked so soon");
}

static void turnPeripheral(Side* peripheral)
{
	hear(peripheral);
	if (isDeaf || armed || spiLinkNext(&peripheral->link, false, nowUs, peripheralSlot) != SPI_TRANSFER) return;
	armed = true;
	ready = true;
	riseSeen = !fault();
}

enum { NOBODY, CONTROLLER_ONLY, BOTH };

static void run(Side* controller, Side* peripheral, int steps, int sending)
{
	for (int step = 0; step < steps; step += 1) {
		nowUs += 1 + chance(2 * STEP_US);
		/* A rise that was missed costs time, not steps. */
		if (armed && !riseSeen && !controller->link.asked) nowUs += SPI_SETTLE_US / 16;
		switch (chance(4)) {
		case 0:
			turnController(controller, peripheral);
			break;
		case 1:
			turnPeripheral(peripheral);
			break;
		case 2:
			takeSome(controller, peripheral);
			if (!isDeaf) takeSome(peripheral, controller);
			break;
		default:
			if (sending == BOTH) sendSome(chance(2) ? controller : peripheral);
			if (sending == CONTROLLER_ONLY && chance(50) == 0) sendSome(controller);
		}
	}
}

/* The peripheral is deaf again and again: everything that was taken arrives, and nothing of it counts as a fault. */
static void checkDeafness(uint32_t forUs)
{
	static Side controller, peripheral;
	memset(&controller, 0, sizeof controller);
	memset(&peripheral, 0, sizeof peripheral);
	spiLinkInit(&controller.link, SPI_CONTROLLER);
	spiLinkInit(&peripheral.link, SPI_PERIPHERAL);
	ready = armed = riseSeen = false;
	quiet = 1;
	const uint32_t transfersBefore = transfers;
	for (int round = 0; round < 40; round += 1) {
		run(&controller, &peripheral, 1000, BOTH);
		isDeaf = true;
		deafUntilUs = nowUs + forUs;
		for (int turns = 0; turns < 300; turns += 1) {
			nowUs += forUs / 300;
			turnController(&controller, &peripheral);
			if (turns % 30 == 0) sendSome(&controller);
		}
		nowUs = deafUntilUs;
	}
	run(&controller, &peripheral, QUIET_STEPS, NOBODY);
	must(peripheral.lastTaken == controller.sent && controller.lastTaken == peripheral.sent, "a deaf peripheral cost a frame");
	must(controller.link.badSlots == 0 && peripheral.link.badSlots == 0, "it counts as a fault");
	must(controller.sent > 500, "too little was sent to show anything");
	must(transfers > transfersBefore + 500, "too little was transferred to show anything");
}

int main(int argc, char** argv)
{
	static Side controller, peripheral;
	must(argc == 3, "give a seed and the faults in 1000 steps");
	chanceState = (uint32_t)strtoul(argv[1], NULL, 10) * 2654435761u | 1u;
	faultsPerThousand = (uint32_t)strtoul(argv[2], NULL, 10);
	/* The clock goes round in the middle of it. */
	nowUs = UINT32_MAX - 200000;
	/* A page, a slow page, a sector, a slow sector, and longer than the controller waits. */
	static const uint32_t DEAF_US[] = { 700, 3000, 45000, 400000, 2 * SPI_SETTLE_US };
	const uint32_t startUs = nowUs;
	for (size_t index = 0; index < sizeof DEAF_US / sizeof *DEAF_US; index += 1) checkDeafness(DEAF_US[index]);
	ready = armed = riseSeen = false;
	nowUs = startUs;
	spiLinkInit(&controller.link, SPI_CONTROLLER);
	spiLinkInit(&peripheral.link, SPI_PERIPHERAL);

	quiet = faultsPerThousand == 0;
	run(&controller, &peripheral, STEPS, BOTH);
	/* No faults any more: what is under way arrives or is found to be damaged. */
	quiet = 1;
	controller.taken = peripheral.taken = 0;
	const uint32_t sentBefore[] = { controller.sent, peripheral.sent };
	int drained = faultsPerThousand == 0;
	if (!drained) {
		quiet = 0;
		faultsPerThousand = 0;
		run(&controller, &peripheral, QUIET_STEPS, NOBODY);
		quiet = 1;
		controller.taken = peripheral.taken = 0;
	}
	run(&controller, &peripheral, STEPS, BOTH);
	run(&controller, &peripheral, QUIET_STEPS, NOBODY);
	must(controller.lastTaken == peripheral.sent, "the controller did not get the last frame");
	must(peripheral.lastTaken == controller.sent, "the peripheral did not get the last frame");
	must(controller.sent > sentBefore[0] + 500 && peripheral.sent > sentBefore[1] + 500, "too little was sent to show anything");
	/* Only the controller speaks, and the peripheral hears every other knock: it is knocked at until it opens. */
	knocksGetLost = true;
	/* Behind hours of silence, in which the clock has gone round. */
	nowUs = UINT32_MAX - 50000;
	run(&controller, &peripheral, STEPS, CONTROLLER_ONLY);
	knocksGetLost = false;
	run(&controller, &peripheral, QUIET_STEPS, NOBODY);
	must(peripheral.lastTaken == controller.sent, "the peripheral did not hear the knocks");
	/* A bus with nothing to say is silent. */
	const uint32_t transfersBefore = transfers;
	const uint32_t knocksBefore = knocks;
	run(&controller, &peripheral, QUIET_STEPS, NOBODY);
	must(transfers == transfersBefore && knocks == knocksBefore, "it goes on though nothing is to be sent");
	must(spiLinkIdleUs(&controller.link, ready, nowUs) == UINT32_MAX, "it wants to be woken though nothing is to be sent");
	printf("sent %u %u refused %u %u transfers %u knocks %u lost %u bad %u %u\n", controller.sent, peripheral.sent, controller.refused,
		peripheral.refused, transfers, knocks, lost, controller.link.badSlots, peripheral.link.badSlots);
	return 0;
}
