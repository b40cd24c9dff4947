import { ERASED_BYTE, type Flash, type FlashGeometry } from "../../firmware/storage/flash.js";
import { FLASH_ERASE, FLASH_PROGRAM, MAX_FLASH_BYTES, OPERATION_HEADER_BYTES } from "./turn-codec.js";

/**
 * The flash of a virtual card as its firmware sees it: an image, and a list of what was done to it in this turn. The rig
 * does the same to the flash that outlives the engine, before anything that was sent gets out.
 */
export class ImageFlash implements Flash {
  readonly pageBytes: number;
  readonly sectorBytes: number;
  readonly sectorCount: number;
  readonly operations: Uint8Array[] = [];
  operationBytes = 0;
  private readonly image: Uint8Array;

  constructor(geometry: FlashGeometry) {
    this.pageBytes = geometry.pageBytes;
    this.sectorBytes = geometry.sectorBytes;
    this.sectorCount = geometry.sectorCount;
    this.image = new Uint8Array(this.sectorBytes * this.sectorCount).fill(ERASED_BYTE);
  }

  /** Puts a page in place as the card's boot finds it. */
  load(page: number, bytes: Uint8Array): void {
    this.image.set(bytes, page * this.pageBytes);
  }

  beginTurn(): void {
    this.operations.length = 0;
    this.operationBytes = 0;
  }

  read(offset: number, into: Uint8Array, length: number): boolean {
    into.set(this.image.subarray(offset, offset + length));
    return true;
  }

  program(offset: number, bytes: Uint8Array): boolean {
    if (!this.note(FLASH_PROGRAM, offset, bytes)) return false;
    for (let index = 0; index < this.pageBytes; index += 1) {
      this.image[offset + index] = (this.image[offset + index] as number) & (bytes[index] as number);
    }
    return true;
  }

  erase(offset: number): boolean {
    if (!this.note(FLASH_ERASE, offset, NOTHING)) return false;
    this.image.fill(ERASED_BYTE, offset, offset + this.sectorBytes);
    return true;
  }

  private note(kind: number, offset: number, bytes: Uint8Array): boolean {
    const operation = new Uint8Array(OPERATION_HEADER_BYTES + bytes.length);
    if (this.operationBytes + operation.length > MAX_FLASH_BYTES) return false;
    operation[0] = kind;
    new DataView(operation.buffer).setUint32(1, offset, true);
    operation.set(bytes, OPERATION_HEADER_BYTES);
    this.operations.push(operation);
    this.operationBytes += operation.length;
    return true;
  }
}

const NOTHING = new Uint8Array(0);
