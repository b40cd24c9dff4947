import { posix } from "node:path";
import test from "ava";
import { BoardBuild, exists, importsOf, programManifests, readText } from "./manifest/board-build.js";

const PROGRAMS = programManifests();

test("the boards are there, and the self test", (t) => {
  for (const board of ["pico", "esp32", "esp32-c3", "esp32-s3"]) {
    t.true(PROGRAMS.includes(`boards/${board}/manifest.json`), board);
  }
  t.true(PROGRAMS.includes("manifest.json"));
});

for (const program of PROGRAMS) {
  const build = new BoardBuild(program);

  test(`${program}: whatever is listed is there`, (t) => {
    t.deepEqual(build.missing, []);
    for (const { manifest, path } of build.files()) t.true(exists(path), `${manifest} names ${path}`);
  });

  test(`${program}: every module is named as its path, so that relative imports hold on XS too`, (t) => {
    t.true(build.modules.size > 40);
    for (const [name, path] of build.modules) t.is(`${name}.ts`, path);
  });

  test(`${program}: every import leads to a module of the same build`, (t) => {
    for (const [name, path] of build.modules) {
      for (const imported of importsOf(name, path)) {
        t.true(build.modules.has(imported), `${name} -> ${imported}`);
      }
    }
  });

  test(`${program}: every preloaded name is a module, and the main module is not among them: it calls native code`, (t) => {
    t.true(build.modules.has(build.main), build.main);
    for (const preload of build.preloads) {
      if (preload.endsWith("/*")) t.false(build.main.startsWith(preload.slice(0, -1)), preload);
      else t.true(build.modules.has(preload) && preload !== build.main, preload);
    }
  });

  test(`${program}: every native function that its TypeScript names is in its C`, (t) => {
    const text = build.cText();
    for (const path of build.modules.values()) {
      for (const [, name] of readText(path).matchAll(/\b[Nn]ative\("(\w+)"\)/g)) {
        const definitions = [...text.matchAll(new RegExp(`^void ${name}\\(`, "gm"))];
        t.true(definitions.length > 0, `${path} names ${name}`);
      }
    }
  });

  test(`${program}: every header of this project that its C includes lies in a folder of the build`, (t) => {
    const folders = new Set([...build.cFiles].map((path) => posix.dirname(path)));
    for (const path of build.cFiles) {
      for (const [, header] of readText(path).matchAll(/^#include "([\w-]+\.h)"/gm)) {
        const own = [...folders].filter((folder) => exists(posix.join(folder, header as string)));
        t.true(own.length <= 1, `${header} is in ${own.join(" and ")}`);
        if (/-/.test(header as string)) t.is(own.length, 1, `${path} includes ${header}`);
      }
    }
  });
}

/** What `firmware/manifest.json` lists; the rig's own test compares that with what XS loads there. */
const FIRMWARE = new BoardBuild("firmware/manifest.json");

for (const program of PROGRAMS) {
  test(`${program}: the card is made of the very modules that the rig runs`, (t) => {
    const { modules } = new BoardBuild(program);
    const ofCard = [...modules].filter(([name]) => /^firmware\/(card|wire|storage|ports|main)\b/.test(name));
    t.deepEqual(ofCard.sort(), [...FIRMWARE.modules].sort());
  });
}

/** No board has these by default. */
for (const folder of ["esp32-spi", "rp2-spi"]) {
  test(`${folder}: what is listed is there, and its C has what its TypeScript names`, (t) => {
    const build = new BoardBuild(`firmware/native/${folder}/manifest.json`);
    t.deepEqual(build.missing, []);
    t.true(build.cFiles.has("firmware/native/spi-link.c"));
    const names = [...build.modules.values()].flatMap((path) =>
      [...readText(path).matchAll(/\bnative\("(\w+)"\)/g)].map((match) => match[1] as string),
    );
    t.deepEqual(names.sort(), ["xs_spi_controller_port", "xs_spi_peripheral_port"]);
    for (const name of names) t.regex(build.cText(), new RegExp(`^void ${name}\\(`, "m"));
  });
}
