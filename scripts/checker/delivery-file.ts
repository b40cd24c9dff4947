import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { Deliveries } from "./deliveries.js";

/**
 * Deliveries of one process in a file: a header of two 64-bit words (magic, host), then for each delivery four
 * (caller, requestedAtNs, deliveredAtNs, number), in the byte order of the machine. It is only appended to, so a process
 * that is killed leaves whole records and at most one torn one at the end, which the reader leaves out and counts.
 */
const MAGIC = 0x31_44_52_4f_43_45_52_53n; // "SRECORD1"
const HEADER_WORDS = 2;
const WORD_BYTES = 8;
const RECORD_WORDS = 4;
const HEADER_BYTES = HEADER_WORDS * WORD_BYTES;
const RECORD_BYTES = RECORD_WORDS * WORD_BYTES;
const BUFFER_RECORDS = 4096;

/** Why a file could not be taken. `code` is stable. */
export class DeliveryFileError extends Error {
  override readonly name = "DeliveryFileError";
  readonly code: "NOT_A_DELIVERY_FILE" | "OTHER_BYTE_ORDER";

  constructor(code: DeliveryFileError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** Writes a file as deliveries happen, thousands at a time. */
export class DeliveryFileWriter {
  private readonly file: number;
  private readonly words = new BigUint64Array(BUFFER_RECORDS * RECORD_WORDS);
  private used = 0;
  private open = true;

  /** Makes or empties the file at `path`. @throws the errors of the file system. */
  constructor(path: string, host: number) {
    this.file = openSync(path, "w");
    writeAll(this.file, Buffer.from(BigUint64Array.of(MAGIC, BigInt(host)).buffer));
  }

  append(caller: number, requestedAtNs: bigint, deliveredAtNs: bigint, number: bigint): void {
    const { words, used } = this;
    words[used] = BigInt(caller);
    words[used + 1] = requestedAtNs;
    words[used + 2] = deliveredAtNs;
    words[used + 3] = number;
    this.used = used + RECORD_WORDS;
    if (this.used === words.length) this.flush();
  }

  /** Hands what is gathered to the operating system. @throws the errors of the file system. */
  flush(): void {
    writeAll(this.file, Buffer.from(this.words.buffer, 0, this.used * WORD_BYTES));
    this.used = 0;
  }

  /** Flushes and closes. Safe twice. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    try {
      this.flush();
    } finally {
      closeSync(this.file);
    }
  }
}

/**
 * Appends what a file holds to `into`.
 * @returns bytes at the end that are no whole record: 0, or what a killed process left.
 * @throws DeliveryFileError where the file is not one of these, and the errors of the file system.
 */
export function readDeliveryFile(path: string, into: Deliveries): number {
  const file = openSync(path, "r");
  try {
    const header = new BigUint64Array(HEADER_WORDS);
    const got = readFull(file, Buffer.from(header.buffer));
    checkHeader(path, got, header[0] as bigint);
    const host = Number(header[1]);
    const words = new BigUint64Array(BUFFER_RECORDS * RECORD_WORDS);
    const buffer = Buffer.from(words.buffer);
    for (;;) {
      const bytes = readFull(file, buffer);
      const end = Math.floor(bytes / RECORD_BYTES) * RECORD_WORDS;
      for (let at = 0; at < end; at += RECORD_WORDS) {
        into.append(
          host,
          Number(words[at]),
          words[at + 1] as bigint,
          words[at + 2] as bigint,
          words[at + 3] as bigint,
        );
      }
      if (bytes < buffer.length) return bytes % RECORD_BYTES;
    }
  } finally {
    closeSync(file);
  }
}

/** Reads several files into one. @see readDeliveryFile */
export function readDeliveryFiles(paths: readonly string[]): { deliveries: Deliveries; tornBytes: number } {
  const deliveries = new Deliveries();
  let tornBytes = 0;
  for (const path of paths) tornBytes += readDeliveryFile(path, deliveries);
  return { deliveries, tornBytes };
}

function checkHeader(path: string, bytes: number, magic: bigint): void {
  if (bytes < HEADER_BYTES) {
    throw new DeliveryFileError(
      "NOT_A_DELIVERY_FILE",
      `${path} has ${bytes} bytes and no whole header: its process ended before it wrote anything.`,
    );
  }
  if (magic === MAGIC) return;
  const swapped = Buffer.from(BigUint64Array.of(magic).buffer).swap64().readBigUInt64LE();
  const native = Buffer.from(BigUint64Array.of(MAGIC).buffer).readBigUInt64LE();
  if (swapped === native) {
    throw new DeliveryFileError(
      "OTHER_BYTE_ORDER",
      `${path} was written on a machine of the other byte order: check it on one like that.`,
    );
  }
  throw new DeliveryFileError("NOT_A_DELIVERY_FILE", `${path} is not a file of deliveries.`);
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** @returns bytes read, fewer than `into` holds only at the end of the file. */
function readFull(file: number, into: Uint8Array): number {
  let at = 0;
  while (at < into.length) {
    const bytes = readSync(file, into, at, into.length - at, null);
    if (bytes === 0) break;
    at += bytes;
  }
  return at;
}
