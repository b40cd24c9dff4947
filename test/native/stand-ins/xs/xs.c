#include "xsmc.h"

/* The machine of the call that runs: memory is asked for without one. */
static xsMachine* running = NULL;

bool standInCall(xsMachine* the, void (*function)(xsMachine* the))
{
	running = the;
	the->thrown = NULL;
	if (setjmp(the->catcher) == 0) function(the);
	running = NULL;
	return the->thrown == NULL;
}

void standInThrow(xsMachine* the, const char* message)
{
	the->thrown = message;
	longjmp(the->catcher, 1);
}

void standInGet(xsMachine* the, xsSlot* into, const xsSlot* from, xsIdentifier id)
{
	(void)the;
	if (id == xsID_length) *into = from->object->length;
	else *into = *from;
}

void standInSet(xsMachine* the, xsSlot* into, xsIdentifier id, const xsSlot* value)
{
	(void)the;
	if (id == xsID_length) into->object->length = *value;
}

void standInBuffer(xsMachine* the, const xsSlot* from, void** bytes, xsUnsignedValue* capacity)
{
	(void)the;
	*bytes = from->object->bytes;
	*capacity = from->object->capacity;
}

void standInOnFrame(xsMachine* the, xsSlot self, xsSlot frame)
{
	(void)the;
	self.object->onFrame(self.object, frame.object);
}

void* standInCalloc(size_t count, size_t size)
{
	return running != NULL && running->isMemoryShort ? NULL : calloc(count, size);
}
