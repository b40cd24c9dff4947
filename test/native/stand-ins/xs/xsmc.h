/*
 * What the C of the frame ports calls of XS, for the tests that run it on the computer (xs.c). The objects are C's own: a port, or
 * a FrameBuffer. A test calls a native function as XS would: it fills `thisSlot` and `arguments`, and looks at `result`.
 */
#ifndef SEQCARD_STAND_IN_XSMC_H
#define SEQCARD_STAND_IN_XSMC_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define STAND_IN_ARGUMENTS 10
#define STAND_IN_VARIABLES 4

typedef int32_t xsIntegerValue;
typedef uint32_t xsUnsignedValue;
typedef double xsNumberValue;
typedef enum { xsID_bytes, xsID_length, xsID_onFrame, xsID_onAlarm } xsIdentifier;

typedef struct StandInObject StandInObject;

typedef struct {
	StandInObject* object;
	double number;
} xsSlot;

struct StandInObject {
	void* hostData;
	uint8_t* bytes;
	uint32_t capacity;
	xsSlot length;
	void (*onFrame)(StandInObject* self, StandInObject* frame);
};

typedef struct {
	xsSlot thisSlot;
	xsSlot arguments[STAND_IN_ARGUMENTS];
	xsSlot variables[STAND_IN_VARIABLES];
	xsSlot result;
	/* What was thrown; NULL: nothing. */
	const char* thrown;
	jmp_buf catcher;
	/* The time that came with the newest frame. */
	double onFrameUs;
	/* What it was said to mean. */
	double onFrameMeaning;
	/* Slots that the collector knows of now. */
	unsigned remembered;
	/* `c_calloc` finds no memory. */
	bool isMemoryShort;
} xsMachine;

/* Calls a native function; returns false where it threw. */
bool standInCall(xsMachine* the, void (*function)(xsMachine* the));

_Noreturn void standInThrow(xsMachine* the, const char* message);
void standInGet(xsMachine* the, xsSlot* into, const xsSlot* from, xsIdentifier id);
void standInSet(xsMachine* the, xsSlot* into, xsIdentifier id, const xsSlot* value);
void standInBuffer(xsMachine* the, const xsSlot* from, void** bytes, xsUnsignedValue* capacity);
void standInOnFrame(xsMachine* the, xsSlot self, xsSlot frame);
void* standInCalloc(size_t count, size_t size);

#define xsThis (the->thisSlot)
#define xsArg(index) (the->arguments[index])
#define xsVar(index) (the->variables[index])
#define xsResult (the->result)

#define xsUnknownError(message) standInThrow(the, message)
#define xsRangeError(message) standInThrow(the, message)
#define xsRemember(slot) ((void)&(slot), the->remembered += 1)
#define xsForget(slot) ((void)&(slot), the->remembered -= 1)
#define xsBeginHost(machine) \
	do { \
		xsMachine* the = (machine)
#define xsEndHost(machine) \
		the = NULL; \
	} while (0)
#define xsCall3(self, id, argument, time, meaning) \
	((void)(the->onFrameUs = (time).number), (void)(the->onFrameMeaning = (meaning).number), standInOnFrame(the, self, argument))

#define xsmcVars(count) ((void)(count))
#define xsmcGet(into, from, id) standInGet(the, &(into), &(from), id)
#define xsmcSet(into, id, value) standInSet(the, &(into), id, &(value))
#define xsmcGetBufferReadable(from, bytes, capacity) standInBuffer(the, &(from), bytes, capacity)
#define xsmcGetBufferWritable(from, bytes, capacity) standInBuffer(the, &(from), bytes, capacity)
#define xsmcGetHostData(slot) ((slot).object->hostData)
#define xsmcSetHostData(slot, data) ((void)((slot).object->hostData = (data)))
/* Modulo 2^32, as XS does. */
#define xsmcToInteger(slot) ((xsIntegerValue)(uint32_t)(int64_t)(slot).number)
#define xsmcSetInteger(slot, value) ((void)((slot).number = (double)(value)))
#define xsmcSetUnsigned(slot, value) ((void)((slot).number = (double)(value)))
#define xsmcSetNumber(slot, value) ((void)((slot).number = (double)(value)))
#define xsmcSetBoolean(slot, value) ((void)((slot).number = (value) ? 1 : 0))
#define xsmcSetFalse(slot) ((void)((slot).number = 0))

#define c_calloc standInCalloc
#define c_free free
#define c_memcpy memcpy

#endif
