/*
 * Serves frame ports and the alarm on XS's own thread. The SDK's loop counts milliseconds and takes some ten microseconds a turn; this
 * one runs inside of one of its messages, sleeps until an interrupt or the alarm, and lets the SDK in every few milliseconds.
 */
#ifndef SEQCARD_EVENT_LOOP_H
#define SEQCARD_EVENT_LOOP_H

#include "xsmc.h"

#include <stdbool.h>
#include <stdint.h>

/* Calls `onAlarm` of `self` once, at `timeUs` of the microsecond clock or soon after; a later call moves it. */
void eventLoopSetAlarm(uint64_t timeUs);
void eventLoopSetAlarmOwner(xsMachine* the, xsSlot* self);

/* Whether XS's thread has nothing to do, for an interrupt that would wake it for little. */
bool eventLoopSleeps(void);

#endif
