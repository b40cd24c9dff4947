/* A bus that is a peripheral: two FIFOs, which the DMA fills and empties, and a controller's clock that comes when it likes. */
#include "../rp2.h"

#define NUM_SPIS 2
#define STAND_IN_SPI_FIFO_BYTES 8u

typedef struct {
	uint8_t bytes[STAND_IN_SPI_FIFO_BYTES];
	uint32_t count;
} StandInFifo;

typedef struct {
	uint32_t dr;
	uint32_t sr;
	uint32_t cr0;
	uint32_t cr1;
	uint32_t cpsr;
} spi_hw_t;

typedef struct {
	spi_hw_t hw;
	StandInFifo in;
	StandInFifo out;
	uint32_t resets;
} spi_inst_t;

extern spi_inst_t standInSpis[NUM_SPIS];
#define spi0 (&standInSpis[0])
#define spi1 (&standInSpis[1])

#define SPI_SSPCR1_SSE_BITS 2u
#define SPI_SSPSR_TFE_BITS 1u
#define SPI_CPOL_0 0
#define SPI_CPHA_0 0
#define SPI_CPHA_1 1
#define SPI_MSB_FIRST 1

/* The DMA channels move what they can between memory and the FIFOs. */
void standInSpiMove(spi_inst_t* bus);
/* The controller clocks one byte in, and gets one out: 0 where none is there. */
uint8_t standInSpiExchange(spi_inst_t* bus, uint8_t byte);

void spi_init(spi_inst_t* bus, uint hertz);
void spi_deinit(spi_inst_t* bus);
bool spi_is_readable(const spi_inst_t* bus);
spi_hw_t* spi_get_hw(spi_inst_t* bus);
#define spi_get_index(bus) ((uint)((bus) - standInSpis))
#define spi_get_dreq(bus, send) (send)
#define spi_set_format(bus, bits, polarity, phase, order) ((void)(bus))
#define spi_set_slave(bus, slave) ((void)(bus))
