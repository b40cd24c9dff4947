/* One slot at a time, and the two callbacks that the driver's interrupt makes. */
#include "gpio.h"

typedef int spi_host_device_t;
#define SPI1_HOST 0
#define SPI_HOST_MAX 3
#define SPI_DMA_CH_AUTO 3

typedef struct {
	size_t length;
	size_t trans_len;
	const void* tx_buffer;
	void* rx_buffer;
	void* user;
} spi_slave_transaction_t;

typedef struct {
	int sclk_io_num, mosi_io_num, miso_io_num, quadwp_io_num, quadhd_io_num;
	int max_transfer_sz;
} spi_bus_config_t;

typedef struct {
	int spics_io_num;
	int queue_size;
	uint8_t mode;
	void (*post_setup_cb)(spi_slave_transaction_t* transaction);
	void (*post_trans_cb)(spi_slave_transaction_t* transaction);
} spi_slave_interface_config_t;

/* The slot that the hardware has, and the one whose end was not fetched yet. */
extern spi_slave_transaction_t* standInArmed;
extern spi_slave_transaction_t* standInEnded;
extern spi_slave_interface_config_t standInInterface;

static inline esp_err_t spi_slave_initialize(
	spi_host_device_t host, const spi_bus_config_t* bus, const spi_slave_interface_config_t* interface, int dma)
{
	(void)host, (void)bus, (void)dma;
	standInInterface = *interface;
	return ESP_OK;
}
static inline esp_err_t spi_slave_queue_trans(spi_host_device_t host, spi_slave_transaction_t* transaction, uint32_t ticks)
{
	(void)host, (void)ticks;
	if (standInArmed != NULL || standInEnded != NULL) return ESP_FAIL;
	standInArmed = transaction;
	standInInterface.post_setup_cb(transaction);
	return ESP_OK;
}
static inline esp_err_t spi_slave_get_trans_result(spi_host_device_t host, spi_slave_transaction_t** over, uint32_t ticks)
{
	(void)host, (void)ticks;
	if (standInEnded == NULL) return ESP_FAIL;
	*over = standInEnded;
	standInEnded = NULL;
	return ESP_OK;
}
#define spi_slave_free(host) ((void)(host))
