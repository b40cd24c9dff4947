import { AskingHosts } from "../../support/asking-hosts.js";
import { uint64 } from "../../support/layout.js";
import { OrderChecker } from "../../support/order-checker.js";
import { Random } from "../../support/random.js";
import type { Assertions, UnitCase } from "../../support/unit-case.js";
import { line, ring, star, TRIANGLE, VirtualFabric } from "../../support/virtual-fabric.js";

/** How badly a fabric is treated, in percent of frames, and how long a frame may take. */
interface Weather {
  readonly loss: number;
  readonly double: number;
  readonly longestUs: number;
}

const CLEAR: Weather = { loss: 0, double: 0, longestUs: 100 };
const STORMS: readonly Weather[] = [
  { loss: 5, double: 5, longestUs: 3000 },
  { loss: 20, double: 20, longestUs: 500 },
  { loss: 2, double: 30, longestUs: 25_000 },
];

class StormyFabric {
  readonly fabric: VirtualFabric;
  readonly hosts: AskingHosts;
  readonly random: Random;
  weather = CLEAR;

  constructor(seed: number, cards: number, cables: readonly (readonly [number, number])[]) {
    this.random = new Random(seed);
    const { random } = this;
    this.fabric = new VirtualFabric({ cards, cables });
    this.fabric.delays = () => {
      const { loss, double, longestUs } = this.weather;
      const times = random.chance(loss) ? 0 : random.chance(double) ? 2 : 1;
      return Array.from({ length: times }, () => 50 + random.below(longestUs));
    };
    this.fabric.initialise(uint64(2n ** 32n - 5000n), cards % 2 === 0 ? [2] : []);
    this.fabric.run(120_000);
    this.hosts = new AskingHosts(this.fabric, () => (random.chance(60) ? 1 + random.below(2000) : 0));
  }

  /** Fair weather: every host must get numbers again. */
  checkHealed(t: Assertions, what: string): void {
    this.weather = CLEAR;
    this.hosts.run(300_000, 5000);
    const before = [...this.hosts.answered];
    this.hosts.run(20_000);
    this.hosts.answered.forEach((answered, place) => {
      t.true(answered > (before[place] as number), `${what}: card ${place + 1} gets numbers again`);
    });
    t.deepEqual(this.hosts.checker.faults, [], what);
  }
}

const FABRICS = [
  [3, TRIANGLE],
  [4, ring(4)],
  [5, ring(5)],
  [4, star(4)],
  [2, line(2)],
] as const;

export const promisesCases: readonly UnitCase[] = [
  {
    title: "the checker itself finds each kind of fault, and none where there is none",
    run(t) {
      const found = (...steps: ((checker: OrderChecker) => void)[]): number => {
        const checker = new OrderChecker();
        for (const step of steps) step(checker);
        return checker.faults.length;
      };
      const ask =
        (host: number, tag: number, count = 5) =>
        (checker: OrderChecker) =>
          checker.asked(host, tag, count);
      const answer =
        (host: number, tag: number, first: bigint, count = 5) =>
        (checker: OrderChecker) =>
          checker.answered(host, tag, first, count);
      const refuse = (host: number, tag: number) => (checker: OrderChecker) => checker.refused(host, tag);
      t.is(found(ask(0, 1), ask(1, 1), ask(0, 2), answer(0, 1, 11n), answer(1, 1, 1n), refuse(0, 2)), 0);
      t.is(found(ask(0, 1), answer(0, 1, 5n), ask(0, 2), answer(0, 2, 10n)), 0, "the very next");
      t.is(found(ask(0, 1), answer(0, 1, 10n), ask(1, 1), answer(1, 1, 1n)), 1, "below one delivered before");
      t.is(found(ask(0, 1), ask(1, 1), answer(0, 1, 10n), answer(1, 1, 6n)), 1, "overlaps from below");
      t.is(found(ask(0, 1), ask(1, 1), answer(0, 1, 10n), answer(1, 1, 14n)), 1, "overlaps from above");
      t.is(found(ask(0, 1), ask(1, 1), answer(0, 1, 10n), answer(1, 1, 10n)), 1, "the same block");
      t.is(found(ask(0, 1), answer(0, 1, 10n), answer(0, 1, 20n)), 1, "answered twice");
      t.is(found(ask(0, 1), refuse(0, 1), answer(0, 1, 20n)), 1, "answered after a refusal");
      t.is(found(refuse(0, 1)), 1);
      t.is(found(ask(0, 1), answer(0, 1, 10n, 4)), 1, "another count");
      t.is(found(ask(0, 1), answer(0, 1, 2n ** 63n - 4n)), 1, "beyond the numbers");
    },
  },
  {
    title: "unique and in order while frames are lost, doubled, late and overtaken, with all cards asking",
    run(t) {
      FABRICS.forEach(([cards, cables], index) => {
        STORMS.forEach((storm, strength) => {
          const seed = 100 * index + strength;
          const stormy = new StormyFabric(seed, cards, cables);
          stormy.weather = storm;
          stormy.hosts.run(150_000, 1000);
          t.deepEqual(stormy.hosts.checker.faults, [], `seed ${seed}`);
          t.true(stormy.hosts.checker.delivered > 0, `seed ${seed} got no number at all`);
          stormy.checkHealed(t, `seed ${seed}`);
        });
      });
    },
  },
  {
    title: "unique and in order while cables are cut and mended at random",
    run(t) {
      for (const [cards, cables] of FABRICS.slice(0, 3)) {
        const stormy = new StormyFabric(cards, cards, cables);
        const { fabric, hosts, random } = stormy;
        stormy.weather = { loss: 2, double: 2, longestUs: 1000 };
        for (let step = 0; step < 25; step += 1) {
          const cable = random.below(cables.length);
          if (random.chance(60)) fabric.cut(cable, random.chance(50) ? random.below(cards) : undefined);
          else fabric.mend(cable);
          hosts.run(random.below(40_000), 2000);
        }
        cables.forEach((_, cable) => {
          fabric.mend(cable);
        });
        stormy.checkHealed(t, `${cards} cards`);
      }
    },
  },
  {
    title: "unique and in order while cards without a role are restarted at random",
    run(t) {
      const stormy = new StormyFabric(77, 5, ring(5));
      const { fabric, hosts, random } = stormy;
      stormy.weather = { loss: 2, double: 5, longestUs: 1000 };
      for (let step = 0; step < 20; step += 1) {
        const place = 2 + random.below(3);
        fabric.kill(place);
        hosts.run(random.below(20_000), 1000);
        fabric.boot(place);
        hosts.restarted(place);
        hosts.run(random.below(20_000), 1000);
      }
      stormy.checkHealed(t, "restarts");
    },
  },
  {
    title: "unique and in order while any card is restarted in the storm, and it heals",
    run(t) {
      for (const place of [0, 1, 3]) {
        for (const seed of [1, 2, 3]) {
          const stormy = new StormyFabric(seed, 4, ring(4));
          const { fabric, hosts } = stormy;
          stormy.weather = STORMS[seed - 1] as Weather;
          hosts.run(50_000 + stormy.random.below(20_000), 1000);
          fabric.kill(place);
          fabric.boot(place);
          hosts.restarted(place);
          hosts.run(150_000, 1000);
          stormy.checkHealed(t, `card ${place + 1}, seed ${seed}`);
        }
      }
    },
  },
];
