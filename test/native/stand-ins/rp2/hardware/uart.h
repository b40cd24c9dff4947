/* A UART that keeps its rate, and is there: its bytes go by DMA. */
#include "../rp2.h"

typedef struct {
	uint32_t dr;
	/* What it was set to last. */
	uint baud;
} uart_hw_t;
typedef uart_hw_t uart_inst_t;

extern uart_inst_t standInUarts[2];

#define UART_PARITY_NONE 0
#define uart_get_instance(number) (&standInUarts[number])
#define uart_get_hw(uart) (uart)
#define uart_get_dreq(uart, send) 0
#define UART_CLOCK_NUM(uart) 0
#define uart_init(uart, rate) ((void)((uart)->baud = (rate)))
#define uart_set_baudrate(uart, rate) (standInTimePasses(), (void)((uart)->baud = (rate)))
#define uart_deinit(uart) ((void)(uart))
#define uart_set_format(uart, data, stop, parity) ((void)(uart))
#define uart_set_hw_flow(uart, cts, rts) ((void)(uart))
#define uart_set_fifo_enabled(uart, on) ((void)(uart))
#define UART_FUNCSEL_NUM(uart, pin) 2
