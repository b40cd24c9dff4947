/* One addressable LED, whose pulses the remote control peripheral (RMT) makes. */
#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#include "driver/gpio.h"
#include "driver/rmt_encoder.h"
#include "driver/rmt_tx.h"
#include "soc/soc_caps.h"

#define TICKS_A_SECOND 10000000
/* In ticks of 0.1 us: a 0 is high for 0.3 us and low for 0.9 us, a 1 the other way round. */
#define SHORT_TICKS 3
#define LONG_TICKS 9
#define MEMORY_SYMBOLS SOC_RMT_MEM_WORDS_PER_CHANNEL
#define QUEUE_LENGTH 4

static rmt_channel_handle_t channel = NULL;
static rmt_encoder_handle_t encoder = NULL;
/* What the peripheral reads while it sends: green, red, blue. */
static uint8_t color[3];

/* open(pin) */
void xs_pixel_open(xsMachine* the)
{
	const xsIntegerValue pin = xsmcToInteger(xsArg(0));
	if (channel != NULL) xsUnknownError("there is one pixel");
	if (!GPIO_IS_VALID_OUTPUT_GPIO(pin)) xsRangeError("no such pin");
	const rmt_tx_channel_config_t channelConfig = {
		.gpio_num = pin,
		.clk_src = RMT_CLK_SRC_DEFAULT,
		.resolution_hz = TICKS_A_SECOND,
		.mem_block_symbols = MEMORY_SYMBOLS,
		.trans_queue_depth = QUEUE_LENGTH,
	};
	const rmt_bytes_encoder_config_t encoderConfig = {
		.bit0 = { .level0 = 1, .duration0 = SHORT_TICKS, .level1 = 0, .duration1 = LONG_TICKS },
		.bit1 = { .level0 = 1, .duration0 = LONG_TICKS, .level1 = 0, .duration1 = SHORT_TICKS },
		.flags = { .msb_first = 1 },
	};
	if (rmt_new_tx_channel(&channelConfig, &channel) != ESP_OK || rmt_new_bytes_encoder(&encoderConfig, &encoder) != ESP_OK
		|| rmt_enable(channel) != ESP_OK)
		xsUnknownError("the pixel did not start");
}

static uint8_t levelOf(xsIntegerValue level)
{
	return (uint8_t)(level < 0 ? 0 : level > 255 ? 255 : level);
}

/* show(red, green, blue) */
void xs_pixel_show(xsMachine* the)
{
	const uint8_t red = levelOf(xsmcToInteger(xsArg(0)));
	const uint8_t green = levelOf(xsmcToInteger(xsArg(1)));
	const uint8_t blue = levelOf(xsmcToInteger(xsArg(2)));
	/* It takes 30 us, and this is called sixteen times a second: there is always room. It never waits all the same. */
	const rmt_transmit_config_t config = { .loop_count = 0, .flags = { .eot_level = 0, .queue_nonblocking = 1 } };
	color[0] = green;
	color[1] = red;
	color[2] = blue;
	rmt_transmit(channel, encoder, color, sizeof color, &config);
}
