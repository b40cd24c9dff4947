/* The frame ports of a board, for the loop that serves them. Everything here belongs to XS's own thread. */
#ifndef SEQCARD_FRAME_PORT_H
#define SEQCARD_FRAME_PORT_H

#include "xsmc.h"

#include "frame-line.h"

/*
 * Makes the port of `xsThis`, a NativeFramePort, over a line that is open, and starts it. `frameArgument` is the index of
 * the argument of the running native call that is its FrameBuffer. The line and the port live until `close`. Throws where memory is short;
 * the line is closed then.
 */
void framePortOpen(xsMachine* the, FrameLine* line, int frameArgument);

/* The line below `xsThis`, a NativeFramePort; NULL once it is closed. */
FrameLine* framePortLine(xsMachine* the);

/* Hands on at most one frame of each port that was woken. Returns false where no port had anything. */
bool framePortsPoll(void);

/* By family: sees to it that `framePortsPoll` is called soon. From an interrupt, another task, or XS's own thread. */
void machineWake(void);

/* By family: microseconds since the boot, the clock that XS is told. */
uint64_t machineNowUs(void);

/* Puts such a time into a slot: an integer as long as it is one for XS (35 minutes), then a double, as the device's nowUs. */
void putUs(xsMachine* the, xsSlot* slot, uint64_t us);

/* By family: begins to serve ports and alarm on the thread of `the`. Called at each opening; only the first counts. */
void machineServe(xsMachine* the);

#endif
