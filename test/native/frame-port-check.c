/*
 * frame-port.c on the computer, over lines in memory that are freed where they are closed: what is touched behind that, the
 * sanitizer sees. Prints one line; any other end is a failure.
 */
#include "frame-codec.h"
#include "frame-port.h"

#include <stdio.h>

#define PORTS 3
#define STREAM_BYTES 2048

void xs_frame_port_destructor(void* data);
void xs_frame_port_send(xsMachine* the);
void xs_frame_port_send_with(xsMachine* the);
void xs_frame_port_close(xsMachine* the);
void xs_frame_port_bad_frames(xsMachine* the);
void xs_frame_port_overruns(xsMachine* the);
void xs_frame_port_dropped(xsMachine* the);
void xs_frame_port_forgotten(xsMachine* the);
void xs_frame_port_expect(xsMachine* the);
void xs_frame_port_expect_like(xsMachine* the);
void xs_frame_port_expect_nothing(xsMachine* the);
void xs_frame_port_expected_frames(xsMachine* the);
void xs_frame_port_expected_us(xsMachine* the);

typedef struct {
	FrameLine line;
	/* What is still to be read, at most `piece` bytes at a time. */
	uint8_t stream[STREAM_BYTES];
	size_t length;
	size_t at;
	size_t piece;
	uint8_t written[STREAM_BYTES];
	size_t writtenLength;
	bool isFull;
	bool isRearmed;
} Line;

typedef struct {
	StandInObject object;
	StandInObject frame;
	Line* line;
	unsigned frames;
	/* Ports that the next frame closes, a bit each. */
	unsigned closes;
	/* Of each frame the byte that may be any. */
	size_t changedAt;
} Port;

static xsMachine machine;
static Port ports[PORTS];
static unsigned wakes;
static unsigned linesClosed;
static unsigned checks;

static void must(bool holds, const char* what)
{
	checks += 1;
	if (holds) return;
	fprintf(stderr, "%s\n", what);
	exit(1);
}

void machineWake(void)
{
	wakes += 1;
}

void machineServe(xsMachine* the)
{
	must(the == &machine, "another machine is served");
}

static uint64_t nowUs = 1;

uint64_t machineNowUs(void)
{
	return nowUs;
}

static size_t readLine(FrameLine* base, uint8_t* into, size_t capacity)
{
	Line* line = (Line*)base;
	size_t count = line->length - line->at;
	if (count > capacity) count = capacity;
	if (count > line->piece) count = line->piece;
	memcpy(into, line->stream + line->at, count);
	line->at += count;
	line->isRearmed = false;
	return count;
}

static bool writeLine(FrameLine* base, const uint8_t* bytes, size_t length)
{
	Line* line = (Line*)base;
	if (line->isFull) return false;
	must(line->writtenLength + length <= STREAM_BYTES, "more was written than the test reckons with");
	memcpy(line->written + line->writtenLength, bytes, length);
	line->writtenLength += length;
	return true;
}

static void rearmLine(FrameLine* base)
{
	Line* line = (Line*)base;
	must(!line->isRearmed, "a line was armed twice");
	line->isRearmed = true;
	/* Bytes that came behind the last look. */
	if (line->at < line->length) framePortWake(base->port);
}

static void closeLine(FrameLine* base)
{
	linesClosed += 1;
	free(base);
}

static const FrameLineOperations operations = { readLine, writeLine, rearmLine, closeLine };

static double call(Port* port, void (*function)(xsMachine* the))
{
	const xsSlot before = machine.thisSlot;
	machine.thisSlot = (xsSlot){ .object = &port->object };
	machine.arguments[0] = (xsSlot){ .object = &port->frame };
	must(standInCall(&machine, function), "a native function threw");
	machine.thisSlot = before;
	return machine.result.number;
}

/* With numbers behind the frame. */
static double callWith(Port* port, void (*function)(xsMachine* the), size_t count, const double* numbers)
{
	for (size_t index = 0; index < count; index += 1) machine.arguments[1 + index] = (xsSlot){ .number = numbers[index] };
	return call(port, function);
}

