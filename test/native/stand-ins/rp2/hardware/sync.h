#include "../rp2.h"
