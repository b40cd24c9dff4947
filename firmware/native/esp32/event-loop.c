#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#include "event-loop.h"
#include "frame-port.h"
#include "watchdog.h"

#include "esp_timer.h"
#include "freertos/FreeRTOS.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define NEVER_US INT64_MAX
/* The watchdog is fed at least this often, also where no frame comes. */
#define IDLE_TURN_US 500000
/* Ports that are never silent must still let the SDK's own messages and timers in. */
#define MAX_TURN_US 5000

static xsMachine* machine = NULL;
static esp_timer_handle_t timer = NULL;
static int64_t alarmUs = NEVER_US;
static xsSlot* alarmOwner = NULL;
/* The timer is set once, at the end of a turn, and not at each frame in it. */
static bool serving = false;
/* Our one message is on its way, and nobody needs to send another. */
static atomic_bool posted = false;

static void serve(void* the, void* refcon, uint8_t* message, uint16_t length);

uint64_t machineNowUs(void)
{
	return (uint64_t)esp_timer_get_time();
}

void machineWake(void)
{
	if (machine == NULL || atomic_exchange(&posted, true)) return;
	/* The manifest sets the time that the second one may wait for room to zero. */
	int failed = xPortInIsrContext() ? modMessagePostToMachineFromISR(machine, serve, NULL)
									 : modMessagePostToMachine(machine, NULL, 0, serve, NULL);
	/* The queue was full: the next byte or the timer comes again. */
	if (failed) atomic_store(&posted, false);
}

static void timerDue(void* argument)
{
	(void)argument;
	machineWake();
}

static void setTimer(void)
{
	const int64_t nowUs = esp_timer_get_time();
	const int64_t leftUs = alarmUs < nowUs + IDLE_TURN_US ? alarmUs - nowUs : IDLE_TURN_US;
	esp_timer_stop(timer);
	esp_timer_start_once(timer, leftUs > 0 ? (uint64_t)leftUs : 1);
}

static bool ringAlarm(void)
{
	if (esp_timer_get_time() < alarmUs) return false;
	alarmUs = NEVER_US;
	if (alarmOwner == NULL) return false;
	xsBeginHost(machine);
	xsmcVars(1);
	putUs(the, &xsVar(0), machineNowUs());
	xsCall1(*alarmOwner, xsID_onAlarm, xsVar(0));
	xsEndHost(machine);
	return true;
}

static void serve(void* the, void* refcon, uint8_t* message, uint16_t length)
{
	(void)the, (void)refcon, (void)message, (void)length;
	const int64_t untilUs = esp_timer_get_time() + MAX_TURN_US;
	bool worked = true;
	serving = true;
	/* Before the looking: what comes after it sends a message again. */
	atomic_store(&posted, false);
	watchdogFeed();
	while (worked && esp_timer_get_time() < untilUs) {
		worked = framePortsPoll();
		worked = ringAlarm() || worked;
	}
	serving = false;
	if (worked) machineWake();
	setTimer();
}

void eventLoopSetAlarm(int64_t timeUs)
{
	alarmUs = timeUs;
	if (timer != NULL && !serving) setTimer();
}

void eventLoopSetAlarmOwner(xsMachine* the, xsSlot* self)
{
	alarmOwner = self;
	alarmUs = NEVER_US;
	machineServe(the);
}

void machineServe(xsMachine* the)
{
	if (machine != NULL) return;
	const esp_timer_create_args_t arguments = { .callback = timerDue, .name = "seqcard" };
	if (esp_timer_create(&arguments, &timer) != ESP_OK) xsUnknownError("no memory for the alarm");
	machine = the;
	machineWake();
}
