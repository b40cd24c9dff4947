/*
 * What a backend gives to the port above it: bytes in, bytes out. All functions of the table are called by XS's own
 * thread, never by an interrupt, and none waits.
 */
#ifndef SEQCARD_FRAME_LINE_H
#define SEQCARD_FRAME_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct FrameLine FrameLine;
typedef struct FramePort FramePort;

typedef struct {
	/* Moves what has arrived to `into`, at most `capacity` bytes. Returns how many; 0: nothing is there. */
	size_t (*read)(FrameLine* line, uint8_t* into, size_t capacity);
	/* Copies all of the bytes, or none where there is no room, and begins to send them. */
	bool (*write)(FrameLine* line, const uint8_t* bytes, size_t length);
	/* `read` found nothing: from here on the next byte calls `framePortWake`, also one that came in between. */
	void (*rearm)(FrameLine* line);
	/* Stops interrupts and gives the hardware back. Called once. */
	void (*close)(FrameLine* line);
} FrameLineOperations;

/* The first member of every backend's own structure. */
struct FrameLine {
	const FrameLineOperations* operations;
	FramePort* port;
	/* Times that received bytes were lost below the frames: nobody took them, or they came in a slot that was none. */
	uint32_t overruns;
	/* Frames that `write` took and that never went out: nobody was there to read them. */
	uint32_t forgotten;
};

/* Bytes are there: the port is to be polled. From an interrupt, another task, or XS's own thread. */
void framePortWake(FramePort* port);

#endif
