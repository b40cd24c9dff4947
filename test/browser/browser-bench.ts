import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExecutionContext } from "ava";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { startDaemonProcess } from "../../scripts/processes/daemon-process.js";
import { findProgram } from "../../scripts/processes/find-program.js";
import { findFreePorts } from "../../scripts/processes/free-port.js";
import { type OwnedProcess, ProcessScope } from "../../scripts/processes/process-scope.js";
import { type RigProcess, startRigProcess } from "../../scripts/processes/rig-process.js";
import { temporaryDirectory } from "../host-bridge/daemon/daemon-bench.js";
import { SEQCARD } from "../support/seqcard-command.js";

/** Debian's, which the system keeps up to date; none is ever downloaded. */
export const CHROMIUM = findProgram("chromium");
const PICTURES = fileURLToPath(new URL("../../../coverage/pictures/", import.meta.url));
/** Leases that a computer with many other things to do can hold. */
const CALM = ["--lease-ms", "300", "--beacon-ms", "40"];
/** A page has this long to show what it is to show. */
export const PATIENCE_MS = 30_000;
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface BrowserBenchOptions {
  /** Two fabrics of three cards, and three hosts with a card on each, rather than one fabric with a host that has two. */
  readonly hasTwoFabrics?: true;
}

/** A rig of three cards, a daemon with a live picture, somebody who takes numbers, and a browser. */
export class BrowserBench {
  readonly rig: RigProcess;
  readonly rigName: string;
  readonly browser: Browser;
  daemon: OwnedProcess;
  private readonly scope: ProcessScope;
  private readonly socket: string;
  private readonly port: number;

  private constructor(
    scope: ProcessScope,
    rig: RigProcess,
    socket: string,
    port: number,
    daemon: OwnedProcess,
    browser: Browser,
  ) {
    this.scope = scope;
    this.rig = rig;
    this.rigName = rig.name;
    this.socket = socket;
    this.port = port;
    this.daemon = daemon;
    this.browser = browser;
  }

  static async start(
    t: ExecutionContext,
    name: string,
    { hasTwoFabrics }: BrowserBenchOptions = {},
  ): Promise<BrowserBench> {
    t.timeout(180_000);
    const scope = new ProcessScope();
    t.teardown(() => scope.close());
    const rigName = `${name}-${process.pid}`;
    const more = hasTwoFabrics ? [...CALM, "--fabrics", "2"] : CALM;
    const rig = await startRigProcess(scope, { engine: "node", cards: 3, name: rigName, more });
    const directory = temporaryDirectory(t);
    const socket = join(directory, "s");
    const [port = 0] = await findFreePorts(1);
    const daemon = await startDaemonProcess(scope, optionsOf(rig, socket, port));
    for (const card of hasTwoFabrics ? [2, 3] : []) {
      await startDaemonProcess(scope, {
        ports: portsOf(rig, [card, card + 3]),
        socket: join(directory, `s${card}`),
      });
    }
    const load = [SEQCARD, "bench", "--callers", "4", "--seconds", "170"];
    scope.start(process.execPath, load, { env: { ...process.env, SEQCARD_SOCKET: socket } });
    const browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: FLAGS });
    t.teardown(() => browser.close());
    return new BrowserBench(scope, rig, socket, port, daemon, browser);
  }

  async restartDaemon(): Promise<void> {
    this.daemon = await startDaemonProcess(this.scope, optionsOf(this.rig, this.socket, this.port));
  }

  /** Opens the page. @returns it once it shows the fabric, with all that it complains of from its begin on. */
  async open(
    t: ExecutionContext,
    options: BrowserContextOptions,
  ): Promise<{ page: Page; complaints: string[] }> {
    const context: BrowserContext = await this.browser.newContext(options);
    t.teardown(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`http://127.0.0.1:${this.port}/`);
    await page.locator("#drawing [data-card]").first().waitFor();
    return { page, complaints };
  }
}

/** Keeps a picture of the whole page in coverage/pictures, to look at. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

function optionsOf(rig: RigProcess, socket: string, port: number): Parameters<typeof startDaemonProcess>[1] {
  const ports = portsOf(rig, rig.cards.length === 3 ? [2, 3] : [1, 4]);
  return { ports, socket, more: ["--http", `127.0.0.1:${port}`] };
}

function portsOf({ cards }: RigProcess, ids: readonly number[]): string[] {
  return ids.map((id) => cards.find((card) => card.id === id)?.path ?? "");
}
