/*
 * A piece of the program's flash for the card's log, below the SDK's file system (64 kB), which lies below its preferences (from
 * `_MODPREF_start` on, 32 kB). Interrupts are off while it programs or erases: code cannot be read meanwhile.
 */
#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#include "frame-codec.h"

#include "hardware/flash.h"
#include "hardware/sync.h"

#include <string.h>

#define FILE_SYSTEM_BYTES 0x10000u

extern uint8_t _MODPREF_start;
extern uint8_t* espFindUnusedFlashStart(void);

static uint32_t logOffset = 0;
static uint32_t logBytes = 0;

void xs_flash_log_destructor(void* data)
{
}

/* open(sectorCount) */
void xs_flash_log_open(xsMachine* the)
{
	const xsIntegerValue sectors = xsmcToInteger(xsArg(0));
	const uint32_t end = (uint32_t)((uintptr_t)&_MODPREF_start - XIP_BASE - FILE_SYSTEM_BYTES);
	const uint32_t programEnd = (uint32_t)((uintptr_t)espFindUnusedFlashStart() - XIP_BASE);
	if (sectors < 1 || programEnd > end || (uint32_t)sectors > (end - programEnd) / FLASH_SECTOR_SIZE)
		xsRangeError("the flash has no room for so many sectors behind the program");
	logBytes = (uint32_t)sectors * FLASH_SECTOR_SIZE;
	logOffset = end - logBytes;
}

/* Returns false where `length` bytes from `offset` on are not all inside, or do not begin and end at a multiple of `step`. */
static bool inside(xsIntegerValue offset, xsIntegerValue length, uint32_t step)
{
	return offset >= 0 && length >= 0 && (uint32_t)offset <= logBytes && (uint32_t)length <= logBytes - (uint32_t)offset
		&& (uint32_t)offset % step == 0 && (uint32_t)length % step == 0;
}

/* read(offset, into, length): boolean */
void xs_flash_log_read(xsMachine* the)
{
	void* into;
	xsUnsignedValue capacity;
	const xsIntegerValue offset = xsmcToInteger(xsArg(0));
	const xsIntegerValue length = xsmcToInteger(xsArg(2));
	xsmcGetBufferWritable(xsArg(1), &into, &capacity);
	const bool good = inside(offset, length, 1) && (xsUnsignedValue)length <= capacity;
	if (good) memcpy(into, (const uint8_t*)XIP_BASE + logOffset + offset, (size_t)length);
	xsmcSetBoolean(xsResult, good);
}

/* isErased(offset, length): boolean; in whole words */
void xs_flash_log_is_erased(xsMachine* the)
{
	const xsIntegerValue offset = xsmcToInteger(xsArg(0));
	const xsIntegerValue length = xsmcToInteger(xsArg(1));
	bool erased = inside(offset, length, sizeof(uint32_t));
	if (erased) {
		const uint32_t* word = (const uint32_t*)(XIP_BASE + logOffset + (uint32_t)offset);
		for (const uint32_t* end = word + (uint32_t)length / sizeof(uint32_t); erased && word != end; word += 1) erased = *word == UINT32_MAX;
	}
	xsmcSetBoolean(xsResult, erased);
}

/* holds(offset, expected): boolean */
void xs_flash_log_holds(xsMachine* the)
{
	void* expected;
	xsUnsignedValue length;
	const xsIntegerValue offset = xsmcToInteger(xsArg(0));
	xsmcGetBufferReadable(xsArg(1), &expected, &length);
	xsmcSetBoolean(xsResult, length <= logBytes && inside(offset, (xsIntegerValue)length, 1)
		&& memcmp((const uint8_t*)XIP_BASE + logOffset + offset, expected, length) == 0);
}

/* crc32(bytes, length): number, signed */
void xs_flash_log_crc32(xsMachine* the)
{
	void* bytes;
	xsUnsignedValue capacity;
	const xsIntegerValue length = xsmcToInteger(xsArg(1));
	xsmcGetBufferReadable(xsArg(0), &bytes, &capacity);
	if (length < 0 || (xsUnsignedValue)length > capacity) xsRangeError("there are not so many bytes");
	xsmcSetInteger(xsResult, (xsIntegerValue)frameChecksum(bytes, (size_t)length));
}

/* program(offset, page): boolean */
void xs_flash_log_program(xsMachine* the)
{
	static uint8_t page[FLASH_PAGE_SIZE];
	void* bytes;
	xsUnsignedValue length;
	const xsIntegerValue offset = xsmcToInteger(xsArg(0));
	xsmcGetBufferReadable(xsArg(1), &bytes, &length);
	const bool good = length == FLASH_PAGE_SIZE && inside(offset, FLASH_PAGE_SIZE, FLASH_PAGE_SIZE);
	if (good) {
		memcpy(page, bytes, sizeof page);
		const uint32_t state = save_and_disable_interrupts();
		flash_range_program(logOffset + (uint32_t)offset, page, sizeof page);
		restore_interrupts(state);
	}
	xsmcSetBoolean(xsResult, good);
}

/* erase(offset): boolean */
void xs_flash_log_erase(xsMachine* the)
{
	const xsIntegerValue offset = xsmcToInteger(xsArg(0));
	const bool good = inside(offset, FLASH_SECTOR_SIZE, FLASH_SECTOR_SIZE);
	if (good) {
		const uint32_t state = save_and_disable_interrupts();
		flash_range_erase(logOffset + (uint32_t)offset, FLASH_SECTOR_SIZE);
		restore_interrupts(state);
	}
	xsmcSetBoolean(xsResult, good);
}
