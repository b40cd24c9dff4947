/* The flash of the RP2 as an array, for the test of rp2/flash.c. What stands behind the log on a board begins where it ends. */
#ifndef SEQCARD_STAND_IN_FLASH_H
#define SEQCARD_STAND_IN_FLASH_H

#include <stddef.h>
#include <stdint.h>

#define FLASH_PAGE_SIZE 256u
#define FLASH_SECTOR_SIZE 4096u
#define STAND_IN_FLASH_BYTES 0x30000

/* The linker's `_MODPREF_start`: what declares it declares the array, and its address is the array's end. */
#define _MODPREF_start standInFlash[STAND_IN_FLASH_BYTES]
#define XIP_BASE ((uintptr_t)standInFlash)

extern uint8_t standInFlash[STAND_IN_FLASH_BYTES];

void flash_range_program(uint32_t offset, const uint8_t* bytes, size_t count);
void flash_range_erase(uint32_t offset, size_t count);

#endif
