import { CardRuntime } from "./card-runtime.js";

/** What an `xsnap-worker` runs: it calls `handleCommand` with the bytes of each command and sends back the result. */
declare global {
  var handleCommand: (command: ArrayBuffer) => ArrayBuffer;
}

const runtime = new CardRuntime();
globalThis.handleCommand = (command) => runtime.handle(command);
