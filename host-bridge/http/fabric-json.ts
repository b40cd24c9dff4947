import type { CardReport } from "../card-report.js";
import type { CardView } from "../daemon/number-source.js";
import type { FabricSurvey } from "../fabric-survey.js";
import type { Fabric, FabricCard } from "../page/snapshot.js";
import { hexadecimal } from "../session-errors.js";
import type { CableTraffic } from "./cable-traffic.js";

/** A survey as the page reads it. */
export function fabricJson(
  survey: FabricSurvey,
  traffic: CableTraffic,
  hostCards: readonly CardView[],
): Fabric {
  const { leaseLeftUs } = survey;
  return {
    fabricId: hexadecimal(survey.fabricId),
    state: survey.state,
    view: survey.view,
    ceiling: survey.ceiling.toString(),
    latest: survey.latest.toString(),
    leaseLeftMs: leaseLeftUs === null ? null : Math.round(leaseLeftUs / 1_000),
    votes: survey.votes,
    cards: survey.cards.map((report) => cardJson(report, survey, hostCards)),
    cables: survey.cables.map((cable) => ({
      cards: cable.cards,
      state: cable.state,
      isTrunk: cable.isTrunk,
      framesPerSecond: traffic.of(cable),
      badFrames: cable.badFrames,
    })),
  };
}

function cardJson(report: CardReport, survey: FabricSurvey, hostCards: readonly CardView[]): FabricCard {
  const { card } = report;
  const here = hostCards.find((one) => one.card?.id === card);
  const roles: ("primary" | "secondary")[] = [];
  if (card !== 0 && card === survey.primary) roles.push("primary");
  if (card !== 0 && card === survey.secondary) roles.push("secondary");
  return {
    card,
    answered: report.answered,
    roles,
    state: report.state,
    votes: survey.members.find((member) => member.card === card)?.votes ?? 0,
    view: report.view,
    ceiling: report.ceiling.toString(),
    latest: report.latest.toString(),
    uptimeMs: report.uptimeMs,
    firmware: report.firmware,
    port: here?.path ?? null,
    inUse: here?.state === "in-use",
  };
}
