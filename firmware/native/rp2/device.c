/* The chip's own services: identity, clock, chance, watchdog, alarm and the LED. */
#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#include "event-loop.h"
#include "watchdog.h"
#include "hardware/gpio.h"
#include "hardware/timer.h"
#include "hardware/watchdog.h"
#include "pico/rand.h"
#include "pico/unique_id.h"

/* The timer of 24 bits counts half microseconds on an RP2040 (its errata), and milliseconds have to fit. */
#define MAX_WATCHDOG_MS 8388

static bool watchdogRuns = false;

void watchdogFeed(void)
{
	if (watchdogRuns) watchdog_update();
}

/* watchdogStart(timeoutMs) */
void xs_device_watchdog_start(xsMachine* the)
{
	const xsIntegerValue timeoutMs = xsmcToInteger(xsArg(0));
	if (timeoutMs < 1 || timeoutMs > MAX_WATCHDOG_MS) xsRangeError("give 1 to 8388 ms");
#ifndef mxDebug
	/* A debugger stops the machine for longer than any watchdog waits. */
	watchdog_enable((uint32_t)timeoutMs, true);
	watchdogRuns = true;
#endif
}

/* chipId(half: 0 | 1): 32 bits as a signed integer, 0 the higher ones. As in the USB serial number. */
void xs_device_chip_id(xsMachine* the)
{
	pico_unique_board_id_t id;
	pico_get_unique_board_id(&id);
	const uint8_t* half = id.id + (xsmcToInteger(xsArg(0)) ? 4 : 0);
	xsmcSetInteger(xsResult, (xsIntegerValue)((uint32_t)half[0] << 24 | half[1] << 16 | half[2] << 8 | half[3]));
}

/* nowUs(): microseconds since the boot, an integer as long as it is one for XS (35 minutes), then a double. */
void xs_device_now_us(xsMachine* the)
{
	const uint64_t nowUs = time_us_64();
	if (nowUs <= INT32_MAX) xsmcSetInteger(xsResult, (xsIntegerValue)nowUs);
	else xsmcSetNumber(xsResult, (xsNumberValue)nowUs);
}

/* randomBits(): 32 bits as a signed integer, from the ring oscillator (RP2040) or the TRNG (RP2350). */
void xs_device_random_bits(xsMachine* the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)get_rand_32());
}

/* led(pin, level) */
void xs_device_led(xsMachine* the)
{
	const xsIntegerValue pin = xsmcToInteger(xsArg(0));
	if (pin < 0 || pin >= NUM_BANK0_GPIOS) xsRangeError("no such pin");
	gpio_init((uint)pin);
	gpio_put((uint)pin, xsmcToBoolean(xsArg(1)));
	gpio_set_dir((uint)pin, GPIO_OUT);
}

void xs_alarm_destructor(void* data)
{
}

/* alarm(): makes `xsThis` the one whose onAlarm is called. */
void xs_alarm(xsMachine* the)
{
	static xsSlot owner;
	static bool taken = false;
	if (taken) xsUnknownError("there is one alarm");
	taken = true;
	owner = xsThis;
	xsRemember(owner);
	eventLoopSetAlarmOwner(the, &owner);
}

/* set(timeUs) */
void xs_alarm_set(xsMachine* the)
{
	if (xsmcTypeOf(xsArg(0)) == xsIntegerType) {
		const xsIntegerValue timeUs = xsmcToInteger(xsArg(0));
		eventLoopSetAlarm(timeUs < 0 ? 0 : (uint64_t)timeUs);
		return;
	}
	const xsNumberValue timeUs = xsmcToNumber(xsArg(0));
	/* Also where it is no number. */
	if (!(timeUs < 9007199254740992.0)) eventLoopSetAlarm(UINT64_MAX);
	else eventLoopSetAlarm(timeUs < 0 ? 0 : (uint64_t)timeUs);
}
