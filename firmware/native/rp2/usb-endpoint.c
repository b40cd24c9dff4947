/*
 * A computer resets the bus (it restarts, or a cable is put back), and the interrupt closes every endpoint at once; that a packet has gone was
 * told before it, and tinyusb works that off first and sends the next one, over an endpoint that is not there any more. Its driver then stops
 * the board. It takes interrupts that were off for longer than a reset, as they are in an erase. The linker leads that call here (LDFLAGS in the
 * boards' manifests).
 */
#include "hardware/structs/usb.h"
#include "tusb.h"

#include <stdbool.h>
#include <stdint.h>

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
