/* Read in front of every C file of the build: the SDK's own description of the board, and what this project changes. */
#include "boards/pico.h"

#ifndef __ASSEMBLER__
/* The SDK compiles for size, and XS slower by it. */
#pragma GCC optimize("O2")
/* Copies that GCC makes a call of: firmware/native/rp2/short-copy.c. */
__asm__(".set memcpy, seqcard_memcpy");
#endif
