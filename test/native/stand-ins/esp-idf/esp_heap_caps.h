#include <stdlib.h>

#define MALLOC_CAP_DMA 1
#define MALLOC_CAP_INTERNAL 2
#define heap_caps_calloc(count, size, caps) calloc(count, size)
#define heap_caps_free free
