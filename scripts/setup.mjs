/**
 * Brings a fresh clone to where everything can run: checks the tools, installs the packages (which compiles the XS
 * engine) and compiles the TypeScript. Runs before `npm start`, `test`, `bench` and `check`, in under two seconds when
 * there is nothing to do. Uses nothing but Node, because it runs before there is anything else.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST_NODE = [20, 19];
const PROGRESS_EVERY_MS = 15_000;
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const platform = process.platform === "darwin" ? "mac" : "lin";
const worker = join(modules, `@agoric/xsnap/xsnap-native/xsnap/build/bin/${platform}/release/xsnap-worker`);

/** Something that the user can mend; the message says how. */
class SetupError extends Error {}

function say(text) {
  process.stdout.write(`setup: ${text}\n`);
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new SetupError(
    `this is Node ${process.versions.node}, and ${OLDEST_NODE.join(".")} or later is needed. ` +
      "Install a newer one (https://nodejs.org, or your version manager) and run the command again.",
  );
}

/** The XS engine is C, so installing it needs a compiler; later runs do not. */
function checkCompiler() {
  const missing = [
    ["a C compiler", "cc"],
    ["make", "make"],
  ].filter(([, command]) => spawnSync(command, ["--version"], { stdio: "ignore" }).status !== 0);
  if (missing.length === 0) return;
  throw new SetupError(
    `${missing.map(([what, command]) => `${what} ("${command}")`).join(" and ")} is needed to compile the XS engine. ` +
      "On Debian or Ubuntu: apt-get install build-essential. On Fedora: dnf install gcc make.",
  );
}

function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages ?? {};
  } catch {
    return undefined;
  }
}

/**
 * Whether what is installed is what the lock file names. Compares contents: the times of files that git has written
 * say nothing.
 */
function packagesAreInstalled() {
  const wanted = readLock(join(root, "package-lock.json"));
  const installed = readLock(join(modules, ".package-lock.json"));
  if (wanted === undefined)
    throw new SetupError("package-lock.json cannot be read. Restore it: git checkout package-lock.json");
  if (installed === undefined) return false;
  const wantedNames = Object.keys(wanted).filter((name) => name !== "");
  return (
    wantedNames.every((name) =>
      installed[name] === undefined
        ? wanted[name].optional === true
        : installed[name].version === wanted[name].version &&
          installed[name].integrity === wanted[name].integrity,
    ) && Object.keys(installed).every((name) => wanted[name] !== undefined)
  );
}

/** Runs a command to its end. Its output is kept back, and shown only where it fails. */
function run(command, args, advice) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    const output = [];
    const started = Date.now();
    const progress = setInterval(
      () => say(`  still at it, ${Math.round((Date.now() - started) / 1000)} s`),
      PROGRESS_EVERY_MS,
    );
    const fail = (reason) => {
      clearInterval(progress);
      process.stdout.write(Buffer.concat(output));
      reject(new SetupError(`"${[command, ...args].join(" ")}" ${reason}. ${advice}`));
    };
    child.stdout.on("data", (data) => output.push(data));
    child.stderr.on("data", (data) => output.push(data));
    child.on("error", (error) => fail(`could not be started: ${error.message}`));
    child.on("close", (code, signal) => {
      if (code !== 0) return fail(`ended with ${signal ?? code}`);
      clearInterval(progress);
      resolve();
    });
  });
}

async function installPackages() {
  if (packagesAreInstalled()) return;
  if (existsSync(modules) && lstatSync(modules).isSymbolicLink()) {
    throw new SetupError(
      "node_modules is a link and does not match package-lock.json. Run npm ci where it leads to, or remove the link.",
    );
  }
  checkCompiler();
  say("installing packages and compiling the XS engine, about a minute");
  await run(
    "npm",
    ["ci", "--include=dev", "--no-audit", "--no-fund"],
    "The first error above says why. Without a network it cannot work; after an interrupted run, remove node_modules and try again.",
  );
}

function checkEngine() {
  const { status } = spawnSync(worker, ["-v"], { stdio: "ignore" });
  if (status === 0) return;
  throw new SetupError(
    "the XS engine (xsnap-worker) is not there or does not run, so its install script did not. Check that npm may run " +
      "install scripts (npm config get ignore-scripts), then: npm rebuild @agoric/xsnap --foreground-scripts",
  );
}

async function compile() {
  const stamp = join(root, "dist/.tsbuildinfo");
  if (!existsSync(stamp)) say("compiling TypeScript");
  await run(
    process.execPath,
    [join(modules, "typescript/bin/tsc"), "-b"],
    "The messages above name the files and lines to mend.",
  );
}

try {
  checkNode();
  await installPackages();
  checkEngine();
  await compile();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`setup: ${error.message}\n`);
  process.exitCode = 1;
}
