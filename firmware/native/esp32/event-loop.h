/*
 * Serves frame ports and the alarm on XS's own task, in messages of the SDK's loop: on an ESP32 those come from a
 * FreeRTOS queue, and a sleeping task is awake within microseconds.
 */
#ifndef SEQCARD_EVENT_LOOP_H
#define SEQCARD_EVENT_LOOP_H

#include "xsmc.h"

#include <stdint.h>

/* Calls `onAlarm` of `self` once, at `timeUs` of the microsecond clock or soon after; a later call moves it. */
void eventLoopSetAlarm(int64_t timeUs);
void eventLoopSetAlarmOwner(xsMachine* the, xsSlot* self);

#endif
