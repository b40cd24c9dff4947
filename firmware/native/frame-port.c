#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#include "frame-codec.h"
#include "frame-port.h"

#include <string.h>

/* Bytes taken from a line at a time: several frames of the usual size. */
#define STAGED_BYTES 128
/* As MAX_LIKENESSES and MAX_LIKENESS_BYTES of ports/expected-frame.ts. */
#define LIKENESSES 8
#define LIKENESS_BYTES 32

/* A frame of which `bytes[from..to)` may differ. */
typedef struct {
	/* 0: there is none. */
	xsIntegerValue meaning;
	uint8_t length;
	uint8_t from;
	uint8_t to;
	uint8_t bytes[LIKENESS_BYTES];
} Likeness;

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
	/* Which likeness gives way next. */
	uint8_t nextLikeness;
	uint32_t expectedFrames;
	uint64_t expectedUs;
	uint8_t expected[FRAME_MAX_PAYLOAD_BYTES];
	Likeness likenesses[LIKENESSES];
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

void putUs(xsMachine* the, xsSlot* slot, uint64_t us)
{
	if (us <= INT32_MAX) xsmcSetInteger(*slot, (xsIntegerValue)us);
	else xsmcSetNumber(*slot, (xsNumberValue)us);
}

static void handOn(FramePort* port, size_t length, xsIntegerValue meaning)
{
	xsBeginHost(port->the);
	xsmcVars(4);
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
		xsmcSetInteger(xsVar(3), meaning);
		xsCall3(port->self, xsID_onFrame, port->frame, xsVar(2), xsVar(3));
	}
	xsEndHost(port->the);
}

static void noteExpected(FramePort* port)
{
	port->expectedFrames += 1;
	port->expectedUs = machineNowUs();
}

static bool isExpected(FramePort* port, size_t length)
{
	if (length != port->expectedLength || memcmp(port->expected, port->decoder.bytes, length) != 0) return false;
	noteExpected(port);
	return true;
}

static bool isLike(const Likeness* likeness, const uint8_t* bytes, size_t length)
{
	return likeness->meaning != 0 && length == likeness->length
		&& memcmp(likeness->bytes, bytes, likeness->from) == 0
		&& memcmp(likeness->bytes + likeness->to, bytes + likeness->to, length - likeness->to) == 0;
}

/* What the frame in the decoder is like means; 0: nothing. */
static xsIntegerValue meaningOf(FramePort* port, size_t length)
{
	for (unsigned index = 0; index < LIKENESSES; index += 1) {
		const Likeness* likeness = &port->likenesses[index];
		if (!isLike(likeness, port->decoder.bytes, length)) continue;
		noteExpected(port);
		return likeness->meaning;
	}
	return 0;
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
	if (length && !isExpected(port, length)) handOn(port, length, meaningOf(port, length));
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

/*
 * The bytes of the FrameBuffer that is the first argument, and how many there is room for. Returns how many are the frame's; 0 where it
 * says that it has more than it has.
 */
static size_t bytesOfFrame(xsMachine* the, void** bytes, xsUnsignedValue* capacity)
{
	xsmcVars(1);
	xsmcGet(xsVar(0), xsArg(0), xsID_length);
	const xsIntegerValue length = xsmcToInteger(xsVar(0));
	xsmcGet(xsVar(0), xsArg(0), xsID_bytes);
	xsmcGetBufferWritable(xsVar(0), bytes, capacity);
	return length > 0 && (xsUnsignedValue)length <= *capacity ? (size_t)length : 0;
}

static void sendBytes(xsMachine* the, FramePort* port, const void* bytes, size_t length)
{
	const size_t encoded = length ? frameEncode(bytes, length, port->encoded) : 0;
	const bool sent = encoded && port->line->operations->write(port->line, port->encoded, encoded);
	if (!sent) port->dropped += 1;
	xsmcSetBoolean(xsResult, sent);
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
	xsUnsignedValue capacity;
	const size_t length = bytesOfFrame(the, &bytes, &capacity);
	sendBytes(the, port, bytes, length);
}

/* sendWith(frame: FrameBuffer, at, first, second, third, fourth): boolean */
void xs_frame_port_send_with(xsMachine* the)
{
	FramePort* port = portOf(the);
	if (!port) {
		xsmcSetFalse(xsResult);
		return;
	}
	/* Before the bytes are asked for: a conversion may have them moved. */
	const xsIntegerValue at = xsmcToInteger(xsArg(1));
	const xsIntegerValue words[] = {
		xsmcToInteger(xsArg(2)), xsmcToInteger(xsArg(3)), xsmcToInteger(xsArg(4)), xsmcToInteger(xsArg(5))
	};
	void* bytes;
	xsUnsignedValue capacity;
	size_t length = bytesOfFrame(the, &bytes, &capacity);
	/* Both are little-endian. */
	if (at >= 0 && (uint64_t)at + sizeof words <= capacity) c_memcpy((uint8_t*)bytes + at, words, sizeof words);
	else length = 0;
	sendBytes(the, port, bytes, length);
}

/* expect(frame: FrameBuffer) */
void xs_frame_port_expect(xsMachine* the)
{
	FramePort* port = portOf(the);
	if (!port) return;
	void* bytes;
	xsUnsignedValue capacity;
	const size_t length = bytesOfFrame(the, &bytes, &capacity);
	port->expectedLength = length > FRAME_MAX_PAYLOAD_BYTES ? 0 : (uint8_t)length;
	c_memcpy(port->expected, bytes, port->expectedLength);
}

static Likeness* placeFor(FramePort* port, xsIntegerValue meaning)
{
	for (unsigned index = 0; index < LIKENESSES; index += 1) {
		if (port->likenesses[index].meaning == meaning) return &port->likenesses[index];
	}
	Likeness* oldest = &port->likenesses[port->nextLikeness];
	port->nextLikeness = (uint8_t)((port->nextLikeness + 1u) % LIKENESSES);
	return oldest;
}

/* expectLike(frame: FrameBuffer, from, to, meaning) */
void xs_frame_port_expect_like(xsMachine* the)
{
	FramePort* port = portOf(the);
	if (!port) return;
	const xsIntegerValue from = xsmcToInteger(xsArg(1));
	const xsIntegerValue to = xsmcToInteger(xsArg(2));
	const xsIntegerValue meaning = xsmcToInteger(xsArg(3));
	void* bytes;
	xsUnsignedValue capacity;
	const size_t length = bytesOfFrame(the, &bytes, &capacity);
	if (length == 0 || length > LIKENESS_BYTES || meaning <= 0) return;
	if (from < 0 || to < from || (size_t)to > length) return;
	Likeness* likeness = placeFor(port, meaning);
	likeness->meaning = meaning;
	likeness->length = (uint8_t)length;
	likeness->from = (uint8_t)from;
	likeness->to = (uint8_t)to;
	c_memcpy(likeness->bytes, bytes, length);
}

void xs_frame_port_expect_nothing(xsMachine* the)
{
	FramePort* port = portOf(the);
	if (!port) return;
	port->expectedLength = 0;
	for (unsigned index = 0; index < LIKENESSES; index += 1) port->likenesses[index].meaning = 0;
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
