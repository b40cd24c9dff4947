/*
 * What the C of the RP2 lines calls of the pico-sdk, for the tests that run it on the computer. rp2.c has the interrupts and the
 * DMA's registers; what moves between DMA and wire is the test's: it says so in `standInTimePasses`, which is called wherever the
 * firmware touches the hardware, so that the hardware may do anything between two touches.
 */
#ifndef SEQCARD_STAND_IN_RP2_H
#define SEQCARD_STAND_IN_RP2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned int uint;

#define __not_in_flash_func(name) name
#define NUM_BANK0_GPIOS 30
#define DMA_CHANNELS 12
/* Set in what `ints1` reads, so that a write, which clears bits, differs from it. */
#define STAND_IN_UNTOUCHED 0x80000000u

typedef struct {
	uintptr_t read_addr;
	uintptr_t write_addr;
	uint32_t transfer_count;
	uint32_t al1_ctrl;
} dma_channel_hw_t;

typedef struct {
	dma_channel_hw_t ch[DMA_CHANNELS];
	uint32_t ints1;
	uint32_t inte1;
	uint32_t multi_channel_trigger;
} dma_hw_t;

typedef struct {
	bool busy;
	/* Low bits of the address that count; 0: all. */
	uint readRingBits;
	uint writeRingBits;
} StandInChannel;

extern dma_hw_t standInDmaRegisters;
extern StandInChannel standInChannels[DMA_CHANNELS];

/* The test's: the hardware works on for some time. */
void standInTimePasses(void);
/* The next byte that a channel reads from memory; the channel is busy. Its last one ends the transfer, and asks for the interrupt. */
uint8_t standInReadByte(uint channel);
/* The same of a channel that writes to memory. */
void standInWriteByte(uint channel, uint8_t byte);
/* Interrupts that wait are served where none is running and they are on. */
void standInServeInterrupts(void);

dma_hw_t* standInDma(void);
#define dma_hw (standInDma())
#define DMA_CH0_CTRL_TRIG_EN_BITS 1u
#define DMA_IRQ_1 12u
#define PICO_SHARED_IRQ_HANDLER_DEFAULT_ORDER_PRIORITY 0x80

typedef struct {
	uint readRingBits;
	uint writeRingBits;
} dma_channel_config;
enum { DMA_SIZE_8 };

bool dma_channel_is_busy(uint channel);
/* What stands in the registers now, while the hardware goes on. */
const dma_channel_hw_t* dma_channel_hw_addr(uint channel);
void dma_channel_set_trans_count(uint channel, uint32_t count, bool trigger);
void dma_start_channel_mask(uint32_t mask);
void dma_channel_configure(
	uint channel, const dma_channel_config* config, volatile void* write, const volatile void* read, uint32_t count, bool trigger);
void dma_channel_abort(uint channel);
int dma_claim_unused_channel(bool required);
void dma_channel_unclaim(uint channel);
static inline dma_channel_config dma_channel_get_default_config(uint channel)
{
	(void)channel;
	return (dma_channel_config){ 0, 0 };
}
static inline void channel_config_set_ring(dma_channel_config* config, bool write, uint bits)
{
	if (write) config->writeRingBits = bits;
	else config->readRingBits = bits;
}
#define channel_config_set_read_increment(config, on) ((void)(config))
#define channel_config_set_write_increment(config, on) ((void)(config))
#define channel_config_set_irq_quiet(config, on) ((void)(config))
#define channel_config_set_transfer_data_size(config, size) ((void)(config))
#define channel_config_set_dreq(config, dreq) ((void)(config))
#define channel_config_set_chain_to(config, channel) ((void)(config))
#define channel_config_set_high_priority(config, on) ((void)(config))

void hw_set_bits(uint32_t* reg, uint32_t bits);
void hw_clear_bits(uint32_t* reg, uint32_t bits);

uint32_t save_and_disable_interrupts(void);
void restore_interrupts(uint32_t state);
typedef void (*irq_handler_t)(void);
void irq_add_shared_handler(uint number, irq_handler_t handler, uint8_t priority);
#define irq_set_enabled(number, on) ((void)(number))

/* Levels of the pins that the firmware drives. */
extern bool standInLevels[NUM_BANK0_GPIOS];
/* A pin's level rises, driven from outside: its handler runs where interrupts are on, later where they are off. */
void standInRise(uint pin);

#define GPIO_IRQ_EDGE_RISE 8u
#define GPIO_FUNC_SPI 1
#define GPIO_OUT 1
#define IO_IRQ_BANK0 13u
#define gpio_set_function(pin, function) ((void)(pin))
#define gpio_pull_up(pin) ((void)(pin))
#define gpio_init(pin) ((void)(pin))
#define gpio_set_dir(pin, out) ((void)(pin))
#define gpio_set_irq_enabled(pin, events, on) ((void)(pin))
void gpio_put(uint pin, bool level);
uint32_t gpio_get_irq_event_mask(uint pin);
void gpio_acknowledge_irq(uint pin, uint32_t events);
void gpio_add_raw_irq_handler(uint pin, irq_handler_t handler);
void gpio_remove_raw_irq_handler(uint pin, irq_handler_t handler);

#endif