static void takeFrame(StandInObject* self, StandInObject* frame)
{
	Port* port = (Port*)self;
	must(frame == &port->frame, "a frame in another buffer than the port's own");
	/* Payloads are their own length, over and over, but for what a test changes. */
	for (size_t at = 0; at < (size_t)frame->length.number; at += 1)
		must(at == port->changedAt || frame->bytes[at] == (uint8_t)frame->length.number, "a frame was changed on its way");
	port->frames += 1;
	const unsigned closes = port->closes;
	port->closes = 0;
	for (unsigned index = 0; index < PORTS; index += 1) {
		if (closes & 1u << index) call(&ports[index], xs_frame_port_close);
	}
}

static void openPort(xsMachine* the)
{
	framePortOpen(the, &((Port*)the->thisSlot.object)->line->line, 0);
}

static bool tryToOpen(Port* port, uint32_t capacity)
{
	memset(port, 0, sizeof *port);
	port->changedAt = SIZE_MAX;
	port->line = calloc(1, sizeof(Line));
	port->line->line.operations = &operations;
	port->line->piece = STREAM_BYTES;
	port->object.onFrame = takeFrame;
	port->frame.bytes = calloc(1, capacity);
	port->frame.capacity = capacity;
	machine.thisSlot = (xsSlot){ .object = &port->object };
	machine.arguments[0] = (xsSlot){ .object = &port->frame };
	return standInCall(&machine, openPort);
}

static void openAll(void)
{
	wakes = linesClosed = 0;
	for (size_t index = 0; index < PORTS; index += 1) must(tryToOpen(&ports[index], FRAME_CAPACITY_BYTES), "a port did not open");
	must(wakes >= PORTS, "an opened port was not woken for what had come before");
}

/* The line below a port, as a native function of a line asks for it; none once the port was closed. */
static void lineIsNamed(Port* port)
{
	machine.thisSlot = (xsSlot){ .object = &port->object };
	FrameLine* expected = port->object.hostData == NULL ? NULL : &port->line->line;
	must(framePortLine(&machine) == expected, "another line than the port's");
}

static void closeAll(void)
{
	for (size_t index = 0; index < PORTS; index += 1) {
		lineIsNamed(&ports[index]);
		call(&ports[index], xs_frame_port_close);
		lineIsNamed(&ports[index]);
		free(ports[index].frame.bytes);
	}
	must(linesClosed == PORTS, "each line is closed once, by whomever");
	must(machine.remembered == 0, "each slot is forgotten");
	must(!framePortsPoll(), "no port is left to poll");
}

/* A frame of `length` bytes arrives; nobody is woken yet. */
static void put(Line* line, size_t length)
{
	uint8_t payload[FRAME_MAX_PAYLOAD_BYTES];
	memset(payload, (int)length, length);
	line->length += frameEncode(payload, length, line->stream + line->length);
}

static void arrive(Port* port, size_t length)
{
	put(port->line, length);
	framePortWake(port->line->line.port);
}

static void pollAll(void)
{
	for (unsigned turns = 0; framePortsPoll(); turns += 1) must(turns < 100000, "it never comes to rest");
}

static void checkReception(void)
{
	static const size_t PIECES[] = { 1, 7, STREAM_BYTES };
	for (size_t each = 0; each < 3; each += 1) {
		openAll();
		ports[1].line->piece = PIECES[each];
		for (size_t length = 1; length <= 40; length += 1) put(ports[1].line, length);
		put(ports[1].line, FRAME_MAX_PAYLOAD_BYTES);
		arrive(&ports[2], 3);
		framePortWake(ports[1].line->line.port);
		pollAll();
		must(ports[0].frames == 0 && ports[1].frames == 41 && ports[2].frames == 1, "frames were lost or went to another port");
		must(ports[1].line->isRearmed, "a line that was read empty is armed");
		put(ports[1].line, 5);
		must(!framePortsPoll(), "a port that was not woken is not read");
		framePortWake(ports[1].line->line.port);
		pollAll();
		must(ports[1].frames == 42, "a frame behind the rest was lost");
		closeAll();
	}
}

static void checkTurns(void)
{
	openAll();
	for (size_t index = 0; index < PORTS; index += 1) {
		for (size_t count = 0; count < 3; count += 1) arrive(&ports[index], 4);
	}
	must(framePortsPoll(), "frames are there");
	for (size_t index = 0; index < PORTS; index += 1) must(ports[index].frames == 1, "one frame of each port a turn");
	pollAll();
	closeAll();
}

