/*
 * Runs the framing for a test on the computer. Standard input: a line `encode PAYLOAD` or `decode STREAM PIECE`, bytes in hexadecimal, PIECE
 * the bytes handed over at a time. Answer: a line with the encoded bytes, or the payloads and then the five counters, apart by
 * spaces. All bytes stand in memory of their exact size, so that the sanitizer sees each step beyond.
 */
#include "../../firmware/native/frame-codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINE (1u << 20)

static void printHex(const uint8_t* bytes, size_t length)
{
	for (size_t index = 0; index < length; index += 1) printf("%02x", bytes[index]);
}

/* Returns the bytes of `hex` in memory that the caller frees. */
static uint8_t* parseHex(const char* hex, size_t* length)
{
	*length = strlen(hex) / 2;
	uint8_t* bytes = malloc(*length ? *length : 1);
	if (!bytes) exit(1);
	for (size_t index = 0; index < *length; index += 1) {
		unsigned value;
		if (sscanf(hex + 2 * index, "%2x", &value) != 1) exit(1);
		bytes[index] = (uint8_t)value;
	}
	return bytes;
}

static void encode(const char* hex)
{
	size_t length;
	uint8_t* payload = parseHex(hex, &length);
	uint8_t* out = malloc(FRAME_MAX_ENCODED_BYTES);
	if (!out) exit(1);
	printHex(out, frameEncode(payload, length, out));
	printf("\n");
	free(out);
	free(payload);
}

static void decodePiece(FrameDecoder* decoder, const uint8_t* bytes, size_t count)
{
	uint8_t* piece = malloc(count);
	if (!piece) exit(1);
	memcpy(piece, bytes, count);
	for (size_t at = 0; at < count;) {
		size_t payloadLength;
		at += frameDecode(decoder, piece + at, count - at, &payloadLength);
		if (payloadLength) {
			printHex(decoder->bytes, payloadLength);
			printf(" ");
		}
	}
	free(piece);
}

static void decode(const char* hex, size_t pieceBytes)
{
	size_t length;
	uint8_t* stream = parseHex(hex, &length);
	FrameDecoder* decoder = calloc(1, sizeof(FrameDecoder));
	if (!decoder || pieceBytes == 0) exit(1);
	for (size_t at = 0; at < length; at += pieceBytes) {
		decodePiece(decoder, stream + at, length - at < pieceBytes ? length - at : pieceBytes);
	}
	const FrameCounters* counters = &decoder->counters;
	printf("%u %u %u %u %u\n", counters->frames, counters->badChecksum, counters->badEncoding, counters->tooLong,
		counters->tooShort);
	free(decoder);
	free(stream);
}

int main(void)
{
	static char line[MAX_LINE];
	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = 0;
		char* operand = strchr(line, ' ');
		if (!operand) return 1;
		*operand++ = 0;
		if (!strcmp(line, "encode")) {
			encode(operand);
		} else {
			char* piece = strchr(operand, ' ');
			if (!piece) return 1;
			*piece++ = 0;
			decode(operand, (size_t)atoi(piece));
		}
	}
	return 0;
}
