/*
 * A computer resets the bus (it restarts, or a cable is put back), and the interrupt closes every endpoint at once; that a packet has gone was
 * told before it, and tinyusb works that off first and sends the next one, over an endpoint that is not there any more. Its driver then stops
 * the board. It takes interrupts that were off for longer than a reset, as they are in an erase. The linker leads that call here (LDFLAGS in the
 * boards' manifests).
 */
#include "hardware/structs/usb.h"
#include "device/dcd.h"
#include "tusb.h"

#include <stdbool.h>
#include <stdint.h>

/* The linker compares names alone: with another tinyusb the arguments would arrive shifted, and nothing would say so. */
_Static_assert(__builtin_types_compatible_p(__typeof__(dcd_edpt_xfer), bool(uint8_t, uint8_t, uint8_t*, uint16_t)),
	"this tinyusb has another dcd_edpt_xfer: take the one of pico-sdk 2.2.0, or change the two functions below");

bool __real_dcd_edpt_xfer(uint8_t port, uint8_t address, uint8_t* bytes, uint16_t length);

bool __wrap_dcd_edpt_xfer(uint8_t port, uint8_t address, uint8_t* bytes, uint16_t length)
{
	const uint8_t number = tu_edpt_number(address);
	if (number != 0) {
		const bool in = tu_edpt_dir(address) == TUSB_DIR_IN;
		const uint32_t control = in ? usb_dpram->ep_ctrl[number - 1].in : usb_dpram->ep_ctrl[number - 1].out;
		if (control == 0) return false;
	}
	return __real_dcd_edpt_xfer(port, address, bytes, length);
}
