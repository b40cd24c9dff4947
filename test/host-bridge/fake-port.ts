import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReadStream } from "node:tty";
import { MAX_ENCODED_BYTES } from "../../firmware/wire/constants.js";
import type { FrameBuffer } from "../../firmware/wire/frame-buffer.js";
import { FrameDecoder } from "../../firmware/wire/frame-decoder.js";
import { encodeFrame } from "../../firmware/wire/frame-encoder.js";

/** The raw call behind node-pty: its own `open` would read the host's end too. */
interface PtyBinary {
  open(columns: number, rows: number): { master: number; slave: number; pty: string };
}

const require = createRequire(import.meta.url);
const { requireBinary } = require("@lydell/node-pty/requireBinary.js") as {
  requireBinary(name: string): PtyBinary;
};

/** The device end of a serial port that can be unplugged: its path stays, and leads to a pty while it is plugged in. */
export class FakePort {
  /** What a host opens. */
  readonly path: string;
  onFrame: (frame: FrameBuffer) => void = () => {};
  private readonly folder = mkdtempSync(join(tmpdir(), "seqcard-port-"));
  private readonly decoder = new FrameDecoder((frame) => this.onFrame(frame));
  private readonly encoded = new Uint8Array(MAX_ENCODED_BYTES);
  private ends: { master: ReadStream; slave: ReadStream } | null = null;

  constructor() {
    this.path = join(this.folder, "port");
    this.plugIn();
  }

  plugIn(): void {
    const { master, slave, pty } = requireBinary("pty.node").open(80, 24);
    // Ours of the slave's descriptors stays open and unread, or the master would end between two hosts.
    this.ends = { master: new ReadStream(master), slave: new ReadStream(slave) };
    this.ends.slave.setRawMode(true);
    this.ends.master.on("error", () => {});
    this.ends.master.on("data", (bytes: Buffer) => this.decoder.push(bytes, 0, bytes.length));
    symlinkSync(pty, this.path);
  }

  unplug(): void {
    if (this.ends === null) return;
    this.ends.master.destroy();
    this.ends.slave.destroy();
    this.ends = null;
    unlinkSync(this.path);
  }

  send(frame: FrameBuffer): void {
    this.write(this.encoded.slice(0, encodeFrame(frame, this.encoded, 0)));
  }

  write(bytes: Uint8Array): void {
    this.ends?.master.write(bytes);
  }

  destroy(): void {
    this.unplug();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
