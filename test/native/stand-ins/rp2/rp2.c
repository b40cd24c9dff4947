#include "hardware/uart.h"
#include "rp2.h"

dma_hw_t standInDmaRegisters;
StandInChannel standInChannels[DMA_CHANNELS];
uart_inst_t standInUarts[2];

bool standInLevels[NUM_BANK0_GPIOS];

static uint32_t pending;
static uint32_t risen;
static uint32_t claimed;
static irq_handler_t handlers[4];
static size_t handlerCount;
static bool areInterruptsOff;
static bool isInterrupt;

/* Takes up what was written to the registers since they were handed out. */
static void takeWrites(void)
{
	dma_hw_t* registers = &standInDmaRegisters;
	if (!(registers->ints1 & STAND_IN_UNTOUCHED)) pending &= ~registers->ints1;
	registers->ints1 = (pending & registers->inte1) | STAND_IN_UNTOUCHED;
}

void standInServeInterrupts(void)
{
	takeWrites();
	while (!areInterruptsOff && !isInterrupt && ((pending & standInDmaRegisters.inte1) | risen) != 0) {
		isInterrupt = true;
		for (size_t index = 0; index < handlerCount; index += 1) handlers[index]();
		takeWrites();
		isInterrupt = false;
	}
}

static void passTime(void)
{
	takeWrites();
	standInTimePasses();
	standInServeInterrupts();
}

dma_hw_t* standInDma(void)
{
	takeWrites();
	return &standInDmaRegisters;
}

static uintptr_t step(uintptr_t address, uint ringBits)
{
	const uintptr_t mask = ringBits ? ((uintptr_t)1 << ringBits) - 1 : UINTPTR_MAX;
	return (address & ~mask) | ((address + 1) & mask);
}

static void countDown(uint channel)
{
	dma_channel_hw_t* registers = &standInDmaRegisters.ch[channel];
	registers->transfer_count -= 1;
	if (registers->transfer_count > 0) return;
	standInChannels[channel].busy = false;
	pending |= 1u << channel;
}

uint8_t standInReadByte(uint channel)
{
	dma_channel_hw_t* registers = &standInDmaRegisters.ch[channel];
	const uint8_t byte = *(const uint8_t*)registers->read_addr;
	registers->read_addr = step(registers->read_addr, standInChannels[channel].readRingBits);
	countDown(channel);
	return byte;
}

void standInWriteByte(uint channel, uint8_t byte)
{
	dma_channel_hw_t* registers = &standInDmaRegisters.ch[channel];
	*(uint8_t*)registers->write_addr = byte;
	registers->write_addr = step(registers->write_addr, standInChannels[channel].writeRingBits);
	countDown(channel);
}

bool dma_channel_is_busy(uint channel)
{
	const bool busy = standInChannels[channel].busy;
	passTime();
	return busy;
}

const dma_channel_hw_t* dma_channel_hw_addr(uint channel)
{
	static dma_channel_hw_t asRead;
	asRead = standInDmaRegisters.ch[channel];
	passTime();
	return &asRead;
}

void dma_channel_set_trans_count(uint channel, uint32_t count, bool trigger)
{
	standInDmaRegisters.ch[channel].transfer_count = count;
	if (trigger) dma_start_channel_mask(1u << channel);
}

void dma_start_channel_mask(uint32_t mask)
{
	for (uint channel = 0; channel < DMA_CHANNELS; channel += 1) {
		if (mask & 1u << channel) standInChannels[channel].busy = true;
	}
}

void dma_channel_configure(
	uint channel, const dma_channel_config* config, volatile void* write, const volatile void* read, uint32_t count, bool trigger)
{
	dma_channel_hw_t* registers = &standInDmaRegisters.ch[channel];
	registers->read_addr = (uintptr_t)read;
	registers->write_addr = (uintptr_t)write;
	registers->transfer_count = count;
	standInChannels[channel] = (StandInChannel){ trigger, config->readRingBits, config->writeRingBits };
}

void dma_channel_abort(uint channel)
{
	standInChannels[channel].busy = false;
}

int dma_claim_unused_channel(bool required)
{
	(void)required;
	int channel = 0;
	while (claimed & 1u << channel) channel += 1;
	claimed |= 1u << channel;
	return channel;
}

void dma_channel_unclaim(uint channel)
{
	claimed &= ~(1u << channel);
}

void hw_set_bits(uint32_t* reg, uint32_t bits)
{
	*reg |= bits;
	passTime();
}

void hw_clear_bits(uint32_t* reg, uint32_t bits)
{
	*reg &= ~bits;
	passTime();
}

uint32_t save_and_disable_interrupts(void)
{
	passTime();
	const uint32_t state = areInterruptsOff;
	areInterruptsOff = true;
	return state;
}

void restore_interrupts(uint32_t state)
{
	areInterruptsOff = state != 0;
	passTime();
}

void irq_add_shared_handler(uint number, irq_handler_t handler, uint8_t priority)
{
	(void)number;
	(void)priority;
	handlers[handlerCount] = handler;
	handlerCount += 1;
}

void standInRise(uint pin)
{
	risen |= 1u << pin;
	standInServeInterrupts();
}

void gpio_put(uint pin, bool level)
{
	standInLevels[pin] = level;
	passTime();
}

uint32_t gpio_get_irq_event_mask(uint pin)
{
	return risen & 1u << pin ? GPIO_IRQ_EDGE_RISE : 0;
}

void gpio_acknowledge_irq(uint pin, uint32_t events)
{
	(void)events;
	risen &= ~(1u << pin);
}

void gpio_add_raw_irq_handler(uint pin, irq_handler_t handler)
{
	(void)pin;
	handlers[handlerCount] = handler;
	handlerCount += 1;
}

void gpio_remove_raw_irq_handler(uint pin, irq_handler_t handler)
{
	(void)pin;
	for (size_t index = 0; index < handlerCount; index += 1) {
		if (handlers[index] == handler) handlers[index] = handlers[handlerCount -= 1];
	}
}
