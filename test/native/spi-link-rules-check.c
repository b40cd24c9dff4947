/* The rules of spi-link.c that two whole ends (spi-link-check.c) show badly, one by one. Prints one line; any other end is a failure. */
#include "../../firmware/native/spi-link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t checks;

static void must(int holds, const char* what)
{
	checks += 1;
	if (holds) return;
	fprintf(stderr, "%s\n", what);
	exit(1);
}

/* What is no slot is counted, but for a line that stands still, and gives no bytes. */
static void checkHeaders(void)
{
	static SpiLink link, sender;
	uint8_t good[SPI_SLOT_BYTES];
	uint8_t in[SPI_SLOT_BYTES];
	uint8_t bytes[SPI_SLOT_BYTES];
	spiLinkInit(&sender, SPI_PERIPHERAL);
	must(spiLinkWrite(&sender, (const uint8_t*)"seven ok", 8), "eight bytes find room");
	must(spiLinkNext(&sender, false, 0, good) == SPI_TRANSFER, "bytes to send arm a slot");
	for (uint32_t at = 0; at < SPI_SLOT_HEADER_BYTES; at += 1) {
		for (uint32_t bit = 0; bit < 8; bit += 1) {
			spiLinkInit(&link, SPI_CONTROLLER);
			spiLinkAsked(&link);
			must(spiLinkNext(&link, true, 0, in) == SPI_TRANSFER, "an armed slot is fetched");
			memcpy(in, good, sizeof in);
			in[at] ^= (uint8_t)(1u << bit);
			spiLinkDone(&link, in, SPI_SLOT_BYTES);
			must(link.badSlots == 1 && spiLinkRead(&link, bytes, sizeof bytes) == 0, "a header with a wrong bit was taken");
		}
	}
	for (int level = 0; level < 3; level += 1) {
		spiLinkInit(&link, SPI_CONTROLLER);
		spiLinkAsked(&link);
		must(spiLinkNext(&link, true, 0, in) == SPI_TRANSFER, "an armed slot is fetched");
		memcpy(in, good, sizeof in);
		if (level < 2) memset(in, level ? 0xff : 0, sizeof in);
		spiLinkDone(&link, in, SPI_SLOT_BYTES);
		must(link.badSlots == 0, "a line that stands still is no bad slot");
		must(spiLinkRead(&link, bytes, sizeof bytes) == (level < 2 ? 0 : 8), "a good slot gives its bytes, another none");
	}
}

/* A knock is repeated on time, also where the clock goes round in between, and a missed rise is found out. */
static void checkTimes(void)
{
	static SpiLink link;
	uint8_t slot[SPI_SLOT_BYTES];
	const uint32_t beforeUs = UINT32_MAX - SPI_KNOCK_US / 2;
	spiLinkInit(&link, SPI_CONTROLLER);
	must(spiLinkWrite(&link, slot, 0) && spiLinkNext(&link, false, beforeUs, slot) == SPI_NOTHING, "nothing to send, no knock");
	must(spiLinkWrite(&link, (const uint8_t*)"x", 1), "a byte finds room");
	must(spiLinkNext(&link, false, beforeUs, slot) == SPI_KNOCK, "a byte to send knocks at once");
	must(spiLinkIdleUs(&link, false, beforeUs) == SPI_KNOCK_US, "the next knock is told");
	must(spiLinkNext(&link, false, beforeUs + SPI_KNOCK_US - 1, slot) == SPI_NOTHING, "a knock came too soon");
	must(spiLinkNext(&link, false, beforeUs + SPI_KNOCK_US, slot) == SPI_KNOCK, "the second knock did not come");
	must(spiLinkIdleUs(&link, false, beforeUs + SPI_KNOCK_US) == 2 * SPI_KNOCK_US, "later knocks become rarer");
	must(spiLinkNext(&link, true, beforeUs, slot) == SPI_NOTHING, "ready is high, and its rise was not seen");
	must(spiLinkIdleUs(&link, true, beforeUs) == SPI_KNOCK_US, "with bytes to send, the fall of ready is looked for");
	must(spiLinkNext(&link, true, beforeUs + SPI_SETTLE_US - 1, slot) == SPI_NOTHING, "it settled too soon");
	must(spiLinkIdleUs(&link, true, beforeUs + SPI_SETTLE_US - 1) == 1, "the end of that is told");
	must(spiLinkNext(&link, true, beforeUs + SPI_SETTLE_US, slot) == SPI_TRANSFER, "a missed rise was not found out");
	must(spiLinkIdleUs(&link, true, beforeUs + SPI_SETTLE_US) == UINT32_MAX, "a transfer is waited for");
	spiLinkInit(&link, SPI_CONTROLLER);
	must(spiLinkNext(&link, true, beforeUs, slot) == SPI_TRANSFER, "what is ready at the opening is armed");
	spiLinkInit(&link, SPI_CONTROLLER);
	must(spiLinkWrite(&link, (const uint8_t*)"x", 1) && spiLinkNext(&link, false, 0, slot) == SPI_KNOCK, "it knocks");
	must(spiLinkNext(&link, true, 0, slot) == SPI_NOTHING, "a rise from before the knock is of no use");
}

