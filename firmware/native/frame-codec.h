/*
 * Framing of a line: delimiter 0, COBS of payload and CRC-32, delimiter 0 (docs/wire.md). It depends on nothing but the
 * C library's headers, allocates nothing, and trusts no byte that it is given.
 */
#ifndef SEQCARD_FRAME_CODEC_H
#define SEQCARD_FRAME_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX_PAYLOAD_BYTES 250
#define FRAME_CHECKSUM_BYTES 4
/* Bytes that a frame can decode to. */
#define FRAME_CAPACITY_BYTES (FRAME_MAX_PAYLOAD_BYTES + FRAME_CHECKSUM_BYTES)
/* Two delimiters and one byte of COBS around that. */
#define FRAME_MAX_ENCODED_BYTES (FRAME_CAPACITY_BYTES + 3)

/* Each piece between two delimiters that is not empty counts once, under one of these. */
typedef struct {
	uint32_t frames;
	uint32_t badChecksum;
	uint32_t badEncoding;
	uint32_t tooLong;
	uint32_t tooShort;
} FrameCounters;

/* A decoder that is all zero has just begun. */
typedef struct {
	FrameCounters counters;
	/* Bytes decoded since the delimiter; beyond the buffer's size none is kept. */
	uint16_t length;
	/* Bytes that the COBS block still owes. */
	uint8_t owed;
	/* Whether the block stands for a zero behind it, should another block follow. */
	bool zeroFollows;
	bool overflowed;
	uint8_t bytes[FRAME_CAPACITY_BYTES];
} FrameDecoder;

/* CRC-32 as in IEEE 802.3 and zlib. */
uint32_t frameChecksum(const uint8_t* bytes, size_t length);

/*
 * Writes the frame of a payload of 1 to FRAME_MAX_PAYLOAD_BYTES bytes to `out`, which has room for
 * FRAME_MAX_ENCODED_BYTES and does not overlap it. Returns the bytes written; 0 where the length is out of range.
 */
size_t frameEncode(const uint8_t* payload, size_t length, uint8_t* out);

/*
 * Takes received bytes up to the end of the first good frame. Returns how many it took; `*payloadLength` is then the length of
 * that frame's payload, which stands in `decoder->bytes` until the next call, or 0 where all bytes were taken and none ended.
 */
size_t frameDecode(FrameDecoder* decoder, const uint8_t* bytes, size_t count, size_t* payloadLength);

/* Forgets a frame that has begun, as after an unplug. The counters stay. */
void frameDecoderReset(FrameDecoder* decoder);

/* What was dropped, for whatever reason. */
uint32_t frameBadFrames(const FrameDecoder* decoder);

#endif
