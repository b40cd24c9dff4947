#include "../rp2.h"

/* The test's clock. */
uint32_t time_us_32(void);
