#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#include "frame-codec.h"
#include "frame-port.h"

#include <string.h>

/* Bytes taken from a line at a time: several frames of the usual size. */
#define STAGED_BYTES 128

struct FramePort {
	xsMachine* the;
	FrameLine* line;
	FramePort* next;
	/* The NativeFramePort, and the one FrameBuffer in which it is handed every frame. */
	xsSlot self;
	xsSlot frame;
	/* Set by interrupts; cleared before the line is asked for the last time. */
	volatile bool awake;
	uint8_t stagedAt;
	uint8_t stagedEnd;
	uint32_t dropped;
	/* A frame that is these bytes is not handed on; 0 bytes: none. */
	uint8_t expectedLength;
	uint32_t expectedFrames;
	uint64_t expectedUs;
	uint8_t expected[FRAME_MAX_PAYLOAD_BYTES];
	FrameDecoder decoder;
	uint8_t staged[STAGED_BYTES];
	uint8_t encoded[FRAME_MAX_ENCODED_BYTES];
};

/* Every open port, in the order of their opening. */
static FramePort* openPorts = NULL;
/* A frame handed on may have any port closed: who walks the list stops then. */
static uint32_t closings = 0;

static void closePort(FramePort* port)
{
	FramePort** link = &openPorts;
	while (*link && *link != port) link = &(*link)->next;
	if (*link) *link = port->next;
	closings += 1;
	port->line->operations->close(port->line);
	c_free(port);
}

void xs_frame_port_destructor(void* data)
{
	if (data) closePort(data);
}

void framePortOpen(xsMachine* the, FrameLine* line, int frameArgument)
{
	FramePort* port = c_calloc(1, sizeof(FramePort));
	if (!port) {
		line->operations->close(line);
		xsUnknownError("no memory for a frame port");
	}
	port->the = the;
	port->line = line;
	port->self = xsThis;
	port->frame = xsArg(frameArgument);
	port->awake = true;
	line->port = port;
	xsmcSetHostData(xsThis, port);
	/* They stay until the port is closed: it is reached from interrupts, which the collector knows nothing of. */
	xsRemember(port->self);
	xsRemember(port->frame);

	FramePort** last = &openPorts;
	while (*last) last = &(*last)->next;
	*last = port;
	machineServe(the);
	machineWake();
}

void framePortWake(FramePort* port)
{
	port->awake = true;
	machineWake();
}

/* An integer as long as it is one for XS (35 minutes), then a double: as the device's nowUs. */
static void putUs(xsMachine* the, xsSlot* slot, uint64_t us)
{
	if (us <= INT32_MAX) xsmcSetInteger(*slot, (xsIntegerValue)us);
	else xsmcSetNumber(*slot, (xsNumberValue)us);
}

static void handOn(FramePort* port, size_t length)
{
	xsBeginHost(port->the);
	xsmcVars(3);
	void* bytes;
	xsUnsignedValue capacity;
	xsmcGet(xsVar(0), port->frame, xsID_bytes);
	xsmcGetBufferWritable(xsVar(0), &bytes, &capacity);
	if (length <= capacity) {
		c_memcpy(bytes, port->decoder.bytes, length);
		xsmcSetInteger(xsVar(1), (xsIntegerValue)length);
		xsmcSet(port->frame, xsID_length, xsVar(1));
		/* It may close the port, so nothing of it is touched behind this line. */
		putUs(port->the, &xsVar(2), machineNowUs());
		xsCall2(port->self, xsID_onFrame, port->frame, xsVar(2));
	}
	xsEndHost(port->the);
}

static bool isExpected(FramePort* port, size_t length)
{
	if (length != port->expectedLength || memcmp(port->expected, port->decoder.bytes, length) != 0) return false;
	port->expectedFrames += 1;
	port->expectedUs = machineNowUs();
	return true;
}

