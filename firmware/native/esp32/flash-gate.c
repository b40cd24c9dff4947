#include "flash-gate.h"

#include "esp_attr.h"

static DRAM_ATTR volatile bool closed = false;

void flashGateClose(void)
{
	closed = true;
}

void flashGateOpen(void)
{
	closed = false;
	uartLinesWake();
}

bool IRAM_ATTR flashGateIsClosed(void)
{
	return closed;
}