/* A frame that is handed on may close any port, and those that stay get all of theirs. */
static void checkClosing(void)
{
	for (size_t closer = 0; closer < PORTS; closer += 1) {
		for (unsigned closes = 1; closes < 1u << PORTS; closes += 1) {
			openAll();
			ports[closer].closes = closes;
			for (size_t index = 0; index < PORTS; index += 1) {
				put(ports[index].line, 4);
				arrive(&ports[index], 9);
			}
			pollAll();
			for (size_t index = 0; index < PORTS; index += 1) {
				if (closes & 1u << index) must(ports[index].frames <= 1, "a closed port was handed a frame");
				else must(ports[index].frames == 2, "a port that stays open lost a frame");
			}
			closeAll();
		}
	}
}

static void checkSending(void)
{
	openAll();
	Port* port = &ports[0];
	memset(port->frame.bytes, 6, 6);
	port->frame.length.number = 6;
	must(call(port, xs_frame_port_send) == 1, "a frame is sent");
	port->line->isFull = true;
	must(call(port, xs_frame_port_send) == 0 && call(port, xs_frame_port_dropped) == 1, "a refused frame is told and counted");
	port->line->isFull = false;
	static const double WRONG[] = { 0, -1, FRAME_MAX_PAYLOAD_BYTES + 1, FRAME_CAPACITY_BYTES + 1, 1e9 };
	for (size_t index = 0; index < sizeof WRONG / sizeof *WRONG; index += 1) {
		port->frame.length.number = WRONG[index];
		must(call(port, xs_frame_port_send) == 0, "a frame of a wrong length was sent");
	}
	memcpy(ports[1].line->stream, port->line->written, port->line->writtenLength);
	ports[1].line->length = port->line->writtenLength;
	framePortWake(ports[1].line->line.port);
	pollAll();
	must(ports[1].frames == 1 && ports[1].frame.length.number == 6, "what was sent arrives, once");
	call(port, xs_frame_port_close);
	port->frame.length.number = 6;
	must(call(port, xs_frame_port_send) == 0, "a closed port sends nothing");
	closeAll();
}

static void checkSendingWords(void)
{
	static const double FIRST_BYTES[] = { 2, 0x04030201, -2, 0x80000000u, 5 };
	static const uint8_t SENT[] = { 9, 9, 1, 2, 3, 4, 0xfe, 0xff, 0xff, 0xff, 0, 0, 0, 0x80, 5 };
	uint8_t encoded[FRAME_MAX_ENCODED_BYTES];
	openAll();
	Port* port = &ports[0];
	memset(port->frame.bytes, 9, FRAME_CAPACITY_BYTES);
	port->frame.length.number = sizeof SENT;
	must(callWith(port, xs_frame_port_send_with, 5, FIRST_BYTES) == 1, "a frame with words is sent");
	must(port->line->writtenLength == frameEncode(SENT, sizeof SENT, encoded), "as long as the frame says");
	must(memcmp(port->line->written, encoded, port->line->writtenLength) == 0, "the words stand where they should");
	must(port->frame.bytes[17] == 0 && port->frame.bytes[18] == 9, "all of them, and nothing behind");
	static const double PLACES[] = { -1, FRAME_CAPACITY_BYTES - 15, FRAME_CAPACITY_BYTES, 1e9, INT32_MIN, INT32_MAX };
	for (size_t index = 0; index < sizeof PLACES / sizeof *PLACES; index += 1) {
		const double wrong[] = { PLACES[index], 1, 2, 3, 4 };
		must(callWith(port, xs_frame_port_send_with, 5, wrong) == 0, "words were written where there is no room");
	}
	must(call(port, xs_frame_port_dropped) == sizeof PLACES / sizeof *PLACES, "each is counted");
	static const double LAST[] = { FRAME_CAPACITY_BYTES - 16, 1, 2, 3, 4 };
	must(callWith(port, xs_frame_port_send_with, 5, LAST) == 1, "to the very end");
	port->frame.capacity = 15;
	port->frame.length.number = 4;
	static const double SMALL[] = { 0, 1, 2, 3, 4 };
	must(callWith(port, xs_frame_port_send_with, 5, SMALL) == 0, "nor into a buffer that is smaller than they are");
	port->frame.capacity = FRAME_CAPACITY_BYTES;
	port->line->isFull = true;
	must(callWith(port, xs_frame_port_send_with, 5, SMALL) == 0, "a full line takes no words either");
	call(port, xs_frame_port_close);
	must(callWith(port, xs_frame_port_send_with, 5, SMALL) == 0, "nor does a closed one");
	closeAll();
}