/* Returns false where the line had nothing. */
static bool pollPort(FramePort* port)
{
	if (!port->awake) return false;
	if (port->stagedAt == port->stagedEnd) {
		port->awake = false;
		const size_t count = port->line->operations->read(port->line, port->staged, STAGED_BYTES);
		if (count == 0) {
			port->line->operations->rearm(port->line);
			return false;
		}
		port->awake = true;
		port->stagedAt = 0;
		port->stagedEnd = (uint8_t)count;
	}
	size_t length;
	port->stagedAt = (uint8_t)(port->stagedAt
		+ frameDecode(&port->decoder, port->staged + port->stagedAt, port->stagedEnd - port->stagedAt, &length));
	if (length && !isExpected(port, length)) handOn(port, length);
	return true;
}

bool framePortsPoll(void)
{
	bool worked = false;
	const uint32_t before = closings;
	for (FramePort* port = openPorts; port; port = port->next) {
		worked |= pollPort(port);
		/* Asked before the next one is: this one may be gone. */
		if (closings != before) break;
	}
	return worked;
}

static FramePort* portOf(xsMachine* the)
{
	return xsmcGetHostData(xsThis);
}

FrameLine* framePortLine(xsMachine* the)
{
	FramePort* port = portOf(the);
	return port ? port->line : NULL;
}

/* The bytes of the FrameBuffer that is the first argument. Returns how many; 0 where it says that it has more than it has. */
static size_t bytesOfFrame(xsMachine* the, void** bytes)
{
	xsUnsignedValue capacity;
	xsmcVars(1);
	xsmcGet(xsVar(0), xsArg(0), xsID_length);
	const xsIntegerValue length = xsmcToInteger(xsVar(0));
	xsmcGet(xsVar(0), xsArg(0), xsID_bytes);
	xsmcGetBufferReadable(xsVar(0), bytes, &capacity);
	return length > 0 && (xsUnsignedValue)length <= capacity ? (size_t)length : 0;
}

/* send(frame: FrameBuffer): boolean */
void xs_frame_port_send(xsMachine* the)
{
	FramePort* port = portOf(the);
	if (!port) {
		xsmcSetFalse(xsResult);
		return;
	}
	void* bytes;
	const size_t length = bytesOfFrame(the, &bytes);
	const size_t encoded = length ? frameEncode(bytes, length, port->encoded) : 0;
	const bool sent = encoded && port->line->operations->write(port->line, port->encoded, encoded);
	if (!sent) port->dropped += 1;
	xsmcSetBoolean(xsResult, sent);
}

/* expect(frame: FrameBuffer) */
void xs_frame_port_expect(xsMachine* the)
{
	FramePort* port = portOf(the);
	if (!port) return;
	void* bytes;
	const size_t length = bytesOfFrame(the, &bytes);
	port->expectedLength = length > FRAME_MAX_PAYLOAD_BYTES ? 0 : (uint8_t)length;
	c_memcpy(port->expected, bytes, port->expectedLength);
}

void xs_frame_port_expect_nothing(xsMachine* the)
{
	FramePort* port = portOf(the);
	if (port) port->expectedLength = 0;
}

void xs_frame_port_expected_frames(xsMachine* the)
{
	FramePort* port = portOf(the);
	xsmcSetUnsigned(xsResult, port ? port->expectedFrames : 0);
}

void xs_frame_port_expected_us(xsMachine* the)
{
	FramePort* port = portOf(the);
	putUs(the, &xsResult, port ? port->expectedUs : 0);
}

void xs_frame_port_close(xsMachine* the)
{
	FramePort* port = portOf(the);
	if (!port) return;
	xsmcSetHostData(xsThis, NULL);
	xsForget(port->self);
	xsForget(port->frame);
	closePort(port);
}

void xs_frame_port_bad_frames(xsMachine* the)
{
	FramePort* port = portOf(the);
	xsmcSetUnsigned(xsResult, port ? frameBadFrames(&port->decoder) : 0);
}

void xs_frame_port_overruns(xsMachine* the)
{
	FramePort* port = portOf(the);
	xsmcSetUnsigned(xsResult, port ? port->line->overruns : 0);
}

void xs_frame_port_forgotten(xsMachine* the)
{
	FramePort* port = portOf(the);
	xsmcSetUnsigned(xsResult, port ? port->line->forgotten : 0);
}

void xs_frame_port_dropped(xsMachine* the)
{
	FramePort* port = portOf(the);
	xsmcSetUnsigned(xsResult, port ? port->dropped : 0);
}
