import test from "ava";
import type { CardEngine, EngineListener } from "../../../boards/virtual/card-engine.js";
import { NodeEngine } from "../../../boards/virtual/node-engine.js";
import { encodeTurn } from "../../../boards/virtual/turn-messages.js";
import { XsEngine } from "../../../boards/virtual/xs-engine.js";
import { findXsWorker } from "../../../boards/virtual/xs-worker.js";
import { isAlive } from "./raw-host.js";
import { VirtualRig } from "./virtual-rig.js";

/** What one card was told in its life, and what it answered. */
interface Recording {
  readonly commands: Uint8Array[];
  readonly answers: string[];
}

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The firmware in this process, with everything it says written down. */
class RecordingEngine implements CardEngine {
  readonly processId = undefined;
  readonly gone = Promise.resolve();
  private readonly engine: NodeEngine;
  private readonly recording: Recording;

  constructor(listener: EngineListener, recording: Recording) {
    this.recording = recording;
    this.engine = new NodeEngine({
      onTurn: (result) => {
        recording.answers.push(toHex(result.answer));
        listener.onTurn(result);
      },
      onDeath: (reason) => listener.onDeath(reason),
    });
  }

  run(command: Uint8Array): void {
    this.recording.commands.push(Uint8Array.from(command));
    this.engine.run(command);
  }

  pause(): void {
    this.engine.pause();
  }

  resume(): void {
    this.engine.resume();
  }

  kill(): void {
    this.engine.kill();
  }
}

/** Lets a fabric on bad cables work for a while. @returns what its cards heard and said. */
function recordFabric(): Recording[] {
  const recordings: Recording[] = [];
  const rig = new VirtualRig({ cable: { loss: 0.02, garble: 0.0005 } }, (listener) => {
    const recording: Recording = { commands: [], answers: [] };
    recordings.push(recording);
    return new RecordingEngine(listener, recording);
  });
  rig.setUp();
  for (let tag = 1; tag <= 60; tag += 1) {
    rig.request(1 + (tag % 3), tag, tag);
    rig.run(tag % 5 === 0 ? 20_000 : 200);
  }
  rig.run(100_000);
  return recordings;
}

/** Tells an XS card the same. @returns its answers and what each cost. */
function replayOnXs(commands: readonly Uint8Array[]): Promise<{ answers: string[]; compute: number[] }> {
  return new Promise((resolve, reject) => {
    const answers: string[] = [];
    const compute: number[] = [];
    const engine = new XsEngine(
      {
        onTurn: (result) => {
          answers.push(toHex(result.answer));
          compute.push(result.compute);
          const next = commands[answers.length];
          if (next !== undefined) {
            engine.run(next);
            return;
          }
          engine.kill();
          engine.gone.then(() => resolve({ answers, compute }), reject);
        },
        onDeath: (reason) => reject(new Error(reason)),
      },
      findXsWorker(),
    );
    engine.run(commands[0] as Uint8Array);
  });
}

test("XS and Node answer the same bytes to the same commands, turn by turn", async (t) => {
  const recordings = recordFabric();
  t.is(recordings.length, 3);
  for (const { answers, commands } of recordings) {
    t.true(answers.length > 400);
    const onXs = await replayOnXs(commands);
    t.deepEqual(onXs.answers, answers);
    t.true(onXs.compute.every((count) => count > 0));
  }
});

test("XS's compute count is the same at every run", async (t) => {
  const commands = recordFabric()[0]?.commands.slice(0, 300) as Uint8Array[];
  const [first, second] = [await replayOnXs(commands), await replayOnXs(commands)];
  t.deepEqual(second.compute, first.compute);
});

/** Runs an XS card until it dies by itself. */
function lastWords(
  commands: readonly Uint8Array[],
  entryPath?: string,
): Promise<{ reason: string; gone: boolean }> {
  return new Promise((resolve) => {
    let next = 1;
    const engine = new XsEngine(
      {
        onTurn: () => {
          engine.run(commands[next] as Uint8Array);
          next += 1;
        },
        onDeath: (reason) => {
          const { processId } = engine;
          void engine.gone.then(() =>
            resolve({ reason, gone: processId === undefined || !isAlive(processId) }),
          );
        },
      },
      findXsWorker(),
      entryPath,
    );
    engine.run(commands[0] as Uint8Array);
  });
}

test("firmware that throws is reported with what it threw, and its process is gone", async (t) => {
  // A turn before the boot: there is no port to take these bytes to.
  const turn = encodeTurn(0, [], [{ port: 3, bytes: Uint8Array.of(1) }]);
  const { gone, reason } = await lastWords([turn]);
  t.regex(reason, /^the firmware threw: .*TypeError/);
  t.true(gone);
  const node = await new Promise<string>((resolve) => {
    new NodeEngine({ onTurn: () => resolve("a turn"), onDeath: resolve }).run(turn);
  });
  t.regex(node, /^the firmware threw: /);
});

test("modules that do not load are reported", async (t) => {
  const { gone, reason } = await lastWords([encodeTurn(0, [], [])], "/nowhere/xs-entry.js");
  t.regex(reason, /^its modules did not load/);
  t.true(gone);
});

test("a worker that cannot be started is reported", async (t) => {
  const reason = await new Promise<string>((resolve) => {
    const listener = { onTurn: () => resolve("a turn"), onDeath: resolve };
    new XsEngine(listener, "/nowhere/xsnap-worker").run(encodeTurn(0, [], []));
  });
  t.regex(reason, /could not be started.*ENOENT/);
});

test("a kill in the middle of a turn ends the process, and the turn has no result", async (t) => {
  const boot = recordFabric()[0]?.commands[0] as Uint8Array;
  const engine = new XsEngine({ onTurn: () => t.fail(), onDeath: () => t.fail() }, findXsWorker());
  const { processId } = engine;
  engine.run(boot);
  engine.kill();
  engine.kill();
  await engine.gone;
  t.false(isAlive(processId as number));
});
