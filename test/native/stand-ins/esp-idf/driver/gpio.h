/* What the C of the ESP32 lines calls of ESP-IDF's pins, for the tests that run it on the computer. */
#ifndef SEQCARD_STAND_IN_GPIO_H
#define SEQCARD_STAND_IN_GPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STAND_IN_PINS 40

typedef int esp_err_t;
#define ESP_OK 0
#define ESP_FAIL (-1)
#define ESP_ERR_INVALID_STATE 0x103

typedef int gpio_num_t;
typedef struct {
	uint64_t pin_bit_mask;
	int mode;
} gpio_config_t;

#define GPIO_MODE_OUTPUT 2
#define GPIO_INTR_POSEDGE 1
#define GPIO_PULLUP_ONLY 0
#define GPIO_PULLDOWN_ONLY 1
#define GPIO_IS_VALID_GPIO(pin) ((pin) >= 0 && (pin) < STAND_IN_PINS)
#define GPIO_IS_VALID_OUTPUT_GPIO(pin) GPIO_IS_VALID_GPIO(pin)

/* The levels that the firmware drives, and the handler of a pin's interrupt. */
extern bool standInLevels[STAND_IN_PINS];
extern void (*standInPinHandler)(void* argument);
extern void* standInPinArgument;

static inline esp_err_t gpio_set_level(gpio_num_t pin, uint32_t level)
{
	standInLevels[pin] = level != 0;
	return ESP_OK;
}
static inline esp_err_t gpio_isr_handler_add(gpio_num_t pin, void (*handler)(void* argument), void* argument)
{
	(void)pin;
	standInPinHandler = handler;
	standInPinArgument = argument;
	return ESP_OK;
}
#define gpio_isr_handler_remove(pin) ((void)(pin))
#define gpio_config(config) ((void)(config), ESP_OK)
#define gpio_set_pull_mode(pin, mode) ((void)(pin))
#define gpio_set_intr_type(pin, type) ((void)(pin))
#define gpio_install_isr_service(flags) ESP_ERR_INVALID_STATE

#endif
