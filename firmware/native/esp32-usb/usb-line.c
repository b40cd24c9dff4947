/* The host's line on chips that have USB-Serial-JTAG (C3, S3). It has no speed, and needs no USB stack. */
#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#include "frame-port.h"

#include "driver/usb_serial_jtag.h"
#include "driver/usb_serial_jtag_select.h"
#include "esp_attr.h"

#define RECEIVE_RING_BYTES 2048
#define SEND_RING_BYTES 2048

static FrameLine* open = NULL;

/* Called by the driver's interrupt, which waits while the flash is written; USB holds its data back meanwhile. */
static void usbNotify(usj_select_notif_t what, int* taskWoken)
{
	if (open == NULL || what != USJ_SELECT_READ_NOTIF) return;
	framePortWake(open->port);
	*taskWoken = pdTRUE;
}

static size_t usbRead(FrameLine* line, uint8_t* into, size_t capacity)
{
	(void)line;
	int count = usb_serial_jtag_read_bytes(into, capacity, 0);
	return count > 0 ? (size_t)count : 0;
}

static bool usbWrite(FrameLine* line, const uint8_t* bytes, size_t length)
{
	(void)line;
	/*
	 * Without a host nobody empties the ring, and whoever plugs in next gets what is in it. The driver does not tell when a
	 * program closes the port, and has no way to empty its ring: what stood there by then is for sessions to tell apart.
	 */
	if (!usb_serial_jtag_is_connected()) return false;
	/* All or nothing, as its ring is. */
	return usb_serial_jtag_write_bytes(bytes, length, 0) == (int)length;
}

static void usbRearm(FrameLine* line)
{
	(void)line;
}

static void usbClose(FrameLine* line)
{
	usb_serial_jtag_set_select_notif_callback(NULL);
	open = NULL;
	usb_serial_jtag_driver_uninstall();
	c_free(line);
}

static const FrameLineOperations usbOperations = { usbRead, usbWrite, usbRearm, usbClose };

/* usb(frame) */
void xs_usb_port(xsMachine* the)
{
	if (open != NULL) xsRangeError("the USB port is in use");
	FrameLine* line = c_calloc(1, sizeof(FrameLine));
	if (line == NULL) xsUnknownError("no memory for the USB port");
	line->operations = &usbOperations;
	usb_serial_jtag_driver_config_t config = {
		.tx_buffer_size = SEND_RING_BYTES,
		.rx_buffer_size = RECEIVE_RING_BYTES,
	};
	if (usb_serial_jtag_driver_install(&config) != ESP_OK) {
		c_free(line);
		xsUnknownError("the USB port did not start");
	}
	framePortOpen(the, line, 0);
	open = line;
	usb_serial_jtag_set_select_notif_callback(usbNotify);
	framePortWake(line->port);
}