/* What was sent into the void goes out again, as often as it takes, and only that. */
static void checkVoid(void)
{
	static SpiLink link, other;
	uint8_t first[SPI_SLOT_BYTES], again[SPI_SLOT_BYTES], answer[SPI_SLOT_BYTES];
	const uint8_t nothing[SPI_SLOT_BYTES] = { 0 };
	uint8_t bytes[8];
	spiLinkInit(&link, SPI_CONTROLLER);
	spiLinkInit(&other, SPI_PERIPHERAL);
	must(spiLinkWrite(&link, (const uint8_t*)"one", 3) && spiLinkNext(&link, true, 0, first) == SPI_TRANSFER, "one goes out");
	for (int round = 0; round < 3; round += 1) {
		must(!spiLinkDone(&link, nothing, SPI_SLOT_BYTES), "nobody was there");
		must(spiLinkNext(&link, false, 0, again) == SPI_KNOCK, "it is knocked for");
		spiLinkAsked(&link);
		must(spiLinkNext(&link, true, 0, again) == SPI_TRANSFER && memcmp(first, again, sizeof first) == 0, "it goes out again");
	}
	must(spiLinkWrite(&other, (const uint8_t*)"two", 3) && spiLinkNext(&other, false, 0, answer) == SPI_TRANSFER, "two goes out");
	must(spiLinkDone(&other, again, SPI_SLOT_BYTES) && spiLinkDone(&link, answer, SPI_SLOT_BYTES), "both slots arrive");
	must(spiLinkRead(&other, bytes, sizeof bytes) == 3 && spiLinkRead(&link, bytes, sizeof bytes) == 3, "and their bytes");
	must(spiLinkNext(&link, false, 1000000, again) == SPI_NOTHING, "then nothing is left to send");
}

/* What was broken off counts, and goes out again; a knock is no fault. */
static void checkBrokenOff(void)
{
	static SpiLink link;
	uint8_t first[SPI_SLOT_BYTES], again[SPI_SLOT_BYTES];
	spiLinkInit(&link, SPI_PERIPHERAL);
	must(spiLinkWrite(&link, (const uint8_t*)"one", 3) && spiLinkNext(&link, false, 0, first) == SPI_TRANSFER, "one goes out");
	for (size_t count = 0; count < SPI_SLOT_BYTES; count += 1) {
		must(!spiLinkDone(&link, first, count) && link.badSlots == count, "what was broken off is counted");
		must(spiLinkNext(&link, false, 0, again) == SPI_TRANSFER && memcmp(first, again, sizeof first) == 0, "it goes out again");
	}
}

int main(void)
{
	checkHeaders();
	checkTimes();
	checkVoid();
	checkBrokenOff();
	printf("%u checks\n", checks);
	return 0;
}
