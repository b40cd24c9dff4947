import type { CableDirection } from "./cable-direction.js";
import type { Random } from "./random.js";
import type { SimulatedCard } from "./simulated-card.js";
import type { World } from "./world.js";

/** What can be done to a fabric, each fault with its end. `mend` ends all of them. */
export class FaultKit {
  readonly world: World;
  readonly random: Random;
  /** Faults of an earlier age end without effect: `mend` has ended them already. */
  private age = 0;
  private aims = 0;

  constructor(world: World, random: Random) {
    this.world = world;
    this.random = random;
  }

  get cards(): readonly SimulatedCard[] {
    return this.world.cards;
  }

  /** Whether a card is of the first of two fabrics. */
  isOfFirstFabric(id: number): boolean {
    return id <= this.cards.length / 2;
  }

  anyCard(): SimulatedCard {
    return this.random.pick(this.cards);
  }

  /** @returns the card that the hosts know as primary; any card before they know one. */
  primary(): SimulatedCard {
    return this.cards[this.world.primary - 1] ?? this.anyCard();
  }

  secondary(): SimulatedCard {
    return this.cards[this.world.secondary - 1] ?? this.anyCard();
  }

  /** @returns a card whose role matters more often than chance would have it. */
  aCard(): SimulatedCard {
    const draw = this.random.below(5);
    if (draw === 0 || draw === 1) return this.primary();
    return draw === 2 ? this.secondary() : this.anyCard();
  }

  /** @returns the cards without a role. */
  others(): SimulatedCard[] {
    const { primary, secondary } = this.world;
    return this.cards.filter(({ id }) => id !== primary && id !== secondary);
  }

  cut(direction: CableDirection, us: number): void {
    direction.cuts += 1;
    this.endAfter(us, () => {
      direction.cuts -= 1;
    });
  }

  clog(direction: CableDirection, us: number): void {
    direction.clogs += 1;
    this.endAfter(us, () => {
      direction.clogs -= 1;
    });
  }

  /** Cuts every cable between cards of different groups. @param groupOf tells the group of a card by its id. */
  part(groupOf: (id: number) => number, us: number): void {
    for (const direction of this.world.directions) {
      if (groupOf(direction.from.id) !== groupOf(direction.to.id)) this.cut(direction, us);
    }
  }

  /** Loses what one card sends to another, over whatever way. */
  deafen(source: number, destination: number, us: number): void {
    const { weather } = this.world;
    const one = this.world.cardIdOf(source);
    const other = this.world.cardIdOf(destination);
    weather.block(one, other, 1);
    this.endAfter(us, () => weather.block(one, other, -1));
  }

  /** Loses frames of some types, or makes them late, for a while. @param source only those of this card; 0: all. */
  aim(types: readonly number[], chance: number, lateUs: number, source: number, us: number): void {
    const { weather } = this.world;
    weather.aimedTypes = types.reduce((mask, type) => mask | (1 << type), 0);
    weather.aimedChance = chance;
    weather.aimedLateUs = lateUs;
    weather.aimedSource = this.world.cardIdOf(source);
    weather.aimedSpread = this.random.pick([0.2, 1]);
    this.aims += 1;
    const aim = this.aims;
    // A later aim takes the place of this one, and ends by itself.
    this.endAfter(us, () => {
      if (aim === this.aims) weather.aimedChance = 0;
    });
  }

  crash(card: SimulatedCard, darkUs: number): void {
    if (!card.isPowered) return;
    card.cutPower();
    card.bootIn(darkUs);
  }

  /** Lets the weather of the whole fabric be different for a while. */
  storm(begin: () => void, end: () => void, us: number): void {
    begin();
    this.endAfter(us, end);
  }

  /** @returns for how long a card stays dark: mostly just long enough to forget. */
  darkUs(): number {
    const draw = this.random.below(4);
    if (draw < 2) return 1_000;
    return draw === 2 ? this.random.between(1_000, 60_000) : this.random.between(60_000, 400_000);
  }

  endAfter(us: number, end: () => void): void {
    const { age } = this;
    this.world.after(us, () => {
      if (age === this.age) end();
    });
  }

  /** Ends every fault. Cards that are dark get their power back within `bootWithinUs`. */
  mend(bootWithinUs: number): void {
    this.age += 1;
    const { world } = this;
    world.weather.clear();
    for (const direction of world.directions) {
      direction.cuts = 0;
      direction.clogs = 0;
    }
    for (const host of world.hosts) {
      host.clogs = 0;
      host.trunkCuts = 0;
    }
    for (const card of this.cards) {
      card.storage.disarm();
      card.sendsUntilCut = Number.POSITIVE_INFINITY;
      if (card.isStalled) card.resume();
      card.bootIn(this.random.below(bootWithinUs));
    }
  }
}
