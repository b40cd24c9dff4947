/*
 * While the flash is written, code in it cannot run: only the UART driver's interrupt goes on, from RAM, and fills its
 * ring. What it would have told the machine is told when the gate opens again.
 */
#ifndef SEQCARD_FLASH_GATE_H
#define SEQCARD_FLASH_GATE_H

#include <stdbool.h>

/* To be called around each write and erase, in the task that runs XS. */
void flashGateClose(void);
void flashGateOpen(void);

/* In RAM, for interrupts. */
bool flashGateIsClosed(void);

/* Tells every UART port that something may have come meanwhile. In uart-line.c, called by flashGateOpen. */
void uartLinesWake(void);

#endif
