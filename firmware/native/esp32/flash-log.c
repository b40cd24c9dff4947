/* The log's own part of the flash: the partition "seqcard" of the board's partitions.csv. Nothing else is ever written. */
#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#include "flash-gate.h"
#include "frame-codec.h"

#include "esp_partition.h"

#include <string.h>

#define PAGE_BYTES 256
#define SECTOR_BYTES 4096
#define PARTITION_NAME "seqcard"
#define PARTITION_SUBTYPE 0x40

static const esp_partition_t* partition = NULL;
static uint32_t logBytes = 0;

void xs_flash_log_destructor(void* data)
{
	(void)data;
}

/* open(sectorCount) */
void xs_flash_log_open(xsMachine* the)
{
	const xsIntegerValue sectors = xsmcToInteger(xsArg(0));
	partition = esp_partition_find_first(ESP_PARTITION_TYPE_DATA, PARTITION_SUBTYPE, PARTITION_NAME);
	if (partition == NULL || partition->erase_size != SECTOR_BYTES)
		xsUnknownError("no flash partition \"" PARTITION_NAME "\": flash the board's partition table too");
	if (sectors < 1 || (uint32_t)sectors > partition->size / SECTOR_BYTES)
		xsRangeError("the flash partition \"" PARTITION_NAME "\" has no room for so many sectors");
	logBytes = (uint32_t)sectors * SECTOR_BYTES;
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
	const bool good = inside(offset, length, 1) && (xsUnsignedValue)length <= capacity
		&& esp_partition_read(partition, (size_t)offset, into, (size_t)length) == ESP_OK;
	xsmcSetBoolean(xsResult, good);
}

/* isErased(offset, length): boolean; in whole pages */
void xs_flash_log_is_erased(xsMachine* the)
{
	static uint32_t page[PAGE_BYTES / sizeof(uint32_t)];
	const xsIntegerValue offset = xsmcToInteger(xsArg(0));
	const xsIntegerValue length = xsmcToInteger(xsArg(1));
	bool erased = inside(offset, length, PAGE_BYTES);
	for (xsIntegerValue at = offset; erased && at < offset + length; at += PAGE_BYTES) {
		erased = esp_partition_read(partition, (size_t)at, page, sizeof page) == ESP_OK;
		for (size_t word = 0; word < PAGE_BYTES / sizeof(uint32_t); word += 1) erased = erased && page[word] == UINT32_MAX;
	}
	xsmcSetBoolean(xsResult, erased);
}

/* holds(offset, expected): boolean; of a whole page */
void xs_flash_log_holds(xsMachine* the)
{
	static uint8_t page[PAGE_BYTES];
	void* expected;
	xsUnsignedValue length;
	const xsIntegerValue offset = xsmcToInteger(xsArg(0));
	xsmcGetBufferReadable(xsArg(1), &expected, &length);
	xsmcSetBoolean(xsResult, length == PAGE_BYTES && inside(offset, PAGE_BYTES, PAGE_BYTES)
		&& esp_partition_read(partition, (size_t)offset, page, PAGE_BYTES) == ESP_OK && memcmp(page, expected, PAGE_BYTES) == 0);
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
	void* bytes;
	xsUnsignedValue length;
	const xsIntegerValue offset = xsmcToInteger(xsArg(0));
	xsmcGetBufferReadable(xsArg(1), &bytes, &length);
	bool good = length == PAGE_BYTES && inside(offset, PAGE_BYTES, PAGE_BYTES);
	if (good) {
		flashGateClose();
		good = esp_partition_write(partition, (size_t)offset, bytes, PAGE_BYTES) == ESP_OK;
		flashGateOpen();
	}
	xsmcSetBoolean(xsResult, good);
}

/* erase(offset): boolean */
void xs_flash_log_erase(xsMachine* the)
{
	const xsIntegerValue offset = xsmcToInteger(xsArg(0));
	bool good = inside(offset, SECTOR_BYTES, SECTOR_BYTES);
	if (good) {
		flashGateClose();
		good = esp_partition_erase_range(partition, (size_t)offset, SECTOR_BYTES) == ESP_OK;
		flashGateOpen();
	}
	xsmcSetBoolean(xsResult, good);
}
