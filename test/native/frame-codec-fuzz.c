/*
 * What must hold of the framing for any bytes: a stream decodes alike however it is cut, everything between two delimiters is counted
 * once, and a payload comes back whole from behind any noise. For libFuzzer, or, with OWN_DRIVER, a program that makes its inputs itself.
 */
#include "../../firmware/native/frame-codec.h"

#include <stdlib.h>
#include <string.h>

#define MAX_STREAM_BYTES 4096

static void require(int condition)
{
	if (!condition) abort();
}

/* Frames found, one behind the other, each with its length in front. */
typedef struct {
	size_t length;
	uint8_t bytes[2 * MAX_STREAM_BYTES];
} Found;

static void decodeInto(FrameDecoder* decoder, const uint8_t* bytes, size_t count, Found* found)
{
	for (size_t at = 0; at < count;) {
		size_t payloadLength;
		const size_t taken = frameDecode(decoder, bytes + at, count - at, &payloadLength);
		require(taken > 0 && taken <= count - at && payloadLength <= FRAME_MAX_PAYLOAD_BYTES);
		at += taken;
		if (!payloadLength) {
			require(at == count);
			continue;
		}
		found->bytes[found->length++] = (uint8_t)payloadLength;
		memcpy(found->bytes + found->length, decoder->bytes, payloadLength);
		found->length += payloadLength;
	}
}

static uint32_t countPieces(const uint8_t* bytes, size_t count)
{
	uint32_t pieces = 0;
	size_t start = 0;
	for (size_t at = 0; at < count; at += 1) {
		if (bytes[at] != 0) continue;
		if (at > start) pieces += 1;
		start = at + 1;
	}
	return pieces;
}

static void checkStream(const uint8_t* bytes, size_t count, size_t cut)
{
	static Found whole, parts;
	FrameDecoder one = { 0 }, other = { 0 };
	whole.length = parts.length = 0;
	decodeInto(&one, bytes, count, &whole);
	decodeInto(&other, bytes, cut, &parts);
	decodeInto(&other, bytes + cut, count - cut, &parts);
	require(!memcmp(&one.counters, &other.counters, sizeof one.counters));
	require(whole.length == parts.length && !memcmp(whole.bytes, parts.bytes, whole.length));
	require(one.counters.frames + frameBadFrames(&one) == countPieces(bytes, count));
}

static void checkRoundTrip(const uint8_t* noise, size_t noiseLength, const uint8_t* payload, size_t length)
{
	uint8_t encoded[FRAME_MAX_ENCODED_BYTES];
	FrameDecoder decoder = { 0 };
	static Found found;
	const size_t encodedLength = frameEncode(payload, length, encoded);
	require(encodedLength == 0 ? length == 0 || length > FRAME_MAX_PAYLOAD_BYTES : encodedLength <= sizeof encoded);
	if (encodedLength == 0) return;
	require(encoded[0] == 0 && encoded[encodedLength - 1] == 0);
	require(!memchr(encoded + 1, 0, encodedLength - 2));
	found.length = 0;
	decodeInto(&decoder, noise, noiseLength, &found);
	found.length = 0;
	decodeInto(&decoder, encoded, encodedLength, &found);
	/* What the noise had begun may end as a frame at the first delimiter: the payload is the last one. */
	require(found.length >= length + 1 && found.bytes[found.length - length - 1] == length);
	require(!memcmp(found.bytes + found.length - length, payload, length));
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
	if (size < 2) return 0;
	if (size > MAX_STREAM_BYTES) size = MAX_STREAM_BYTES;
	const size_t cut = (data[0] | (size_t)data[1] << 8) % (size - 1);
	checkStream(data + 2, size - 2, cut > size - 2 ? size - 2 : cut);
	const size_t noiseLength = cut > size - 2 ? 0 : cut;
	checkRoundTrip(data + 2, noiseLength, data + 2 + noiseLength, size - 2 - noiseLength);
	return 0;
}

#ifdef OWN_DRIVER

/* Half of what it makes is frames with a few bytes changed: chance alone seldom meets a delimiter at the right place. */
static uint32_t state;

static uint32_t chance(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % below;
}

static size_t makeStream(uint8_t* bytes)
{
	size_t length = 2;
	bytes[0] = (uint8_t)chance(256);
	bytes[1] = (uint8_t)chance(256);
	const uint32_t pieces = chance(6);
	for (uint32_t piece = 0; piece <= pieces; piece += 1) {
		uint8_t payload[FRAME_MAX_PAYLOAD_BYTES];
		const size_t payloadLength = 1 + chance(chance(4) ? 40 : FRAME_MAX_PAYLOAD_BYTES);
		const uint32_t values = chance(2) ? 256 : 2;
		for (size_t at = 0; at < payloadLength; at += 1) payload[at] = (uint8_t)chance(values);
		if (chance(2)) {
			const size_t encoded = frameEncode(payload, payloadLength, bytes + length);
			for (uint32_t changes = chance(4); changes > 1; changes -= 1) bytes[length + chance((uint32_t)encoded)] = (uint8_t)chance(256);
			length += encoded;
		} else {
			memcpy(bytes + length, payload, payloadLength);
			length += payloadLength;
		}
	}
	return length;
}

int main(int argc, char** argv)
{
	if (argc != 3) return 2;
	state = (uint32_t)strtoul(argv[1], NULL, 10) | 1u;
	for (long runs = strtol(argv[2], NULL, 10); runs > 0; runs -= 1) {
		uint8_t stream[MAX_STREAM_BYTES];
		const size_t length = makeStream(stream);
		/* Memory of its exact size, for the sanitizer. */
		uint8_t* exact = malloc(length);
		if (!exact) return 2;
		memcpy(exact, stream, length);
		LLVMFuzzerTestOneInput(exact, length);
		free(exact);
	}
	return 0;
}

#endif
