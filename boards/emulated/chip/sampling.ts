/** How a UART writes a character on its line: the length of a bit, and what stands between start and stop. */
export interface LineFormat {
  readonly bitNanos: number;
  /** 5 to 8. */
  readonly dataBits: number;
  readonly parity: "none" | "even" | "odd";
  /** 1 or 2. */
  readonly stopBits: number;
}

/** A character as a receiver reads it. */
export interface SampledCharacter {
  readonly value: number;
  readonly framingError: boolean;
  readonly parityError: boolean;
}

/** Start bit, data, parity and stop bits. */
export function bitsOf({ dataBits, parity, stopBits }: LineFormat): number {
  return 1 + dataBits + (parity === "none" ? 0 : 1) + stopBits;
}

function isOdd(value: number): boolean {
  let bits = value;
  bits ^= bits >> 4;
  bits ^= bits >> 2;
  bits ^= bits >> 1;
  return (bits & 1) === 1;
}

/** @returns the level of the line, 0 or 1, `timeNanos` after the start bit began. */
function levelAt(value: number, format: LineFormat, timeNanos: number): number {
  const bit = Math.floor(timeNanos / format.bitNanos);
  if (bit <= 0) return 0;
  if (bit <= format.dataBits) return (value >> (bit - 1)) & 1;
  if (bit === format.dataBits + 1 && format.parity !== "none") {
    return isOdd(value) === (format.parity === "even") ? 1 : 0;
  }
  return 1;
}

/**
 * Reads a character as a receiver with another idea of the bit time does: each of its bits in the middle. Ends that agree
 * to about 4 % read what was sent.
 */
export function sampleCharacter(sent: number, sender: LineFormat, receiver: LineFormat): SampledCharacter {
  const sample = (bit: number): number => levelAt(sent, sender, (bit + 0.5) * receiver.bitNanos);
  let value = 0;
  for (let bit = 0; bit < receiver.dataBits; bit += 1) value |= sample(bit + 1) << bit;
  let stopBit = receiver.dataBits + 1;
  let parityError = false;
  if (receiver.parity !== "none") {
    parityError = sample(stopBit) !== (isOdd(value) === (receiver.parity === "even") ? 1 : 0);
    stopBit += 1;
  }
  return { value, parityError, framingError: sample(stopBit) === 0 };
}
