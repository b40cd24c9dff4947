/* What the engine holds after a collection. It tells this to nobody in a release build, so its own structures are read. */
#include "xsAll.h"

static void giveInteger(txMachine* the, txInteger value)
{
	mxResult->kind = XS_INTEGER_KIND;
	mxResult->value.integer = value;
}

void xs_selftest_slot_bytes(txMachine* the)
{
	fxCollectGarbage(the);
	giveInteger(the, (txInteger)(the->currentHeapCount * sizeof(txSlot)));
}

void xs_selftest_chunk_bytes(txMachine* the)
{
	fxCollectGarbage(the);
	giveInteger(the, (txInteger)the->currentChunksSize);
}
