/* tinyusb's serial port: the test is the host, and keeps what waits for it. */
#include "rp2.h"

#define CFG_TUD_CDC_TX_BUFSIZE 64u

bool tud_cdc_connected(void);
uint32_t tud_cdc_available(void);
uint32_t tud_cdc_read(void* into, uint32_t capacity);
uint32_t tud_cdc_write_available(void);
uint32_t tud_cdc_write(const void* bytes, uint32_t count);
uint32_t tud_cdc_write_flush(void);
bool tud_cdc_write_clear(void);

/* What tinyusb calls; the first one behind the linker's detour. */
void __wrap_tud_cdc_line_state_cb(uint8_t number, bool dtr, bool rts);
void tud_cdc_rx_cb(uint8_t number);
void tud_cdc_tx_complete_cb(uint8_t number);
