/* The chip's own services: identity, clock, chance, watchdog, alarm and a plain LED. */
#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#include "event-loop.h"
#include "watchdog.h"

#include "bootloader_random.h"
#include "driver/gpio.h"
#include "esp_mac.h"
#include "esp_random.h"
#include "esp_task_wdt.h"
#include "esp_timer.h"

/* The event loop turns twice a second where nothing happens. */
#define MIN_WATCHDOG_MS 1000
#define MAX_WATCHDOG_MS 8388

static bool watchdogRuns = false;

void watchdogFeed(void)
{
	if (watchdogRuns) esp_task_wdt_reset();
}

/* watchdogStart(timeoutMs) */
void xs_device_watchdog_start(xsMachine* the)
{
	const xsIntegerValue timeoutMs = xsmcToInteger(xsArg(0));
	if (timeoutMs < MIN_WATCHDOG_MS || timeoutMs > MAX_WATCHDOG_MS) xsRangeError("give 1000 to 8388 ms");
	/* The SDK's main task has subscribed itself, where sdkconfig has the watchdog at all; the boards' has. */
	const esp_task_wdt_config_t config = { .timeout_ms = (uint32_t)timeoutMs, .idle_core_mask = 0, .trigger_panic = true };
	if (esp_task_wdt_reconfigure(&config) != ESP_OK || esp_task_wdt_status(NULL) != ESP_OK)
		xsUnknownError("the task watchdog is not in this build: its sdkconfig must set CONFIG_ESP_TASK_WDT_EN");
	watchdogRuns = true;
}

/* chipId(half: 0 | 1): 32 bits as a signed integer, 0 the higher ones: the MAC address, as in the USB serial number. */
void xs_device_chip_id(xsMachine* the)
{
	uint8_t mac[6];
	if (esp_efuse_mac_get_default(mac) != ESP_OK) xsUnknownError("the chip's MAC address cannot be read");
	const uint32_t half = xsmcToInteger(xsArg(0))
		? (uint32_t)mac[2] << 24 | (uint32_t)mac[3] << 16 | (uint32_t)mac[4] << 8 | mac[5]
		: (uint32_t)mac[0] << 8 | mac[1];
	xsmcSetInteger(xsResult, (xsIntegerValue)half);
}

/* nowUs(): microseconds since the boot, an integer as long as it is one for XS (35 minutes), then a double. */
void xs_device_now_us(xsMachine* the)
{
	const int64_t nowUs = esp_timer_get_time();
	if (nowUs <= INT32_MAX) xsmcSetInteger(xsResult, (xsIntegerValue)nowUs);
	else xsmcSetNumber(xsResult, (xsNumberValue)nowUs);
}

/* randomBits(): 32 bits as a signed integer. Without radio the generator is only random while this entropy source is on. */
void xs_device_random_bits(xsMachine* the)
{
	bootloader_random_enable();
	const uint32_t bits = esp_random();
	bootloader_random_disable();
	xsmcSetInteger(xsResult, (xsIntegerValue)bits);
}

/* led(pin, level) */
void xs_device_led(xsMachine* the)
{
	const xsIntegerValue pin = xsmcToInteger(xsArg(0));
	if (!GPIO_IS_VALID_OUTPUT_GPIO(pin)) xsRangeError("no such pin");
	gpio_set_direction(pin, GPIO_MODE_OUTPUT);
	gpio_set_level(pin, xsmcToBoolean(xsArg(1)));
}

void xs_alarm_destructor(void* data)
{
	(void)data;
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
		eventLoopSetAlarm(xsmcToInteger(xsArg(0)));
		return;
	}
	const xsNumberValue timeUs = xsmcToNumber(xsArg(0));
	/* Never; also where it is no number. */
	if (!(timeUs < 9007199254740992.0)) eventLoopSetAlarm(INT64_MAX);
	else eventLoopSetAlarm(timeUs < 0 ? 0 : (int64_t)timeUs);
}
