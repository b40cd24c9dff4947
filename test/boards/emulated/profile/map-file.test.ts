import test from "ava";
import { MapFile } from "../../../../boards/emulated/profile/map-file.js";
import { Profiler } from "../../../../boards/emulated/profile/profiler.js";
import { makeBoard } from "../test-board.js";
import { assemble, INTERRUPTS_OFF, STAY, WAIT_FOR_INTERRUPT } from "../thumb.js";

/** As GNU ld writes it: long names on a line of their own, thrown-away sections at 0. */
const MAP = `
 .text.gone     0x00000000       0x20 gone.o
 .text          0x10000000        0x8 start.o
                0x10000004                second_of_start
 .text.main     0x10000010       0x20 main.o
                0x10000010                main
 .text.a_function_with_a_long_name
                0x10000030       0x10 long.o
                0x10000030                a_function_with_a_long_name
 .time_critical.quick
                0x20000100       0x40 quick.o
 .bss.variable  0x20001000        0x4 main.o
`;

test("a map tells which function an address is in", (t) => {
  const map = new MapFile(MAP);
  const nameAt = (address: number): string | undefined => map.functionAt(address)?.name;
  t.is(nameAt(0x1000_0000), "start.o");
  t.is(nameAt(0x1000_0004), "second_of_start");
  t.is(nameAt(0x1000_0008), undefined);
  t.is(nameAt(0x1000_0010), "main");
  t.is(nameAt(0x1000_002f), "main");
  t.is(nameAt(0x1000_0030), "a_function_with_a_long_name");
  t.is(nameAt(0x2000_0100), "quick");
  t.is(nameAt(0x2000_0140), undefined);
  t.is(nameAt(0x2000_1000), undefined);
  t.is(nameAt(0), undefined);
});

test("the profiler finds a board where it is, and leaves its sleep out", (t) => {
  const map = new MapFile(" .text.all      0x10000000      0x100 all.o\n");
  const busy = makeBoard(assemble(STAY)).board;
  const profiler = new Profiler(busy);
  busy.runUntil(8_072_100);
  t.deepEqual(profiler.report(map), [{ name: "all", samples: 1_000 }]);
  profiler.stop();
  busy.runUntil(9_000_000);
  t.is(profiler.report(map)[0]?.samples, 1_000);

  const asleep = makeBoard(assemble([INTERRUPTS_OFF, WAIT_FOR_INTERRUPT], STAY)).board;
  const other = new Profiler(asleep);
  asleep.runUntil(8_072_100);
  t.is(other.asleep, 1_000);
  t.deepEqual(other.report(map), []);
});