static void checkCounts(void)
{
	openAll();
	Line* line = ports[0].line;
	put(line, 10);
	line->stream[5] ^= 1;
	arrive(&ports[0], 10);
	line->line.overruns = 7;
	line->line.forgotten = 9;
	pollAll();
	must(ports[0].frames == 1 && call(&ports[0], xs_frame_port_bad_frames) == 1, "a damaged frame is counted, and only that");
	must(call(&ports[0], xs_frame_port_overruns) == 7, "what the line counts is told");
	must(call(&ports[0], xs_frame_port_forgotten) == 9, "what the line counts as forgotten is told");
	call(&ports[0], xs_frame_port_close);
	must(call(&ports[0], xs_frame_port_forgotten) == 0, "a closed port has forgotten nothing");
	must(call(&ports[0], xs_frame_port_bad_frames) == 0, "a closed port has counted nothing");
	closeAll();
}

static void expectBytes(Port* port, size_t length, int byte)
{
	memset(port->frame.bytes, byte, length);
	port->frame.length.number = (double)length;
	call(port, xs_frame_port_expect);
}

static void checkExpecting(void)
{
	openAll();
	Port* port = &ports[0];
	arrive(port, 9);
	nowUs = 4;
	pollAll();
	must(port->frames == 1 && machine.onFrameUs == 4, "before anything is expected a frame is handed on, with the time");
	must(call(port, xs_frame_port_expected_frames) == 0 && call(port, xs_frame_port_expected_us) == 0, "none has come yet");
	expectBytes(port, 9, 9);
	/* Later than an integer of XS goes. */
	nowUs = 1ull << 33;
	arrive(port, 9);
	arrive(port, 8);
	arrive(port, 9);
	pollAll();
	must(port->frames == 2, "the expected frame is not handed on, and another is");
	must(call(port, xs_frame_port_expected_frames) == 2 && call(port, xs_frame_port_expected_us) == (double)nowUs, "it is counted, with its time");
	expectBytes(port, 9, 8);
	arrive(port, 9);
	expectBytes(port, 10, 9);
	arrive(port, 9);
	pollAll();
	must(port->frames == 4, "expected byte for byte, and as long as it");
	expectBytes(port, 9, 9);
	static const double WRONG[] = { 0, -1, FRAME_MAX_PAYLOAD_BYTES + 1, FRAME_CAPACITY_BYTES + 1, 1e9 };
	for (size_t index = 0; index < sizeof WRONG / sizeof *WRONG; index += 1) {
		port->frame.length.number = WRONG[index];
		call(port, xs_frame_port_expect);
		arrive(port, 9);
		pollAll();
		must(port->frames == 5 + index, "no frame is expected that cannot be");
	}
	expectBytes(port, 9, 9);
	call(port, xs_frame_port_expect_nothing);
	arrive(port, 9);
	arrive(&ports[1], 9);
	pollAll();
	must(port->frames == 10 && ports[1].frames == 1, "nothing is expected any more, and never was at another port");
	call(port, xs_frame_port_close);
	call(port, xs_frame_port_expect);
	call(port, xs_frame_port_expect_nothing);
	must(call(port, xs_frame_port_expected_frames) == 0 && call(port, xs_frame_port_expected_us) == 0, "a closed port expects nothing");
	closeAll();
}

static void expectLike(Port* port, size_t length, double from, double to, double meaning)
{
	const double numbers[] = { from, to, meaning };
	memset(port->frame.bytes, (int)length, FRAME_CAPACITY_BYTES);
	port->frame.length.number = (double)length;
	callWith(port, xs_frame_port_expect_like, 3, numbers);
}

/* A frame of `length` bytes of which the one at `place` is another arrives. Returns what it is said to mean. */
static double meaningOf(Port* port, size_t length, size_t place)
{
	uint8_t payload[FRAME_MAX_PAYLOAD_BYTES];
	memset(payload, (int)length, length);
	if (place < length) payload[place] = 0xaa;
	port->changedAt = place;
	const unsigned before = port->frames;
	port->line->length += frameEncode(payload, length, port->line->stream + port->line->length);
	framePortWake(port->line->line.port);
	pollAll();
	must(port->frames == before + 1, "a frame that is like another is handed on, once");
	return machine.onFrameMeaning;
}

