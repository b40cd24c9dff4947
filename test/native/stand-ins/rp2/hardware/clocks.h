/* One clock, as on a Pico. */
#include "../rp2.h"

#define STAND_IN_CLOCK_HZ 125000000u
#define clock_get_hz(clock) ((void)(clock), STAND_IN_CLOCK_HZ)
