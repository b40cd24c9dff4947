#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#include "event-loop.h"
#include "frame-port.h"
#include "watchdog.h"
#include "hardware/sync.h"
#include "hardware/timer.h"

#include <stdbool.h>

/* The SDK's own timers and messages wait at most this long. */
#define SDK_TURN_US 20000
#define NEVER_US UINT64_MAX

static xsMachine* machine = NULL;
static int wakeUpAlarm = -1;
static uint64_t alarmUs = NEVER_US;
static xsSlot* alarmOwner = NULL;
static volatile bool sleeps = false;
/* Set by whatever ends the sleep: an interrupt alone does not. */
static volatile bool woken = false;

void eventLoopSetAlarm(uint64_t timeUs)
{
	alarmUs = timeUs;
}

void eventLoopSetAlarmOwner(xsMachine* the, xsSlot* self)
{
	alarmOwner = self;
	alarmUs = NEVER_US;
	machineServe(the);
}

bool eventLoopSleeps(void)
{
	return sleeps;
}

uint64_t machineNowUs(void)
{
	return time_us_64();
}

/* An interrupt that returns ends a WFE by itself. */
void machineWake(void)
{
	woken = true;
}

static void wakeUp(uint alarm)
{
	(void)alarm;
	woken = true;
}

static bool ringAlarm(void)
{
	if (alarmUs == NEVER_US || time_us_64() < alarmUs) return false;
	alarmUs = NEVER_US;
	if (!alarmOwner) return false;
	xsBeginHost(machine);
	xsmcVars(1);
	putUs(the, &xsVar(0), machineNowUs());
	xsCall1(*alarmOwner, xsID_onAlarm, xsVar(0));
	xsEndHost(machine);
	return true;
}

static void sleepUntil(uint64_t timeUs)
{
	absolute_time_t target;
	update_us_since_boot(&target, timeUs);
	/* True: the time has passed already. */
	if (hardware_alarm_set_target((uint)wakeUpAlarm, target)) return;
	sleeps = true;
	while (!woken) __wfe();
	sleeps = false;
}

static void serve(void* the, void* refcon, uint8_t* message, uint16_t length);

static void serveAgain(void)
{
	const uint32_t state = save_and_disable_interrupts();
	const int failed = modMessagePostToMachineFromISR(machine, serve, NULL);
	restore_interrupts(state);
	/* The SDK's pool of four is shared; one from the heap does as well. */
	if (failed) modMessagePostToMachine(machine, NULL, 0, serve, NULL);
}

static void serve(void* the, void* refcon, uint8_t* message, uint16_t length)
{
	const uint64_t untilUs = time_us_64() + SDK_TURN_US;
	uint64_t nowUs;
	do {
		watchdogFeed();
		/* Whoever wakes the machine from here on is seen before the next sleep. */
		woken = false;
		const bool worked = framePortsPoll() | ringAlarm();
		if (!worked) sleepUntil(alarmUs < untilUs ? alarmUs : untilUs);
		nowUs = time_us_64();
	} while (nowUs < untilUs);
	serveAgain();
}

void machineServe(xsMachine* the)
{
	if (machine) return;
	machine = the;
	wakeUpAlarm = hardware_alarm_claim_unused(true);
	hardware_alarm_set_callback((uint)wakeUpAlarm, wakeUp);
	serveAgain();
}