static void checkLikenesses(void)
{
	openAll();
	Port* port = &ports[0];
	nowUs = 77;
	must(meaningOf(port, 20, SIZE_MAX) == 0 && call(port, xs_frame_port_expected_frames) == 0, "before, it means nothing");
	expectLike(port, 20, 5, 9, 300);
	for (size_t place = 0; place < 20; place += 1)
		must(meaningOf(port, 20, place) == (place >= 5 && place < 9 ? 300 : 0), "alike but for those bytes, and only those");
	must(call(port, xs_frame_port_expected_frames) == 4 && call(port, xs_frame_port_expected_us) == 77, "those are counted");
	must(meaningOf(port, 19, SIZE_MAX) == 0 && meaningOf(port, 21, SIZE_MAX) == 0, "of the same length");
	expectLike(port, 20, 0, 20, 300);
	must(meaningOf(port, 20, 0) == 300 && meaningOf(port, 20, 19) == 300, "another under the same meaning replaces it");
	expectLike(port, 21, 21, 21, 301);
	must(meaningOf(port, 21, SIZE_MAX) == 301 && meaningOf(port, 21, 20) == 0, "none may differ");
	for (size_t length = 22; length < 29; length += 1) expectLike(port, length, 1, 2, (double)(280 + length));
	must(meaningOf(port, 20, SIZE_MAX) == 0 && meaningOf(port, 21, SIZE_MAX) == 301, "the oldest gives way");
	must(meaningOf(port, 28, 1) == 308 && meaningOf(port, 22, 1) == 302, "to the newest");
	static const double WRONG[][4] = {
		{ 10, -1, 4, 9 }, { 10, 5, 4, 9 }, { 10, 0, 11, 9 }, { 10, 0, 1e9, 9 }, { 10, 0, 4, 0 }, { 10, 0, 4, -1 }, { 33, 0, 33, 9 }, { 0, 0, 0, 9 },
	};
	for (size_t index = 0; index < sizeof WRONG / sizeof *WRONG; index += 1) {
		const double* wrong = WRONG[index];
		expectLike(port, (size_t)wrong[0], wrong[1], wrong[2], wrong[3]);
		must(meaningOf(port, 10, SIZE_MAX) == 0 && meaningOf(port, 33, SIZE_MAX) == 0, "what cannot be expected is not");
	}
	must(meaningOf(port, 24, 1) == 304, "and takes nobody's place");
	call(port, xs_frame_port_expect_nothing);
	must(meaningOf(port, 24, 1) == 0 && meaningOf(port, 21, SIZE_MAX) == 0, "nothing is expected any more");
	expectLike(port, 32, 1, 2, 5);
	must(meaningOf(port, 32, 1) == 5, "of the largest size");
	call(port, xs_frame_port_close);
	expectLike(port, 20, 5, 9, 300);
	closeAll();
}

static void checkTooSmallBuffer(void)
{
	openAll();
	Port* port = &ports[0];
	free(port->frame.bytes);
	port->frame.bytes = calloc(1, 8);
	port->frame.capacity = 8;
	arrive(port, 9);
	arrive(port, 8);
	pollAll();
	must(port->frames == 1, "a frame that is longer than the buffer is not handed on, and the next one is");
	closeAll();
}

static void checkNoMemory(void)
{
	linesClosed = 0;
	machine.isMemoryShort = true;
	must(!tryToOpen(&ports[0], 8) && linesClosed == 1, "without memory it throws, and closes the line");
	machine.isMemoryShort = false;
	free(ports[0].frame.bytes);
	must(machine.remembered == 0 && !framePortsPoll(), "nothing of it is left");
}

/* XS deletes its objects without closing them. */
static void checkEndOfMachine(void)
{
	openAll();
	for (size_t index = 0; index < PORTS; index += 1) {
		xs_frame_port_destructor(ports[index].object.hostData);
		free(ports[index].frame.bytes);
	}
	xs_frame_port_destructor(NULL);
	must(linesClosed == PORTS && !framePortsPoll(), "each port is gone");
	machine.remembered = 0;
}

int main(void)
{
	checkReception();
	checkTurns();
	checkClosing();
	checkSending();
	checkSendingWords();
	checkCounts();
	checkExpecting();
	checkLikenesses();
	checkTooSmallBuffer();
	checkNoMemory();
	checkEndOfMachine();
	printf("%u checks\n", checks);
	return 0;
}
