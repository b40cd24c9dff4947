import { collectDefaultMetrics, Gauge } from "prom-client";
import type { Metrics } from "../daemon/metrics.js";
import type { NumberSource } from "../daemon/number-source.js";
import type { Cable } from "../fabric-survey.js";
import type { FabricWatch } from "./fabric-watch.js";

const CABLE_STATES: Readonly<Record<Cable["state"], number>> = { alive: 3, stale: 2, "one-way": 1, dead: 0 };

/** What the survey and the card in use say, for Prometheus. Read when somebody looks. */
export function registerFabricMetrics(metrics: Metrics, numbers: NumberSource, watch: FabricWatch): void {
  collectDefaultMetrics({ register: metrics.registry });
  metrics.gauge("view", "Number of the view of the card in use", () => numbers.view?.number ?? 0);
  metrics.gauge("primary", "Id of the primary, 0 for none", () => numbers.view?.primary ?? 0);
  metrics.gauge("secondary", "Id of the secondary, 0 for none", () => numbers.view?.secondary ?? 0);
  metrics.gauge("votes", "Votes of all members", () => watch.survey?.votes.all ?? 0);
  metrics.gauge(
    "votes_answered",
    "Votes of the members that answered",
    () => watch.survey?.votes.answered ?? 0,
  );
  metrics.gauge("votes_quorum", "Least votes that can act", () => watch.survey?.votes.quorum ?? 0);
  metrics.gauge(
    "survey_age_seconds",
    "Age of what is known of the other cards",
    () => watch.surveyAgeMs / 1_000,
  );
  labelled(metrics, "card_up", "1 where the card answered", ["card"], (set) => {
    for (const { card, answered } of watch.survey?.cards ?? []) set([`${card}`], answered ? 1 : 0);
  });
  labelled(metrics, "card_uptime_seconds", "Since the card was started", ["card"], (set) => {
    for (const { card, answered, uptimeMs } of watch.survey?.cards ?? []) {
      if (answered) set([`${card}`], uptimeMs / 1_000);
    }
  });
  labelled(
    metrics,
    "cable_state",
    "3 alive, 2 stale, 1 one way only, 0 dead",
    ["cards", "connectors"],
    (set) => {
      for (const cable of watch.survey?.cables ?? []) set(namesOf(cable), CABLE_STATES[cable.state]);
    },
  );
  labelled(
    metrics,
    "cable_frames_per_second",
    "Frames that come in over a cable",
    ["cards", "connectors", "at"],
    (set) => {
      for (const cable of watch.survey?.cables ?? []) {
        watch.traffic.of(cable).forEach((rate, end) => {
          if (rate !== null) set([...namesOf(cable), `${cable.cards[end]}`], rate);
        });
      }
    },
  );
  labelled(
    metrics,
    "card_counter",
    "Counted by the card that is asked, since its start",
    ["card", "name"],
    (set) => {
      const { status } = watch;
      for (const [name, value] of Object.entries(status?.counters ?? {}))
        set([`${status?.card}`, name], value);
    },
  );
}

/** Two cards may have several cables between them. */
function namesOf({ cards, links }: Cable): [cards: string, connectors: string] {
  return [cards.join("-"), links.map((link) => link ?? "?").join("-")];
}

function labelled(
  { registry }: Metrics,
  name: string,
  help: string,
  labelNames: readonly string[],
  collect: (set: (labels: readonly string[], value: number) => void) => void,
): void {
  new Gauge({
    name: `seqcard_${name}`,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      collect((labels, value) => this.labels(...labels).set(value));
    },
  });
}
