import { once } from "node:events";
import { cursorTo, emitKeypressEvents } from "node:readline";
import type { ReadStream, WriteStream } from "node:tty";
import { asSequenceError } from "../errors.js";

const ENTER_SCREEN = "\u001b[?1049h\u001b[?25l";
const LEAVE_SCREEN = "\u001b[?25h\u001b[?1049l";
const CLEAR_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";

interface Key {
  readonly name?: string;
  readonly ctrl?: boolean;
}

/** A terminal's second screen, which is drawn anew in place and given back as it was. */
export class TopScreen {
  isOver = false;
  isPaused = false;
  private readonly input: ReadStream;
  private readonly output: WriteStream;
  private readonly awake = new EventTarget();
  private readonly onKey = (_text: string, key: Key): void => this.press(key);
  private readonly onResize = (): void => this.draw();
  private text = "";

  constructor(input: ReadStream, output: WriteStream) {
    this.input = input;
    this.output = output;
    emitKeypressEvents(input);
    input.setRawMode(true);
    input.on("keypress", this.onKey);
    input.resume();
    output.on("resize", this.onResize);
    output.write(ENTER_SCREEN);
  }

  /** Draws what `look` resolves to, or why it could not look: the next look may succeed. */
  async showResult(look: () => Promise<string>): Promise<void> {
    try {
      this.text = await look();
    } catch (thrown) {
      const { code, message } = asSequenceError(thrown, "PORT_FAILED", "cannot look");
      this.text = `${code}: ${message}`;
    }
    this.draw();
  }

  /** Resolves after that time, or when a key ends or wakes it. */
  async pause(ms: number): Promise<void> {
    const timer = setTimeout(() => this.awake.dispatchEvent(new Event("awake")), ms);
    if (!this.isOver) await once(this.awake, "awake");
    clearTimeout(timer);
  }

  close(): void {
    this.isOver = true;
    this.input.off("keypress", this.onKey);
    this.output.off("resize", this.onResize);
    this.input.setRawMode(false);
    this.input.pause();
    this.output.write(LEAVE_SCREEN);
  }

  private press({ name, ctrl }: Key): void {
    if (name === "q" || (ctrl && name === "c")) this.isOver = true;
    else if (name === "p") this.isPaused = !this.isPaused;
    else return;
    this.draw();
    this.awake.dispatchEvent(new Event("awake"));
  }

  private draw(): void {
    if (this.isOver) return;
    const keys = `q ends, p ${this.isPaused ? "goes on (paused)" : "pauses"}`;
    const lines = [...this.text.split("\n").slice(0, Math.max(1, this.output.rows - 2)), "", keys];
    cursorTo(this.output, 0, 0);
    const body = lines.map((line) => `${line.slice(0, this.output.columns)}${CLEAR_LINE}`).join("\r\n");
    this.output.write(`${body}${CLEAR_BELOW}`);
  }
}
