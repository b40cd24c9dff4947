/* Read in front of every C file of the build: the SDK's own description of the board, and what this project changes. */
#include "boards/pico2.h"

#ifndef __ASSEMBLER__
/* The SDK compiles for size, and XS then copies its slots by calls of memcpy. */
#pragma GCC optimize("O2")
#endif
