/* Read in front of every C file of the build: the SDK's own description of the board, and what this project changes. */
/* The SDK's console puts a board into its boot loader where a program opens the port at 1,200 baud. A card stays one. */
#define PICO_STDIO_USB_ENABLE_RESET_VIA_BAUD_RATE 0

/* 200 MHz instead of 125: the fastest clock that its maker vouches for, with the core voltage that it takes. */
#define PICO_USE_FASTEST_SUPPORTED_CLOCK 1

#include "boards/pico.h"

#ifndef __ASSEMBLER__
/* The SDK compiles for size, and XS slower by it. */
#pragma GCC optimize("O2")
/* Copies that GCC makes a call of: firmware/native/rp2/short-copy.c. */
__asm__(".set memcpy, seqcard_memcpy");
#endif
