/*
 * rp2/flash.c on the computer: it reads, compares and programs in its own part of the flash and nowhere else, and its CRC is the one of
 * the log's records. Prints one line; any other end is a failure.
 */
#include "xsmc.h"

#include "hardware/flash.h"
#include "hardware/sync.h"

#include <stdio.h>

#define SECTORS 4u
#define LOG_BYTES (SECTORS * FLASH_SECTOR_SIZE)
/* Below the SDK's file system, which ends where the array does. */
#define LOG_OFFSET (STAND_IN_FLASH_BYTES - 0x10000u - LOG_BYTES)

void xs_flash_log_open(xsMachine* the);
void xs_flash_log_read(xsMachine* the);
void xs_flash_log_is_erased(xsMachine* the);
void xs_flash_log_holds(xsMachine* the);
void xs_flash_log_crc32(xsMachine* the);
void xs_flash_log_program(xsMachine* the);
void xs_flash_log_erase(xsMachine* the);

_Alignas(uint32_t) uint8_t standInFlash[STAND_IN_FLASH_BYTES];

static xsMachine machine;
static uint8_t page[FLASH_PAGE_SIZE];
static uint32_t programEnd = LOG_OFFSET;
static uint32_t comparisons, checksums;

uint8_t* espFindUnusedFlashStart(void)
{
	return standInFlash + programEnd;
}

void flash_range_program(uint32_t offset, const uint8_t* bytes, size_t count)
{
	for (size_t at = 0; at < count; at += 1) standInFlash[offset + at] &= bytes[at];
}

void flash_range_erase(uint32_t offset, size_t count)
{
	memset(standInFlash + offset, 0xff, count);
}

uint32_t save_and_disable_interrupts(void)
{
	return 0;
}

void restore_interrupts(uint32_t state)
{
	(void)state;
}

static void must(bool holds, const char* what)
{
	if (holds) return;
	fprintf(stderr, "%s\n", what);
	exit(1);
}

/* Calls with two numbers and no bytes. */
static bool callWith(void (*function)(xsMachine* the), double first, double second)
{
	machine.arguments[0] = (xsSlot){ NULL, first };
	machine.arguments[1] = (xsSlot){ NULL, second };
	must(standInCall(&machine, function), "an offset or a length never throws");
	return machine.result.number != 0;
}

static bool callWithBytes(void (*function)(xsMachine* the), double offset, uint8_t* bytes, uint32_t length)
{
	StandInObject object = { .bytes = bytes, .capacity = length };
	machine.arguments[0] = (xsSlot){ NULL, offset };
	machine.arguments[1] = (xsSlot){ &object, 0 };
	machine.arguments[2] = (xsSlot){ NULL, length };
	must(standInCall(&machine, function), "bytes within their buffer never throw");
	return machine.result.number != 0;
}

static bool holds(double offset, uint8_t* bytes, uint32_t length)
{
	comparisons += 1;
	return callWithBytes(xs_flash_log_holds, offset, bytes, length);
}

/* Returns whether it threw; the CRC as XS has it is in `machine.result`. */
static bool crcThrows(uint8_t* bytes, uint32_t capacity, double length)
{
	StandInObject object = { .bytes = bytes, .capacity = capacity };
	machine.arguments[0] = (xsSlot){ &object, 0 };
	machine.arguments[1] = (xsSlot){ NULL, length };
	checksums += 1;
	return !standInCall(&machine, xs_flash_log_crc32);
}

static void checkRegion(void)
{
	uint8_t read[FLASH_PAGE_SIZE];
	flash_range_erase(LOG_OFFSET, LOG_BYTES);
	for (size_t at = 0; at < sizeof page; at += 1) page[at] = (uint8_t)(at * 7u + 1u);
	must(callWith(xs_flash_log_is_erased, 0, LOG_BYTES), "an erased log reads as erased");
	must(callWithBytes(xs_flash_log_program, 512, page, sizeof page), "a page can be programmed");
	must(!callWith(xs_flash_log_is_erased, 0, LOG_BYTES), "one page is enough to be not erased");
	must(callWith(xs_flash_log_is_erased, 768, LOG_BYTES - 768), "what is behind it is erased");
	must(memcmp(standInFlash + LOG_OFFSET + 512, page, sizeof page) == 0, "the log begins below the file system");
	must(callWithBytes(xs_flash_log_read, 512, read, sizeof read) && memcmp(read, page, sizeof page) == 0, "it reads back");
	for (uint32_t at = 0; at < STAND_IN_FLASH_BYTES; at += 1) {
		const bool isInside = at >= LOG_OFFSET && at < LOG_OFFSET + LOG_BYTES;
		must(isInside || standInFlash[at] == 0, "nothing outside of the log is changed");
	}
	must(holds(512, page, sizeof page), "a page holds what was programmed");
	must(holds(513, page + 1, 9), "and so does any part of it");
	for (uint32_t bit = 0; bit < 8u * sizeof page; bit += 1) {
		page[bit / 8u] ^= (uint8_t)(1u << bit % 8u);
		must(!holds(512, page, sizeof page), "one bit makes it another page");
		page[bit / 8u] ^= (uint8_t)(1u << bit % 8u);
	}
	must(!holds(-256, page, sizeof page) && !holds(LOG_BYTES, page, sizeof page), "nothing is held outside of the log");
	must(!holds(LOG_BYTES - 255, page, sizeof page), "nor across its end");
	must(!callWithBytes(xs_flash_log_program, 3, page, sizeof page), "a page begins where pages begin");
	must(!callWithBytes(xs_flash_log_program, LOG_BYTES, page, sizeof page), "no page is behind the log");
	must(callWith(xs_flash_log_erase, 0, 0) && callWith(xs_flash_log_is_erased, 0, LOG_BYTES), "an erase clears a sector");
	must(!callWith(xs_flash_log_erase, LOG_BYTES, 0), "no sector is behind the log");
}

static void checkCrc(void)
{
	uint8_t digits[] = { '1', '2', '3', '4', '5', '6', '7', '8', '9' };
	must(!crcThrows(digits, sizeof digits, 9) && machine.result.number == (double)(int32_t)0xcbf43926u, "the CRC of the digits");
	must(!crcThrows(digits, sizeof digits, 1) && machine.result.number == (double)(int32_t)0x83dcefb7u, "of the first digit");
	must(!crcThrows(digits, sizeof digits, 0) && machine.result.number == 0, "of nothing");
	must(crcThrows(digits, sizeof digits, 10) && crcThrows(digits, sizeof digits, -1), "there are no other bytes");
}

int main(void)
{
	machine.arguments[0] = (xsSlot){ NULL, SECTORS };
	programEnd = LOG_OFFSET + 1;
	must(!standInCall(&machine, xs_flash_log_open), "a program that reaches into the log leaves no room for it");
	programEnd = LOG_OFFSET;
	must(standInCall(&machine, xs_flash_log_open), "a log that just fits is opened");
	checkRegion();
	checkCrc();
	printf("compared %u, checksums %u\n", comparisons, checksums);
	return 0;
}
